// Losses of a machine, a line or an area: the waterfall of the period, the Pareto with its drill, what lies under a bar.
import { SegmentedControl, Select, Switch } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Fragment } from "react";
import { kpisQuery, type Span } from "@/api/queries";
import type { Equipment } from "@/api/types";
import { AtPlace } from "@/app/at-place";
import { CausesPanel } from "@/causes/causes-panel";
import { Icon } from "@/design/icons";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { Panel } from "@/design/panel";
import { lostPath } from "@/explain/lost";
import type { Question } from "@/explain/open";
import { Opens } from "@/explain/opens";
import { Freeze } from "@/freezing/freeze";
import { Give } from "@/giving/give";
import { useWaterfallTable } from "@/kpi/tables";
import { Waterfall } from "@/kpi/waterfall";
import { useNowMs } from "@/live/now";
import { type Asked, askedIn, type By, below, BYS, COMPARES, earlier, fieldOf, LEVELS, lostOf, MEASURES, type ParetoAnswer, paretoQuery } from "@/losses/ask";
import { Bars } from "@/losses/bars";
import css from "@/screens/losses/losses.module.css";
import { useKeyName } from "@/losses/names";
import { SlowBar, useSlowBar } from "@/losses/slow-bar";
import { useParetoTable } from "@/losses/tables";
import { Under } from "@/screens/losses/under";
import { words } from "@/losses/words";
import { useReasonDepth } from "@/states/names";
import { formatDuration, formatMoment, formatRatio } from "@/show/format";
import { SlowPanel } from "@/slow/panel";
import { useReader } from "@/show/show";
import { NoWindow } from "@/view/no-window";
import { Go, lossesOf, stopsOf } from "@/view/place";
import { PeriodChooser } from "@/view/period-chooser";
import { asSpan, soFar, usePeriod, type Window } from "@/view/period";
import { useChangeSearch, useSearchText } from "@/view/search";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

const SEEN_US = 500_000; // less is written as 0 s

type Asking = ReturnType<typeof useFigures>;
const useFigures = (equipmentId: number, span: Span | null) => useQuery({ ...kpisQuery(equipmentId, span ?? { shift: "current" }), placeholderData: keepPreviousData, enabled: span !== null });

function WaterfallOf({ asking: { data, error }, title }: { asking: Asking; title?: string }) {
  return (
    <div className={css.fall}>
      {title && <h3>{title}</h3>}
      {error && !data ? <ProblemNotice error={error} compact /> : data ? data.times.elapsed_us > 0 ? <Waterfall kpis={data} /> : <Hints hints={data.hints ?? []} /> : <Waiting lines={6} />}
    </div>
  );
}

/** The period and the one it is compared with, side by side; in a file one below the other. */
function Waterfalls({ here, span, before }: { here: Equipment; span: Span; before: Span | null }) {
  const say = useWords(words);
  const reader = useReader();
  const [now, was] = [useFigures(here.id, span), useFigures(here.id, before)];
  const tableOf = useWaterfallTable();
  const named = ({ start, end }: Span) => `${formatMoment(Date.parse(start), "minute", reader)} – ${formatMoment(Date.parse(end), "minute", reader)}`;
  const shown = () => [now.data, before ? was.data : undefined].flatMap((kpis) => (kpis && kpis.times.elapsed_us > 0 ? [kpis] : []));
  return (
    <Panel title={say("waterfall")} tools={<Give of={{ here, ...span, readMs: now.dataUpdatedAt, before }} table={() => tableOf(here.name, shown())} disabled={!now.data || (before !== null && !was.data)} />} testid="waterfalls">
      <div className={css.falls}>
        <WaterfallOf asking={now} {...(before ? { title: named(span) } : {})} />
        {before && <WaterfallOf asking={was} title={say("before", { period: named(before) })} />}
      </div>
    </Panel>
  );
}

function Hints({ hints }: { hints: readonly string[] }) {
  const say = useWords(words);
  return <Empty compact icon="info" title={say("noUnits")} hint={hints.join(" · ")} />;
}

