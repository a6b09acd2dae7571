// The stops of a period as a table: filtered, sorted, answered one by one or many at once, and handed out as CSV.
import { Button, Checkbox } from "@mantine/core";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { memo, useCallback, useEffect, useMemo, useState } from "react";
import { type Span, stopPagesQuery, stopsQuery } from "@/api/queries";
import type { Equipment, Stop, StopCause, Stops } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import { CauseOfStop } from "@/causes/cause-of-stop";
import { CausesReached, useCauses } from "@/causes/of-stops";
import { Dialog } from "@/design/dialog";
import { Icon } from "@/design/icons";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import type { Question } from "@/explain/open";
import { Opens } from "@/explain/opens";
import { Told } from "@/explain/told";
import { Freeze } from "@/freezing/freeze";
import { Give } from "@/giving/give";
import type { Table as GivenTable } from "@/giving/table";
import { useMay } from "@/jobs/jobs";
import { KnownNote } from "@/knowing/as-known";
import { isPast, type Known, momentOf, useKnown } from "@/knowing/known";
import { useKnownMs, useLive } from "@/live/live";
import { formatDuration, formatNumber, formatRatio } from "@/show/format";
import { Lasting, When } from "@/show/show";
import { Lock } from "@/signing/lock";
import { useEvidence } from "@/states/evidence";
import { lookOf } from "@/states/look";
import { useReasonName, useStateName } from "@/states/names";
import { SlowPanel } from "@/slow/panel";
import { StateSign } from "@/states/sign";
import { useAnswer } from "@/stops/answer";
import { StopDialog } from "@/stops/dialog";
import { filterIn, Filters } from "@/stops/filters";
import { ReasonPicker } from "@/stops/picker";
import { type Filter, filtered, lastsMs, needsReason, stopsPath } from "@/stops/stops";
import css from "@/stops/table.module.css";
import { words } from "@/stops/words";
import { Go, timelineOf, unitOf } from "@/view/place";
import { asSpan, soFar, type Window } from "@/view/period";
import { useChangeSearch, useSearchText } from "@/view/search";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

const SHOWN_MAX = 300; // more rows than anybody reads; the export has them all
const AROUND_MS = 30 * 60_000;
const BULK_MAX = 50;

/** `nowMs`: only where the stop still stands; a row of the past is drawn once, not with every tick of the clock. */
interface RowProps { stop: Stop; nowMs: number; named: boolean; chosen: boolean; onChoose: (id: string) => void; onOpen: (stop: Stop) => void; mayAnswer: boolean; number: number; cause: StopCause | undefined }
const Row = memo(function Row({ stop, cause, nowMs, named, chosen, onChoose, onOpen, mayAnswer, number }: RowProps) {
  const say = useWords(words);
  const stateName = useStateName();
  const reasonName = useReasonName();
  const { map } = useEquipment();
  const evidenceOf = useEvidence();
  const known = useKnown();
  const look = lookOf(stop);
  const unit = map.byId(stop.equipment_id);
  const t0 = Date.parse(stop.start);
  const span = { start: new Date(t0 - AROUND_MS).toISOString(), end: new Date(t0 + lastsMs(stop, nowMs) + AROUND_MS).toISOString() };
  return (
    <tr data-needs={needsReason(stop)} data-testid="stop-row" data-stop={stop.stop_id}>
      {mayAnswer && <td><Checkbox checked={chosen} onChange={() => onChoose(stop.stop_id)} aria-label={say("choose", { n: number })} data-testid="stop-choose" /></td>}
      <td><When at={stop.start} as="minute" /></td>
      <td className={css.right}>{stop.end ? <Lasting us={Math.round(stop.duration_s) * 1e6} /> : <><Lasting us={Math.floor(lastsMs(stop, nowMs) / 1000) * 1e6} /><span className={css.small}>{say("still")}</span></>}</td>
      {named && <td>{unit?.name}</td>}
      <td><span className={css.state}><StateSign sign={look.sign} tone={look.tone} />{stateName(look.word)}</span></td>
      <td className={css.reason}>{reasonName(stop.reason) ?? (needsReason(stop) ? <span className={css.needs}><Icon name="jam" size={15} />{say("needsReason")}</span> : "")}{stop.because && <span className={css.small} data-testid="stop-evidence">{evidenceOf(stop.because)}</span>}{cause && <CauseOfStop stop={stop} cause={cause} />}</td>
      <td className={css.comment}>{stop.comment}</td>
      <td className={css.small}>{[stop.edited_by && say("edited", { name: stop.edited_by }), stop.planned && say("planned"), stop.micro && say("micro")].filter(Boolean).join(" · ")}<Lock as="sign" equipmentId={stop.equipment_id} fromMs={t0} toMs={t0 + lastsMs(stop, nowMs)} />{stop.evidence_changed && <span className={css.needs} title={say("evidenceChanged")} data-testid="evidence-changed"><Icon name="info" size={15} /><span className="visually-hidden">{say("evidenceChanged")}</span></span>}</td>
      <td className={css.acts}>
        {unit && !isPast(known) && <Go to={unitOf(unit.path)} search={{ tab: "history", period: "custom", ...span, record: stop.start }} className={css.link} testid="stop-timeline">{say("show")}</Go>}
        {unit && isPast(known) && <Go to={timelineOf(unit.path)} search={{ period: "custom", ...span, sel: String(unit.id), at: new Date(t0 + lastsMs(stop, nowMs) / 2).toISOString(), ...known }} className={css.link} testid="stop-timeline">{say("show")}</Go>}
        {mayAnswer && <button type="button" className={css.button} onClick={() => onOpen(stop)} data-testid="stop-open">{say("openStop")}</button>}
      </td>
    </tr>
  );
});

