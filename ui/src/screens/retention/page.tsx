// What goes by the rules and when, what is held and why, and all that ever went.
import { Button, SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useEquipment } from "@/app/equipment";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { InstallationPage } from "@/installation/frame";
import css from "@/installation/installation.module.css";
import { type Due, type DueLine, dueQuery, type Hold, holdsQuery, type Rule, type Wait, type Went, wentQuery } from "@/installation/queries";
import { type Column, Said, TablePanel } from "@/installation/table";
import { VerdictSign } from "@/installation/verdict";
import { words as shared } from "@/installation/words";
import { HoldDialog, ReleaseDialog } from "@/screens/retention/dialogs";
import { words } from "@/screens/retention/words";
import { formatBytes, formatMoment, formatNumber } from "@/show/format";
import { Num, Size, useReader, When } from "@/show/show";
import { type Say, useWords } from "@/words/words";

const DAY_MS = 86_400_000;
const AHEAD = { now: 0, days30: 30, days365: 365 } as const;
type Ahead = keyof typeof AHEAD;
/** A whole day, so that looking again asks the same. */
const momentIn = (days: number): string | null => (days === 0 ? null : new Date((Math.ceil(Date.now() / DAY_MS) + days) * DAY_MS).toISOString());

interface States { error: Error | null; isPending: boolean; onRetry: () => void; empty: ReactNode }
const above = ({ error, isPending, onRetry, empty }: States) => (
  <>
    {error && <ProblemNotice error={error} onRetry={onRetry} compact />}
    {isPending && <Waiting lines={2} />}
    {empty}
  </>
);

type Line = Omit<DueLine, "spared">;
function useLineColumns(): Column<Line>[] {
  const say = useWords(words);
  return [
    { key: "rule", head: say("rule"), value: (one) => one.rule, as: (one) => <span translate="no">{one.rule}</span> },
    { key: "month", head: say("month"), value: (one) => one.month },
    { key: "act", head: say("act"), value: (one) => one.act, as: (one) => say(one.act) },
    { key: "start", head: say("start"), value: (one) => one.start, as: (one) => <When at={one.start} /> },
    { key: "end", head: say("end"), value: (one) => one.end, as: (one) => <When at={one.end} /> },
    { key: "tags", head: say("tags"), value: (one) => one.tags, as: (one) => <Num value={one.tags} />, right: true },
    { key: "samples", head: say("samples"), value: (one) => one.samples, as: (one) => <Num value={one.samples} />, right: true },
    { key: "bytes", head: say("size"), value: (one) => one.bytes, as: (one) => <Size bytes={one.bytes} />, right: true },
  ];
}

function DuePanel({ ahead, onAhead, found, states }: { ahead: Ahead; onAhead: (ahead: Ahead) => void; found: Due | undefined; states: Omit<States, "empty"> }) {
  const say = useWords(words);
  const { language } = useReader();
  const columns = useLineColumns();
  const spared: Column<DueLine> = { key: "spared", head: say("spared"), value: (one) => one.spared, as: (one) => <span title={say("sparedHint")}><Num value={one.spared} /></span>, right: true };
  const tools = <SegmentedControl size="xs" value={ahead} onChange={(next) => onAhead(next as Ahead)} data={(Object.keys(AHEAD) as Ahead[]).map((value) => ({ value, label: say(value) }))} aria-label={say("dueIn")} data-testid="due-ahead" />;
  const empty = (
    <>
      {found?.trouble && <p className={css.warning} role="alert"><VerdictSign verdict="ill" text={say("trouble")} /><Said>{found.trouble}</Said></p>}
      {found?.lines.length === 0 && <Empty compact icon="check" title={say(found.waits.length > 0 ? "nothingGoes" : "nothingDue")} hint={say(found.waits.length > 0 ? "nothingGoesHint" : "nothingDueHint")} />}
    </>
  );
  const below = found && found.lines.length > 0 && <p className={css.sum} data-testid="due-sum">{say("sumDue", { n: formatNumber(found.samples, language), bytes: formatBytes(found.bytes, language), spared: formatNumber(found.spared, language) })}</p>;
  return <TablePanel name="due" title={ahead === "now" ? say("due") : `${say("dueIn")} ${say(ahead)}`} columns={[...columns, spared]} rows={found?.lines} keyOf={(one) => `${one.act} ${one.rule} ${one.month}`} tools={tools} above={above({ ...states, empty })} below={below} />;
}

const copyName = (say: Say<"aBackup">, name: string) => (name === "backup" ? say("aBackup") : name);

function WaitsPanel({ waits }: { waits: Wait[] }) {
  const say = useWords(words);
  const columns: Column<Wait>[] = [
    { key: "copy_name", head: say("waitsFor"), value: (one) => one.copy_name, as: (one) => copyName(say, one.copy_name) },
    { key: "why", head: say("whyNot"), value: (one) => one.why, as: (one) => <VerdictSign verdict="look" text={say(one.why)} /> },
    { key: "rule", head: say("rule"), value: (one) => one.rule, as: (one) => <span translate="no">{one.rule}</span> },
    { key: "month", head: say("month"), value: (one) => one.month },
    { key: "tags", head: say("tags"), value: (one) => one.tags, as: (one) => <Num value={one.tags} />, right: true },
    { key: "samples", head: say("samples"), value: (one) => one.samples, as: (one) => <Num value={one.samples} />, right: true },
    { key: "bytes", head: say("size"), value: (one) => one.bytes, as: (one) => <Size bytes={one.bytes} />, right: true },
  ];
  return <TablePanel name="waits" title={say("waits")} columns={columns} rows={waits} keyOf={(one) => `${one.copy_name} ${one.why} ${one.rule} ${one.month}`} toneOf={() => "look"} />;
}

