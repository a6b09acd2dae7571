// A raw signal becomes off, idling and running: the histogram proposes, a person confirms.
import { Button, Checkbox, NativeSelect, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { serverNowMs } from "@/api/client";
import { signalQuery } from "@/api/queries";
import type { Wiring } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import { Icon } from "@/design/icons";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { Panel } from "@/design/panel";
import connect from "@/screens/connect/connect.module.css";
import { type Found, foundQuery } from "@/screens/levels/api";
import { Histogram } from "@/screens/levels/histogram";
import { type Between, MEANS, moved, NAMES } from "@/screens/levels/levels";
import css from "@/screens/levels/levels.module.css";
import { Strip } from "@/screens/levels/strip";
import { words } from "@/screens/levels/words";
import { Taking } from "@/screens/meaning/taking";
import { formatMeasured, formatRatio } from "@/show/format";
import { useStateName } from "@/states/names";
import { Go, tagOf } from "@/view/place";
import { useChangeSearch, useSearchText } from "@/view/search";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

const HOURS = [1, 8, 24, 168] as const;
const NEEDED = 200; // readings, as the server counts them
const STATES = ["Execute", "RUN", "Idle", "Stopped", "Held", "Suspended"];
const HOUR_MS = 3_600_000;
const WRONG_SAID = 0.001;

interface SetProps { found: Found; between: readonly Between[]; names: readonly string[]; put: (between: Between[]) => void }
function Thresholds({ found, between, names, put }: SetProps) {
  const say = useWords(words);
  const language = useLanguage();
  const name = (n: number) => say((names[n] ?? "idle") as "idle");
  const typed = (n: number, edge: "low" | "high") => (text: string) => {
    const to = Number(text.replace(",", "."));
    if (text.trim() !== "" && Number.isFinite(to)) put(moved(between, n, { edge, to }));
  };
  return (
    <div className={css.pair}>
      {between.map((one, n) => (
        <fieldset key={n} className={css.box}>
          <legend>{say("threshold", { below: name(n), above: name(n + 1) })}</legend>
          {(["low", "high"] as const).map((edge) => (
            <TextInput key={`${edge} ${one[edge]}`} label={edge === "low" ? say("under", { name: name(n) }) : say("over", { name: name(n + 1) })} defaultValue={String(Number(one[edge].toPrecision(4)))} inputMode="decimal" onBlur={(event) => typed(n, edge)(event.currentTarget.value)} onKeyDown={(event) => { if (event.key === "Enter") typed(n, edge)(event.currentTarget.value); }} data-testid={`threshold-${n}-${edge}`} />
          ))}
          {(found.thresholds[n]?.expected_wrong ?? 0) > WRONG_SAID && <span className="quiet">{say("wrong", { share: formatRatio(found.thresholds[n]?.expected_wrong, language) })}</span>}
        </fieldset>
      ))}
    </div>
  );
}

function Setting({ tag, found, hours }: { tag: Wiring; found: Found; hours: number }) {
  const say = useWords(words);
  const language = useLanguage();
  const nameOf = useStateName();
  const { map } = useEquipment();
  const [own, setOwn] = useState<Between[] | null>(null);
  const [means, setMeans] = useState<Readonly<Record<string, string>>>({});
  const [counts, setCounts] = useState(false);
  const [end] = useState(serverNowMs);
  const between = own ?? found.thresholds.map(({ low, high }) => ({ low, high }));
  const names = NAMES[between.length + 1] ?? [];
  const middle = ((found.histogram_edges[0] ?? 0) + (found.histogram_edges.at(-1) ?? 1)) / 2;
  if (found.histogram_counts.length === 0) return <Panel><Empty icon="clock" title={found.points < NEEDED ? say("notYet", { needed: NEEDED, seen: found.points }) : say("cannot")} hint={found.points < NEEDED ? undefined : say("cannotHint")} /></Panel>;
  if (between.length === 0) return <Panel><Empty icon="signal" title={say("cannot")} hint={say("cannotHint")} action={<Button variant="default" onClick={() => setOwn([{ low: middle, high: middle }])} data-testid="own">{say("own")}</Button>} /></Panel>;
  const meant = { levels: { tag: tag.property, thresholds: between.map(({ low, high }) => ({ low: Number(low.toPrecision(4)), high: Number(high.toPrecision(4)) })), states: Object.fromEntries(names.map((name) => [name, means[name] ?? MEANS[name] ?? "Idle"])), ...(counts ? { cycles: "cycle" } : {}) } };
  return (
    <>
      <Panel title={say("title", { tag: tag.property })} testid="levels">
        {found.warnings.map((text) => <p key={text} className={connect.impact}><Icon name="info" size={16} />{say("warning", { text })}</p>)}
        <Histogram found={found} between={between} names={names} put={setOwn} />
        <p className={connect.small}>{say("hint")}</p>
        <Thresholds found={found} between={between} names={names} put={setOwn} />
      </Panel>
      <Panel>
        <Strip tag={tag.id} start={new Date(end - hours * HOUR_MS).toISOString()} end={new Date(end).toISOString()} between={between} names={names} />
        {found.cycle_s !== null && <p className="quiet">{say("period", { s: formatMeasured(found.cycle_s, language) })}</p>}
        <Checkbox label={say("counts")} description={say("countsHint")} checked={counts} onChange={(event) => setCounts(event.currentTarget.checked)} data-testid="count-cycles" />
      </Panel>
      <Panel title={say("meaning")}>
        <div className={css.pair}>
          {names.map((name) => <NativeSelect key={name} label={say("means", { name: say(name as "run") })} value={means[name] ?? MEANS[name]} onChange={(event) => { const state = event.currentTarget.value; setMeans((before) => ({ ...before, [name]: state })); }} data-testid={`level-${name}`}>{STATES.map((state) => <option key={state} value={state}>{nameOf(state)}</option>)}</NativeSelect>)}
        </div>
      </Panel>
      <Taking id={tag.equipment_id} name={map.byId(tag.equipment_id)?.name ?? tag.path} meant={meant} />
    </>
  );
}

export default function Levels({ id }: { id: number }) {
  const say = useWords(words);
  const changeSearch = useChangeSearch();
  const asked = Number(useSearchText()["hours"]);
  const hours = HOURS.find((one) => one === asked) ?? 8;
  const tag = useQuery({ ...signalQuery(id), enabled: id > 0 });
  const found = useQuery({ ...foundQuery(id, hours), enabled: id > 0 });
  const error = tag.error ?? found.error;
  if (error) return <ProblemNotice error={error} onRetry={() => void Promise.all([tag.refetch(), found.refetch()])} />;
  if (!tag.data) return <Waiting lines={8} />;
  return (
    <div className={connect.page}>
      <div className={connect.titleRow}><h1 translate="no">{tag.data.path}</h1><Go to={tagOf(id)} className="link">{say("back")}</Go></div>
      <NativeSelect className={connect.narrow} label={say("stretch")} value={hours} onChange={(event) => changeSearch({ hours: event.currentTarget.value }, "replace")} data-testid="stretch">
        {HOURS.map((one) => <option key={one} value={one}>{say(`h${one}`)}</option>)}
      </NativeSelect>
      {found.data ? <Setting key={id} tag={tag.data} found={found.data} hours={hours} /> : <Waiting lines={8} />}
    </div>
  );
}