/** The table says what the screen says, and the keys beside the names for those who compute with it. */
function useTable(): (name: string, stops: readonly Stop[]) => GivenTable {
  const say = useWords(words);
  const reasonName = useReasonName();
  const stateName = useStateName();
  const evidenceOf = useEvidence();
  const { map } = useEquipment();
  return (name, stops) => {
    const head = [say("machine"), "path", say("start"), say("end"), `${say("duration")} (s)`, say("state"), say("reason"), "reason_key", say("comment2"), "planned", "edited_by", "edited_at", "evidence_changed", say("evidence")];
    const rows = stops.map((stop) => {
      const unit = map.byId(stop.equipment_id);
      return [unit?.name ?? "", unit?.path ?? "", stop.start, stop.end, stop.duration_s, stateName(lookOf(stop).word), reasonName(stop.reason), stop.reason, stop.comment, String(stop.planned), stop.edited_by, stop.edited_at, String(stop.evidence_changed), stop.because && evidenceOf(stop.because)];
    });
    return { name, head, rows };
  };
}

function Bulk({ chosen, onDone }: { chosen: readonly Stop[]; onDone: () => void }) {
  const say = useWords(words);
  const answer = useAnswer();
  const [open, setOpen] = useState(false);
  const first = chosen[0];
  if (!first) return null;
  const pick = (reason: string) => {
    setOpen(false);
    onDone();
    void answer(chosen, { reason });
  };
  return (
    <div className={css.bulk} role="status" data-testid="bulk">
      <span>{say("chosen", { n: chosen.length })}</span>
      <Button size="sm" onClick={() => setOpen(true)} data-testid="bulk-give">{say("give")}</Button>
      {open && <Dialog opened onClose={() => setOpen(false)} title={say("bulkTitle", { n: chosen.length })} size="min(1180px, 100vw - 24px)" closeButtonProps={{ "aria-label": say("close") }}><ReasonPicker stop={{ ...first, reason: null }} onPick={pick} /></Dialog>}
    </div>
  );
}