function Choices({ asked }: { asked: Asked }) {
  const say = useWords(words);
  const change = useChangeSearch();
  const depth = useReasonDepth();
  return (
    <div className={css.choices}>
      <label className={css.choice}><span>{say("by")}</span><SegmentedControl size="sm" value={asked.by} onChange={(by) => change({ by, pick: null })} data={BYS.map((value) => ({ value, label: say(value) }))} aria-label={say("by")} data-testid="losses-by" /></label>
      {asked.by === "reason" && depth > 1 && <label className={css.choice}><span>{say("level")}</span><SegmentedControl size="sm" value={String(asked.level ?? "")} onChange={(level) => change({ level: level || null, pick: null })} data={[...LEVELS.filter((level) => level < depth).map((level) => ({ value: String(level), label: say(depth === 2 ? "level2" : `level${level}`) })), { value: "", label: say("levelAll") }]} aria-label={say("level")} data-testid="losses-level" /></label>}
      <label className={css.choice}><span>{say("measure")}</span><SegmentedControl size="sm" value={asked.measure} onChange={(measure) => change({ measure })} data={MEASURES.map((value) => ({ value, label: say(value) }))} aria-label={say("measure")} data-testid="losses-measure" /></label>
      <Select size="sm" w={210} label={say("compare")} allowDeselect={false} value={asked.compare} onChange={(compare) => change({ compare: compare === "none" ? null : compare })} data={COMPARES.map((value) => ({ value, label: say(value === "none" ? "compareNone" : value === "previous" ? "comparePrevious" : "compareWeek") }))} data-testid="losses-compare" />
      <Switch label={say("planned")} checked={asked.planned} onChange={(event) => change({ planned: event.currentTarget.checked ? "1" : null })} data-testid="losses-planned" />
    </div>
  );
}

/** What the bars are restricted to, each to be taken away again. */
function Restrictions({ asked }: { asked: Asked }) {
  const say = useWords(words);
  const change = useChangeSearch();
  const nameOf = useKeyName();
  const given = BYS.filter((by) => asked.only[by] !== undefined);
  if (given.length === 0) return null;
  return (
    <div className={css.restrictions} role="group" aria-label={say("filters")} data-testid="restrictions">
      <span className="quiet">{say("filters")}</span>
      {given.map((by) => {
        const name = `${say(by)}: ${nameOf(by, asked.only[by] ?? null)}`;
        return <button key={by} type="button" className={css.chip} onClick={() => change({ [fieldOf(by)]: null, pick: null })} aria-label={say("removeFilter", { name })} data-testid={`only-${by}`}>{name}<Icon name="close" size={14} /></button>;
      })}
    </div>
  );
}

/** The share without a reason leads to the stops that it is made of. */
function Summary({ now, here, span, asked }: { now: ParetoAnswer; here: Equipment; span: Span; asked: Asked }) {
  const say = useWords(words);
  const language = useLanguage();
  const time = (us: number) => formatDuration(Math.round(us / 1e6) * 1e6, language);
  const open = now.without_reason !== null && <Go to={stopsOf(here.path)} search={{ period: "custom", ...span, open: "1" }} className={css.toStops} testid="losses-without-reason">{say("unassigned", { share: formatRatio(now.without_reason, language, 0) })}</Go>;
  const of = (measure: string): Question => ({ key: lostPath(lostOf(asked), measure), equipmentId: here.id, ...span });
  const lost = <><Opens question={of("us")} testid="losses-lost">{time(now.lost_us)}</Opens> {say("lostOf")} <Opens question={of("busy")} testid="losses-busy">{time(now.busy_us)}</Opens> {say("planned_for")}</>;
  const unknown = now.no_data_us >= SEEN_US && <><Opens question={of("no_data")} testid="losses-no-data">{time(now.no_data_us)}</Opens> {say("noData")}</>;
  const parts = [lost, open, unknown, now.partial && say("partial")].filter(Boolean);
  return <p className={css.summary} data-testid="losses-summary">{parts.map((part, i) => <Fragment key={i}>{i > 0 && " · "}{part}</Fragment>)}</p>;
}

