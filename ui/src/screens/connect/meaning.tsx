// What says that the machine runs: a contact, a counter that moves, a word with a meaning for each value, or a person.
import { Button, NativeSelect, TextInput } from "@mantine/core";
import { Icon } from "@/design/icons";
import css from "@/screens/connect/connect.module.css";
import { type Draft, type Meaning, ON_OFF, type Way, WAYS } from "@/screens/connect/draft";
import type { StepProps } from "@/screens/connect/wizard";
import { words } from "@/screens/connect/words";
import { useStateName } from "@/states/names";
import { useWords } from "@/words/words";

const STATES = ["RUN", "Idle", "Stopped", "Held", "Aborted", "STARVED", "BLOCKED", "CHANGEOVER", "Suspended", "Complete"];
const FRESH: Meaning = { way: "running", tag: "", timeout: "30", map: ON_OFF, otherwise: "Idle" };

function StateOptions() {
  const nameOf = useStateName();
  return <>{STATES.map((state) => <option key={state} value={state}>{nameOf(state)}</option>)}</>;
}

interface PartProps { draft: Draft; meaning: Meaning; put: (part: Partial<Meaning>) => void }
function Tag({ draft, meaning, put }: PartProps) {
  const say = useWords(words);
  return (
    <NativeSelect label={say("whichSignal")} value={meaning.tag} onChange={(event) => put({ tag: event.currentTarget.value })} data-testid="meaning-tag">
      <option value="">{say("choose")}</option>
      {draft.signals.map((signal) => <option key={signal.key} value={signal.property}>{signal.property}</option>)}
    </NativeSelect>
  );
}

/** The values of a state word, each with what it means; the value that stands there now is one press away. */
function Values({ meaning, put, now }: PartProps & { now: string | null }) {
  const say = useWords(words);
  const rows = meaning.map;
  const set = (n: number, row: readonly [string, string]) => put({ map: rows.map((one, m) => (m === n ? row : one)) });
  const isNew = now !== null && !rows.some(([value]) => value === now);
  return (
    <div className={css.form}>
      {rows.map(([value, state], n) => (
        <div key={n} className={css.valueRow}>
          <TextInput aria-label={say("value")} value={value} onChange={(event) => set(n, [event.currentTarget.value, state])} size="sm" data-testid="meaning-value" />
          <span>{say("means")}</span>
          <NativeSelect aria-label={say("meansWhat", { value })} value={state} onChange={(event) => set(n, [value, event.currentTarget.value])} size="sm" data-testid="meaning-state"><StateOptions /></NativeSelect>
          <button type="button" className={css.icon} onClick={() => put({ map: rows.filter((_, m) => m !== n) })} aria-label={say("removeRow", { name: value })}><Icon name="close" size={16} /></button>
        </div>
      ))}
      <div className={css.test}>
        {isNew && <Button variant="default" size="sm" onClick={() => put({ map: [...rows, [now, "RUN"]] })} data-testid="meaning-add-now">{say("addNow", { value: now })}</Button>}
        <Button variant="default" size="sm" onClick={() => put({ map: [...rows, ["", "Idle"]] })} data-testid="meaning-add">{say("addValue")}</Button>
      </div>
    </div>
  );
}

function Details(props: PartProps & { now: string | null }) {
  const say = useWords(words);
  const { meaning, put } = props;
  if (meaning.way === "watch") return <p className={css.small}>{say("watchHint")}</p>;
  if (meaning.way === "hand") return <p className={css.small}>{say("handHint")}</p>;
  return (
    <div className={css.form}>
      <Tag {...props} />
      {meaning.way === "running" && (
        <NativeSelect label={say("off")} value={meaning.map[1]?.[1] ?? "Stopped"} onChange={(event) => put({ map: [meaning.map[0] ?? ["true", "RUN"], [meaning.map[1]?.[0] ?? "false", event.currentTarget.value]] })}><StateOptions /></NativeSelect>
      )}
      {meaning.way === "activity" && (
        <div className={css.grid}>
          <TextInput label={say("timeout")} description={say("timeoutHint")} value={meaning.timeout} inputMode="decimal" onChange={(event) => put({ timeout: event.currentTarget.value.replace(",", ".") })} data-testid="meaning-timeout" />
          <NativeSelect label={say("off")} value={meaning.otherwise} onChange={(event) => put({ otherwise: event.currentTarget.value })}><StateOptions /></NativeSelect>
        </div>
      )}
      {meaning.way === "word" && <Values {...props} />}
      {meaning.way === "packml" && <p className={css.small}>{say("packmlHint")}</p>}
    </div>
  );
}

export function MeaningForm({ draft, change, live }: StepProps) {
  const say = useWords(words);
  const meaning = draft.meaning;
  const choose = (way: Way) => change({ meaning: { ...FRESH, ...(meaning ? { tag: meaning.tag, timeout: meaning.timeout } : {}), way, map: way === "running" ? ON_OFF : [] } });
  const reading = live.of(draft.signals.find((signal) => signal.property === meaning?.tag)?.key ?? 0);
  const now = reading?.value === null || reading?.value === undefined ? null : String(reading.value);
  return (
    <fieldset className={css.group}>
      <legend>{say("whatSays")}</legend>
      <div className={css.ways}>
        {WAYS.map((way) => (
          <label key={way} className={css.way} data-chosen={way === meaning?.way} data-testid={`way-${way}`}>
            <input type="radio" name="way" checked={way === meaning?.way} onChange={() => choose(way)} />
            <span><b>{say(`way_${way}`)}</b><span className={css.small}>{say(`way_${way}_hint`)}</span></span>
          </label>
        ))}
      </div>
      {meaning && <Details draft={draft} meaning={meaning} put={(part) => change({ meaning: { ...meaning, ...part } })} now={now} />}
    </fieldset>
  );
}