/** The share without a reason leads to the stops that it is made of. */
interface SummaryProps { here: Equipment; span: Span; filter: Filter; stops: readonly Stop[]; data: Stops; nowMs: number; /** The list goes on before its oldest stop. */ more: boolean }
function Summary({ here, span, filter, stops, data, nowMs, more }: SummaryProps) {
  const say = useWords(words);
  const change = useChangeSearch();
  const language = useLanguage();
  const of = (measure: "us" | "stops"): Question => ({ key: stopsPath(filter, measure, { nowMs, oldest: more ? data.items.at(-1) : undefined }), equipmentId: here.id, ...span });
  const whole = stops.reduce((sum, stop) => sum + lastsMs(stop, nowMs), 0);
  return (
    <span className={css.summary} data-testid="stops-summary">
      <Told write={(values) => say("summary", values)} parts={{
        n: <Opens question={of("stops")} testid="stops-count">{formatNumber(stops.length, language)}</Opens>,
        time: <Opens question={of("us")} testid="stops-time">{formatDuration(Math.round(whole / 1000) * 1e6, language)}</Opens>,
      }} />
      {data.without_reason !== null && <>{" · "}<button type="button" className={css.share} onClick={() => change({ open: "1" })} data-testid="stops-without-reason">{say("withoutShare", { share: formatRatio(data.without_reason, language, 0) })}</button></>}
    </span>
  );
}

const ALL_UP_TO_MS = 31 * 86_400_000; // the stops of a longer period come page by page
const isLong = (window: Window): boolean => window.t1 - window.t0 > ALL_UP_TO_MS;