function RulesPanel({ found }: { found: Due }) {
  const say = useWords(words);
  const sayShared = useWords(shared);
  const age = (days: number | null) => (days === null ? sayShared("never") : say("days", { n: days }));
  const columns: Column<Rule>[] = [
    { key: "rule", head: say("rule"), value: (one) => one.rule, as: (one) => <span translate="no">{one.rule}</span> },
    { key: "tags", head: say("tags"), value: (one) => one.tags, as: (one) => <Num value={one.tags} />, right: true },
    { key: "archive_after_d", head: say("archiveAfter"), value: (one) => one.archive_after_d, as: (one) => age(one.archive_after_d) },
    { key: "drop_after_d", head: say("dropAfter"), value: (one) => one.drop_after_d, as: (one) => age(one.drop_after_d) },
    { key: "wait_for", head: say("waitsFor"), value: (one) => one.wait_for.join(" "), as: (one) => one.wait_for.map((name) => copyName(say, name)).join(", ") || "–" },
    { key: "on_full", head: say("onFull"), value: (one) => one.on_full, as: (one) => say(one.on_full === "evict" ? "evictOldest" : "keep") },
  ];
  const empty = found.rules.length === 0 && <Empty compact title={say("noRules")} hint={say("noRulesHint")} />;
  return <TablePanel name="rules" title={say("rules")} columns={columns} rows={found.rules} keyOf={(one) => one.rule} above={empty} />;
}

function HoldsPanel() {
  const say = useWords(words);
  const reader = useReader();
  const { map } = useEquipment();
  const { data, error, isPending, refetch } = useQuery(holdsQuery());
  const [asked, setAsked] = useState<"hold" | Hold | null>(null);
  const whatOf = (one: Hold) => [...one.equipment.map((id) => map.byId(id)?.path ?? String(id)), ...one.tags.map((id) => `#${id}`)].join(", ");
  const endOf = (one: Hold) => (one.released === null ? say("standing") : say("released", { when: formatMoment(Date.parse(one.released.at), "minute", reader), who: one.released.by, why: one.released.reason }));
  const columns: Column<Hold>[] = [
    { key: "what", head: say("what"), value: whatOf, as: (one) => <span className={css.text} translate="no">{whatOf(one)}</span> },
    { key: "start", head: say("start"), value: (one) => one.start, as: (one) => <When at={one.start} as="full" /> },
    { key: "end", head: say("end"), value: (one) => one.end, as: (one) => <When at={one.end} as="full" /> },
    { key: "reason", head: say("why"), value: (one) => one.reason, as: (one) => <span className={css.text}>{one.reason}</span> },
    { key: "by", head: say("by"), value: (one) => one.by, as: (one) => <>{one.by} <span className={css.small}><When at={one.at} as="full" /></span></> },
    { key: "released", head: "", value: (one) => one.released?.at ?? null, as: (one) => (one.released === null ? <Button size="compact-xs" variant="default" onClick={() => setAsked(one)} aria-label={`${say("release")}: ${whatOf(one)}`} data-testid="release">{say("release")}</Button> : <span className={css.small}>{endOf(one)}</span>) },
  ];
  const tools = <Button size="xs" onClick={() => setAsked("hold")} data-testid="hold">{say("hold")}</Button>;
  const empty = data?.items.length === 0 && <Empty compact title={say("noHolds")} hint={say("noHoldsHint")} />;
  return (
    <>
      <TablePanel name="holds" title={say("holds")} columns={columns} rows={data?.items} keyOf={(one) => one.id} tools={tools} above={above({ error, isPending, onRetry: () => void refetch(), empty })} />
      {asked === "hold" && <HoldDialog onClose={() => setAsked(null)} />}
      {asked !== null && asked !== "hold" && <ReleaseDialog hold={asked} what={whatOf(asked)} onClose={() => setAsked(null)} />}
    </>
  );
}

function WentPanel() {
  const say = useWords(words);
  const lines = useLineColumns();
  const { data, error, isPending, refetch } = useQuery(wentQuery());
  const columns: Column<Went>[] = [
    ...lines,
    { key: "at", head: say("at"), value: (one) => one.at, as: (one) => <>{one.done ? <When at={one.at} as="full" /> : say("notDone")}<span className={css.small}>{one.by}</span></> },
    { key: "files", head: say("files"), value: (one) => one.files.join(" "), as: (one) => <span className={css.small} translate="no">{one.files.join(", ") || "–"}</span> },
  ];
  const empty = data?.items.length === 0 && <Empty compact title={say("nothingWent")} hint={say("nothingWentHint")} />;
  return <TablePanel name="went" title={say("went")} columns={columns} rows={data?.items} keyOf={(one) => one.id} above={above({ error, isPending, onRetry: () => void refetch(), empty })} />;
}

export default function Retention() {
  const say = useWords(words);
  const [ahead, setAhead] = useState<Ahead>("now");
  const { data, error, isPending, refetch } = useQuery(dueQuery(momentIn(AHEAD[ahead])));
  return (
    <InstallationPage help={say("help")}>
      <DuePanel ahead={ahead} onAhead={setAhead} found={data} states={{ error, isPending, onRetry: () => void refetch() }} />
      {data && data.waits.length > 0 && <WaitsPanel waits={data.waits} />}
      <HoldsPanel />
      {data && <RulesPanel found={data} />}
      <WentPanel />
    </InstallationPage>
  );
}