function Picked({ here, span, asked }: { here: Equipment; span: Span; asked: Asked }) {
  const say = useWords(words);
  const change = useChangeSearch();
  const nameOf = useKeyName();
  const { by, pick, only } = asked;
  if (pick === null) return <p className={`screen-only ${css.hint}`}>{say("choose")}</p>;
  const narrowed = { ...asked, only: { ...only, [by]: pick } };
  const deeper = below(asked);
  const divide = (next: By) => change({ by: next, pick: null, [fieldOf(by)]: pick });
  return (
    <Panel title={say("under", { name: nameOf(by, pick) })} flush testid="picked" tools={<><span className="quiet">{say("drill")}</span>{deeper !== undefined && <button type="button" className={css.drill} onClick={() => change({ level: deeper === null ? null : String(deeper), pick: null, [fieldOf(by)]: pick })} data-testid="drill-below">{say("deeper")}</button>}{BYS.filter((one) => one !== by && only[one] === undefined).map((one) => <button key={one} type="button" className={css.drill} onClick={() => divide(one)} data-testid={`drill-${one}`}>{say(one)}</button>)}</>}>
      <Under here={here} name={nameOf(by, pick)} span={span} asked={narrowed} />
    </Panel>
  );
}

function Analysis({ here, window }: { here: Equipment; window: Window }) {
  const say = useWords(words);
  const reader = useReader();
  const nowMs = useNowMs();
  const change = useChangeSearch();
  const asked = askedIn(useSearchText());
  const span = soFar(window, nowMs);
  const before = earlier(window, Date.parse(span.end), { compare: asked.compare, zone: reader.zone });
  const beforeSpan = before && asSpan({ ...window, ...before });
  const now = useQuery({ ...paretoQuery(here.id, span, asked), placeholderData: keepPreviousData });
  const was = useQuery({ ...paretoQuery(here.id, beforeSpan ?? span, asked), placeholderData: keepPreviousData, enabled: beforeSpan !== null });
  const slow = useSlowBar(here.id, span, asked);
  const tableOf = useParetoTable(here, asked);
  const compared = beforeSpan ? was.data : undefined;
  return (
    <>
      <Waterfalls here={here} span={span} before={beforeSpan} />
      <Panel title={say("pareto")} tools={<><Freeze here={here} window={window} view="losses" /><Give of={{ here, ...span, readMs: now.dataUpdatedAt, before: beforeSpan }} table={() => tableOf(now.data as ParetoAnswer, compared, slow.bar)} disabled={!now.data || slow.pending || (beforeSpan !== null && !was.data)} /></>} testid="pareto-panel">
        <Choices asked={asked} />
        <Restrictions asked={asked} />
        {now.error && !now.data && <ProblemNotice error={now.error} onRetry={() => void now.refetch()} compact />}
        {was.error && beforeSpan && <ProblemNotice error={was.error} compact />}
        {now.isPending && <Waiting lines={6} height={34} />}
        {now.data && <Summary now={now.data} here={here} span={span} asked={asked} />}
        {now.data && (now.data.items.length > 0 || (compared?.items.length ?? 0) > 0 ? <Bars asked={asked} now={now.data} before={compared} onPick={(key) => change({ pick: asked.pick === key ? null : key })} /> : <Empty compact icon="check" title={say("nothing")} hint={say("nothingHint")} />)}
        {now.data && <SlowBar bar={slow.bar} asked={asked} whole={now.data.total} />}
        <p className={css.hint}>{say("help")}</p>
      </Panel>
      <Picked here={here} span={span} asked={asked} />
      <CausesPanel line={here} span={span} />
      <SlowPanel here={here} span={span} />
    </>
  );
}

function LossesOf({ here }: { here: Equipment }) {
  const say = useWords(words);
  const period = usePeriod(here.id, here.timezone);
  return (
    <div className={css.page}>
      <div className={css.titleRow}><h1>{say("title", { name: here.name })}</h1><PeriodChooser period={period} /></div>
      {period.window ? <Analysis here={here} window={period.window} /> : <NoWindow period={period} />}
    </div>
  );
}

export default function LossesPage() {
  return <AtPlace at={lossesOf} Shown={LossesOf} />;
}