/** Of a long period the newest pages, and the way to older ones. */
function useStopPages(equipmentId: number, window: Window, asked: Known & { only?: "unassigned" }) {
  const { data, error, isPending, refetch, dataUpdatedAt: readMs, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery({ ...stopPagesQuery(equipmentId, { ...asSpan(window), ...asked }), placeholderData: keepPreviousData, enabled: isLong(window) });
  const [first] = data?.pages ?? [];
  const stops = useMemo(() => first && { ...first, items: data?.pages.flatMap((page) => page.items) ?? [] }, [first, data]);
  return { data: stops, error, isPending, refetch, readMs, older: hasNextPage ? { isFetching: isFetchingNextPage, fetch: () => void fetchNextPage() } : null };
}

/** How far back the list goes so far, and the way on. */
function Older({ stops, older }: { stops: readonly Stop[]; older: { isFetching: boolean; fetch: () => void } }) {
  const say = useWords(words);
  const oldest = stops.at(-1);
  return (
    <p className={css.line} data-testid="stops-older">
      {oldest && <span className="quiet">{say("since")} <When at={oldest.start} as="minute" /></span>}
      <Button variant="default" size="xs" loading={older.isFetching} onClick={older.fetch} data-testid="stops-load-older">{say("older")}</Button>
    </p>
  );
}

/** Asked again when the live stops of the equipment change, where the period reaches into now. */
function usePeriodStops(equipmentId: number, window: Window, known: Known) {
  const live = useLive<Stops>(window.live ? `equipment/${equipmentId}/stops` : null);
  const { data, error, isPending, refetch, dataUpdatedAt: readMs } = useQuery({ ...stopsQuery(equipmentId, { ...asSpan(window), ...known }), placeholderData: keepPreviousData, enabled: !isLong(window), refetchInterval: window.live ? 60_000 : false });
  const all = !isLong(window);
  useEffect(() => { if (live && all) void refetch(); }, [live, all, refetch]);
  return { data, error, isPending, refetch, readMs, older: null };
}

interface TableProps { nowMs: number; causes: ReadonlyMap<string, StopCause>; shown: readonly Stop[]; named: boolean; mayAnswer: boolean; chosen: ReadonlySet<string>; onChosen: (chosen: ReadonlySet<string>) => void; onOpen: (stop: Stop) => void }
function Table({ nowMs, causes, shown, named, mayAnswer, chosen, onChosen, onOpen }: TableProps) {
  const say = useWords(words);
  const toggle = useCallback((id: string) => onChosen(chosen.has(id) ? new Set([...chosen].filter((one) => one !== id)) : new Set([...chosen, id].slice(0, BULK_MAX))), [chosen, onChosen]);
  const all = shown.length > 0 && shown.slice(0, BULK_MAX).every((stop) => chosen.has(stop.stop_id));
  const columns = ["start", "duration", ...(named ? ["machine"] : []), "state", "reason", "comment2", "marks"] as const;
  return (
    <div className={css.box} tabIndex={0} role="region" aria-label={say("title")}>
      <table className={css.table} data-testid="stops-table">
        <thead>
          <tr>
            {mayAnswer && <th scope="col"><Checkbox checked={all} onChange={() => onChosen(all ? new Set() : new Set(shown.slice(0, BULK_MAX).map((stop) => stop.stop_id)))} aria-label={say("chooseAll")} data-testid="stops-choose-all" /></th>}
            {columns.map((key) => <th key={key} scope="col" className={key === "duration" ? css.right : undefined}>{say(key as "start")}</th>)}
            <td />
          </tr>
        </thead>
        <tbody>{shown.map((stop, i) => <Row key={stop.stop_id} stop={stop} cause={causes.get(stop.stop_id)} nowMs={stop.end ? 0 : nowMs} number={i + 1} named={named} mayAnswer={mayAnswer} chosen={chosen.has(stop.stop_id)} onChoose={toggle} onOpen={onOpen} />)}</tbody>
      </table>
    </div>
  );
}

/** As known in the past nothing moves and nothing is answered. */
export default function StopTable({ here, units, window: asked }: { here: Equipment; units: readonly Equipment[]; window: Window }) {
  const say = useWords(words);
  const known = useKnown();
  const past = isPast(known);
  const window = past ? { ...asked, live: false } : asked;
  const search = useSearchText();
  const change = useChangeSearch();
  const tableOf = useTable();
  const mayAnswer = useMay("timeline.edit", here) && !past;
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const open = useCallback((stop: Stop) => change({ stop: stop.stop_id }), [change]);
  const filter = filterIn(search, units);
  const whole = usePeriodStops(here.id, window, known);
  const pages = useStopPages(here.id, window, { ...known, ...(filter.unassigned && !filter.planned ? { only: "unassigned" } : {}) });
  const { data, error, isPending, refetch, readMs, older } = isLong(window) ? pages : whole;
  const causes = useCauses(here, { span: { ...asSpan(window), ...known }, isLong: isLong(window), live: window.live, oldest: data?.items.at(-1)?.start });
  const nowMs = momentOf(known, useKnownMs(), data);
  if (error && !data) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
  if (isPending || !data) return <Waiting lines={6} />;
  const found = filtered(data.items, filter, nowMs);
  const shown = found.slice(0, SHOWN_MAX);
  const opened = search["stop"] ? data.items.find((stop) => stop.stop_id === search["stop"]) : undefined;
  return (
    <div className={css.stops}>
      <KnownNote />
      <div className={css.tools}>
        <Filters units={units} filter={filter} />
        {!past && <Freeze here={here} window={window} view="stops" />}
        <Give of={{ here, ...asSpan(window), readMs }} table={() => tableOf(`${say("title")} ${here.name}`, found)} disabled={found.length === 0} />
      </div>
      <div className={css.line}><Summary here={here} span={asSpan(window)} filter={filter} stops={found} data={data} nowMs={nowMs} more={older !== null} /><Bulk chosen={found.filter((stop) => chosen.has(stop.stop_id))} onDone={() => setChosen(new Set())} /></div>
      {data.items.length === 0 && <Empty icon="check" title={say("noStops")} hint={say("noStopsHint")} />}
      {data.items.length > 0 && found.length === 0 && <Empty icon="search" title={say("nothing")} hint={say("nothingHint")} />}
      {found.length > 0 && <Table nowMs={nowMs} causes={causes.byStop} shown={shown} named={units.length > 1} mayAnswer={mayAnswer} chosen={chosen} onChosen={setChosen} onOpen={open} />}
      <CausesReached reached={causes.reached} />
      {older && <Older stops={data.items} older={older} />}
      {found.length > shown.length && <p className="quiet">{say(older ? "shownOfLoaded" : "shown", { n: shown.length })}</p>}
      {filter.slow && !past && <SlowPanel here={units.find((unit) => unit.id === filter.unit) ?? here} span={soFar(window, nowMs)} />}
      {opened && mayAnswer && <StopDialog key={opened.stop_id} stop={opened} history="shown" onClose={() => change({ stop: null })} />}
    </div>
  );
}
