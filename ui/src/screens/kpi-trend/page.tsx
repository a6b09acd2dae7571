// The course of a KPI of a machine, a line or an area: columns, the same as a table, each the way into its explanation.
import { SegmentedControl, Select, Switch } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Navigate } from "@tanstack/react-router";
import type { Equipment } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { Panel } from "@/design/panel";
import { words as noticeWords } from "@/design/words";
import { type Question, useAsk } from "@/explain/open";
import { Opens } from "@/explain/opens";
import { Give } from "@/giving/give";
import { kpiWords } from "@/kpi/words";
import { useNowMs } from "@/live/now";
import { type Asked, askedIn, catalogueQuery, type Course, courseQuery, type Kpi, PERS, type Per, type Point, spansOf, stretch, withBefore } from "@/screens/kpi-trend/ask";
import { Chart } from "@/screens/kpi-trend/chart";
import css from "@/screens/kpi-trend/kpi-trend.module.css";
import { kpiText } from "@/screens/kpi-trend/value";
import { words } from "@/screens/kpi-trend/words";
import { dayStartMs, formatMoment, formatNumber, formatRatio } from "@/show/format";
import { useReader } from "@/show/show";
import { kpiTrendOf, useEquipmentPath } from "@/view/place";
import { useChangeSearch, useSearchText } from "@/view/search";
import { useLanguage } from "@/words/language";
import { useWords, wordFor } from "@/words/words";

const BEFORE = ["start", "until", "value", "low", "high", "coverage"] as const; // the curve that is compared with, point by point
const moved = (now: number | null, before: number | null | undefined): number | null => (now === null || before === null || before === undefined ? null : now - before);
type Pairs = ReturnType<typeof withBefore>;

/** What a KPI is called where the screens have a word of their own for it. */
function useKpiName(): (kpi: Pick<Kpi, "id" | "name">) => string {
  const language = useLanguage();
  return ({ id, name }) => (id in kpiWords.en ? wordFor(kpiWords, language, id) : name);
}

function Choices({ asked }: { asked: Asked }) {
  const say = useWords(words);
  const change = useChangeSearch();
  const nameOf = useKpiName();
  const { data = [] } = useQuery(catalogueQuery());
  const known = data.filter((kpi) => !kpi.waits_for && !kpi.problem);
  return (
    <div className={css.choices}>
      <Select size="sm" w={260} label={say("kpi")} searchable allowDeselect={false} value={asked.kpi} onChange={(kpi) => change({ kpi })} data={known.map((kpi) => ({ value: kpi.id, label: nameOf(kpi) }))} data-testid="course-kpi" />
      <label className={css.choice}><span>{say("per")}</span><SegmentedControl size="sm" value={asked.per} onChange={(per) => change({ per, days: null })} data={PERS.map((value) => ({ value, label: say(value) }))} aria-label={say("per")} data-testid="course-per" /></label>
      <label className={css.choice}><span>{say("span")}</span><SegmentedControl size="sm" value={String(asked.days)} onChange={(days) => change({ days })} data={spansOf(asked.per).map((days) => ({ value: String(days), label: days === 365 ? say("year") : say("days", { n: days }) }))} aria-label={say("span")} data-testid="course-days" /></label>
      <Switch label={say("compare")} checked={asked.compare} onChange={(event) => change({ compare: event.currentTarget.checked ? "1" : null })} data-testid="course-compare" />
    </div>
  );
}

function usePeriodName(per: Per): (point: Point) => string {
  const reader = useReader();
  return ({ start, name }) => [formatMoment(Date.parse(start), per === "shift" ? "minute" : "day", reader), name].filter(Boolean).join(" · ");
}

/** Figures of some KPIs have a better direction that is not known here: the change is said, not judged. */
function Change({ pair, unit }: { pair: Pairs[number]; unit: string }) {
  const say = useWords(words);
  const language = useLanguage();
  const [now, before] = [pair.now.value, pair.before?.value];
  if (now === null || before === null || before === undefined) return <>–</>;
  const by = moved(now, before) ?? 0;
  const share = unit === "1" || unit === ""; // shares differ by points: 60 % more than 50 % would be 80 %
  const shown = share ? say("points", { n: formatNumber(Math.abs(by) * 100, language, 1) }) : kpiText(Math.abs(by), unit, language);
  return <>{`${by > 0 ? "+" : by < 0 ? "−" : ""}${shown}`}</>;
}

