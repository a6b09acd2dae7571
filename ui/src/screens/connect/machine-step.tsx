// What the signals mean: which machine it is, how fast it should be, what says that it runs, and what counts.
import { NativeSelect, TextInput } from "@mantine/core";
import { Panel } from "@/design/panel";
import css from "@/screens/connect/connect.module.css";
import { AROUND, COUNTERS, machinePath, NEW_LINE, type Place, places } from "@/screens/connect/draft";
import { MeaningForm } from "@/screens/connect/meaning";
import type { StepProps } from "@/screens/connect/wizard";
import { words } from "@/screens/connect/words";
import { formatMeasured, formatNumber, NOTHING } from "@/show/format";
import { lookOf } from "@/states/look";
import { useStateName } from "@/states/names";
import { StateSign } from "@/states/sign";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

const rootsOf = (outline: StepProps["outline"]): string[] => outline.nodes.filter((node) => !node.path.includes("/")).map((node) => node.path);

function Where({ draft, change, outline, standing }: StepProps) {
  const say = useWords(words);
  const { place } = draft;
  const put = (part: Partial<Place>) => change({ place: { ...place, ...part } });
  const text = (field: "name" | "line" | "plant" | "zone" | "rate", required = false) => (
    <TextInput label={say(field === "name" ? "machineName" : field)} description={field === "rate" ? say("rateHint") : undefined} value={place[field]} required={required} inputMode={field === "rate" ? "decimal" : undefined} onChange={(event) => put({ [field]: field === "rate" ? event.currentTarget.value.replace(",", ".") : event.currentTarget.value })} autoComplete="off" data-testid={`place-${field}`} />
  );
  const nodes = places(outline.nodes);
  const units = outline.nodes.filter((node) => node.level === "WorkUnit");
  const isNewLine = place.machine === "" && place.below === NEW_LINE;
  const above = outline.nodes.find((node) => node.path === place.below);
  const inherits = !isNewLine && (place.machine !== "" || Boolean(above?.calendar));
  const move = (value: string) => {
    const unit = units.find((node) => node.path === value);
    const holds = outline.nodes.find((node) => node.path === value)?.calendar;
    put(unit ? { machine: value, name: unit.name, calendar: "" } : { machine: "", below: value, calendar: value === NEW_LINE || !holds ? AROUND : "" });
  };
  const path = machinePath(draft, rootsOf(outline));
  return (
    <div className={css.grid}>
      {text("name", true)}
      {text("rate")}
      {!standing?.machines.length && outline.nodes.length > 0 && (
        <NativeSelect label={say("stands")} value={place.machine || place.below} onChange={(event) => move(event.currentTarget.value)} data-testid="place-below">
          <option value={NEW_LINE}>{say("newLine")}</option>
          <optgroup label={say("below")}>{nodes.map((node) => <option key={node.path} value={node.path}>{`${node.name} (${node.path})`}</option>)}</optgroup>
          {units.length > 0 && <optgroup label={say("isThere")}>{units.map((node) => <option key={node.path} value={node.path}>{`${node.name} (${node.path})`}</option>)}</optgroup>}
        </NativeSelect>
      )}
      {isNewLine && text("line", true)}
      {outline.nodes.length === 0 && text("plant", true)}
      {outline.nodes.length === 0 && text("zone", true)}
      <NativeSelect label={say("calendar")} description={say("calendarHint")} value={place.calendar} onChange={(event) => put({ calendar: event.currentTarget.value })} data-testid="place-calendar">
        {inherits && <option value="">{say("asItStands")}</option>}
        {[...new Set([AROUND, ...outline.calendars])].map((key) => <option key={key} value={key}>{key === AROUND ? say("around") : key}</option>)}
      </NativeSelect>
      {path && <p className={css.small}>{say("pathIs")} <span className="mono" translate="no" data-testid="machine-path">{path}</span></p>}
    </div>
  );
}

function CountersForm({ draft, change, live }: StepProps) {
  const say = useWords(words);
  const language = useLanguage();
  const readingOf = (tag: string) => live.of(draft.signals.find((signal) => signal.property === tag)?.key ?? 0);
  return (
    <fieldset className={css.group}>
      <legend>{say("counts")}</legend>
      <p className={css.small}>{say("countsHint")}</p>
      <div className={css.grid3}>
        {COUNTERS.map((name) => {
          const tag = draft.counters[name];
          const others = COUNTERS.filter((one) => one !== name && draft.counters[one] !== "");
          const reading = readingOf(tag);
          const now = typeof reading?.value === "number" ? formatMeasured(reading.value, language) : NOTHING;
          return (
            <NativeSelect key={name} label={say(name)} description={tag ? say("countNow", { value: now, n: formatNumber(reading?.since_first ?? 0, language) }) : " "} value={tag} disabled={others.length === 2 && tag === ""} onChange={(event) => change({ counters: { ...draft.counters, [name]: event.currentTarget.value } })} data-testid={`counter-${name}`}>
              <option value="">{say("none")}</option>
              {draft.signals.map((signal) => <option key={signal.key} value={signal.property}>{signal.property}</option>)}
            </NativeSelect>
          );
        })}
      </div>
    </fieldset>
  );
}

function Now({ live, hasMeaning }: { live: StepProps["live"]; hasMeaning: boolean }) {
  const say = useWords(words);
  const nameOf = useStateName();
  const now = live.tried?.meaning;
  const look = now && lookOf({ state: now.state, mode: now.mode, reason: now.reason });
  return (
    <div className={css.now} role="status" data-testid="meaning-now" data-state={now?.state}>
      <span className={css.small}>{say("now")}</span>
      {look ? <span className={css.nowState}><StateSign sign={look.sign} tone={look.tone} size={24} />{nameOf(look.word)}</span> : <span className={css.small}>{say(hasMeaning ? "nowWaiting" : "nowNothing")}</span>}
      {now?.state === "UNKNOWN" && <span className={css.small}>{say("nowUnknown")}</span>}
    </div>
  );
}

export function MachineStep(props: StepProps) {
  const say = useWords(words);
  return (
    <>
      <Panel title={say("machineTitle")}><Where {...props} /></Panel>
      <Panel title={say("meaningTitle")}>
        <div className={css.pairWide}>
          <div className={css.form}><MeaningForm {...props} /><CountersForm {...props} /></div>
          <Now live={props.live} hasMeaning={props.draft.meaning !== null} />
        </div>
      </Panel>
    </>
  );
}