interface TableProps { course: Course; pairs: Pairs; asked: Asked; kpiName: string; of: (point: Point) => Question; onOpen: (point: Point) => void }
function Rows({ course, pairs, asked, kpiName, of, onOpen }: TableProps) {
  const say = useWords(words);
  const language = useLanguage();
  const periodName = usePeriodName(asked.per);
  const { unit } = course.kpi;
  const aimed = pairs.some(({ now }) => now.target !== null);
  return (
    <div className={css.box} tabIndex={0} role="region" aria-label={say("table")}>
      <table className={css.table} data-testid="course-table">
        <thead><tr>{(["period", "value", ...(aimed ? (["target"] as const) : []), ...(asked.compare ? (["before", "change"] as const) : []), "coverage"] as const).map((key) => <th key={key} scope="col" className={key === "period" ? undefined : css.right}>{say(key)}</th>)}</tr></thead>
        <tbody>
          {[...pairs].reverse().map((pair) => {
            const { now } = pair;
            return (
              <tr key={now.start} data-testid="course-row">
                <th scope="row">{periodName(now)}{now.until < now.end && <span className={css.small}>{say("running")}</span>}</th>
                <td className={css.right}>
                  <button type="button" className={css.value} onClick={() => onOpen(now)} aria-label={`${say("open", { kpi: kpiName, time: periodName(now) })}: ${kpiText(now.value, unit, language)}`}>{kpiText(now.value, unit, language)}</button>
                  {now.low !== null && now.high !== null && <span className={css.small}>{say("bounds", { low: kpiText(now.low, unit, language), high: kpiText(now.high, unit, language) })}</span>}
                </td>
                {aimed && <td className={css.right}>{kpiText(now.target, unit, language)}{now.meets !== null && <span className={css.small} data-missed={!now.meets}>{say(now.meets ? "met" : "missed")}</span>}</td>}
                {asked.compare && <td className={css.right}><Opens question={pair.before ? of(pair.before) : null}>{kpiText(pair.before?.value, unit, language)}</Opens></td>}
                {asked.compare && <td className={css.right}><Change pair={pair} unit={unit} /></td>}
                <td className={css.right}><Opens question={now.coverage === null ? null : { ...of(now), key: "availability/pbt_us" }}>{formatRatio(now.coverage, language, 0)}</Opens></td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function CourseOf({ here, asked }: { here: Equipment; asked: Asked }) {
  const say = useWords(words);
  const ask = useAsk();
  const nameOf = useKpiName();
  const dayEnd = dayStartMs(dayStartMs(useNowMs(), here.timezone) + 26 * 3_600_000, here.timezone);
  const periodName = usePeriodName(asked.per);
  const { data, error, isPending, refetch, dataUpdatedAt: readMs } = useQuery({ ...courseQuery(here.id, asked, stretch(asked, dayEnd)), placeholderData: keepPreviousData });
  const was = useQuery({ ...courseQuery(here.id, asked, stretch(asked, dayEnd, 1)), enabled: asked.compare, placeholderData: keepPreviousData });
  if (error && !data) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
  if (isPending || !data) return <Waiting lines={6} height={40} />;
  const pairs = withBefore(data.items, asked.compare ? (was.data?.items ?? []) : [], asked.days);
  const kpiName = nameOf(data.kpi);
  const of = (point: Point): Question => ({ key: data.kpi.id, equipmentId: here.id, start: point.start, end: point.until });
  const open = (point: Point) => ask(of(point));
  const table = () => ({
    name: `${say("export")} ${kpiName} ${here.name}`,
    head: [say("period"), "start", "end", data.kpi.id, "low", "high", say("target"), say("coverage"), ...(asked.compare ? BEFORE.map((name) => `${say("before")}: ${name}`) : []), ...(asked.compare ? [say("change")] : [])],
    rows: [...pairs].reverse().map(({ now, before }) => [periodName(now), now.start, now.until, now.value, now.low, now.high, now.target, now.coverage, ...(asked.compare ? [...BEFORE.map((name) => before?.[name] ?? null), moved(now.value, before?.value)] : [])]),
  });
  return (
    <Panel title={kpiName} tools={<><span className="quiet">{data.kpi.standard} <code className="mono">{data.kpi.convention}</code></span><Give of={{ here, ...stretch(asked, dayEnd), readMs, before: asked.compare ? stretch(asked, dayEnd, 1) : null }} table={table} disabled={pairs.length === 0 || (asked.compare && !was.data)} /></>} testid="course-panel">
      {pairs.length === 0 ? <Empty icon="clock" title={say("none")} hint={data.hints.join(" · ") || say("noneHint")} /> : (
        <>
          <Chart course={data} pairs={pairs} name={here.name} kpiName={kpiName} onOpen={open} />
          <p className={css.hint}>{say("help")}</p>
          <Rows course={data} pairs={pairs} asked={asked} kpiName={kpiName} of={of} onOpen={open} />
        </>
      )}
    </Panel>
  );
}

export default function KpiTrendPage() {
  const say = useWords(noticeWords);
  const sayOwn = useWords(words);
  const asked = askedIn(useSearchText());
  const { map, isPending, error, refetch } = useEquipment();
  const path = useEquipmentPath();
  if (isPending) return <Waiting lines={4} height={80} />;
  if (error) return <ProblemNotice error={error} onRetry={refetch} />;
  const first = map.roots[0];
  if (!path && first) return <Navigate to={kpiTrendOf((map.groups(first)[0] ?? first).path)} replace />;
  const here = path ? map.byPath(path) : undefined;
  if (!here) return <Empty title={say("missing")} hint={say("missingHint")} />;
  return (
    <div className={css.page} key={here.id}>
      <h1>{sayOwn("title", { name: here.name })}</h1>
      <Choices asked={asked} />
      <CourseOf here={here} asked={asked} />
    </div>
  );
}
