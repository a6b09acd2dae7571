// What the machines did behind the curves: states, jobs, stops and alarms of the pens' equipment, by choice.
import { keepPreviousData, useQueries } from "@tanstack/react-query";
import { useMemo } from "react";
import { alarmSpansQuery, jobResponsesQuery, stopsQuery } from "@/api/queries";
import type { AlarmSpans, JobResponse, Stops } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import { useManyBars } from "@/history/records";
import { useProductName } from "@/jobs/jobs";
import { pieces } from "@/screens/trends/alarms";
import type { Band } from "@/screens/trends/state";
import type { KnownPen } from "@/screens/trends/use-pens";
import { words } from "@/screens/trends/words";
import { useReasonName, useStateName } from "@/states/names";
import type { View } from "@/timeline/keys";
import { itemAt, type Lane, type NamedSpan } from "@/timeline/lanes";
import type { Bar } from "@/timeline/paint";
import { asSpan, type Window } from "@/view/period";
import { useWords } from "@/words/words";

export const EQUIPMENT_MAX = 4; // more lanes would leave no room for the curves
export const BANDS_UP_TO_MS = 32 * 86_400_000; // a month of states is some thousand records; of a year nobody sees one
const HEIGHT: Readonly<Record<Band, number>> = { states: 18, jobs: 16, stops: 16, alarms: 18 };
const NONE: readonly number[] = [];

/** A stretch around the view that stays the same while one pans a little: what is behind it is not asked for at every step. */
export function windowAround(view: View, nowMs: number): Window {
  const step = 2 ** Math.ceil(Math.log2(Math.max(60_000, view.t1 - view.t0)));
  const [t0, t1] = [Math.floor(view.t0 / step) * step, Math.ceil(view.t1 / step) * step];
  return { t0, t1, live: t1 > nowMs, shift: null };
}

const jobSpans = (jobs: readonly JobResponse[], nowMs: number, name: (job: JobResponse) => string): NamedSpan[] =>
  jobs.map((job) => ({ t0: Date.parse(job.start), t1: job.end ? Date.parse(job.end) : nowMs, label: name(job) }));
const stopSpans = (stops: Stops | undefined, nowMs: number, name: (stop: Stops["items"][number]) => string): NamedSpan[] =>
  (stops?.items ?? []).map((stop) => ({ t0: Date.parse(stop.start), t1: stop.end ? Date.parse(stop.end) : nowMs, label: name(stop) }));
const alarmSpans = (found: AlarmSpans | undefined, name: (alarm: AlarmSpans["items"][number]) => string): NamedSpan[] =>
  pieces((found?.items ?? []).map((one) => ({ t0: Date.parse(one.start), t1: Date.parse(one.end ?? found?.until ?? one.start), says: name(one) })));
const dataOf = <T>(answers: readonly { data: T | undefined }[]): (T | undefined)[] => answers.map(({ data }) => data); // the same array while it says the same

export interface Bands { lanes: readonly Lane[]; tooLong: boolean; at: (ms: number) => string[] }

/** What each kind of band is made of, asked for only where it is shown. */
function useBehind(ids: readonly number[], bands: readonly Band[], look: { window: Window; asOf: string | null }) {
  const { window, asOf } = look;
  const span = asSpan(window);
  const of = (band: Band) => (bands.includes(band) ? ids : NONE);
  const again = { placeholderData: keepPreviousData, refetchInterval: window.live ? 30_000 : (false as const) };
  const bars = useManyBars(of("states"), window);
  const jobs = useQueries({ queries: of("jobs").map((id) => ({ ...jobResponsesQuery(id, span), ...again })), combine: dataOf<JobResponse[]> });
  const stops = useQueries({ queries: of("stops").map((id) => ({ ...stopsQuery(id, span), ...again })), combine: dataOf<Stops> });
  const alarms = useQueries({ queries: of("alarms").map((id) => ({ ...alarmSpansQuery(id, span, asOf), ...again })), combine: dataOf<AlarmSpans> });
  return useMemo(() => ({ bars, jobs, stops, alarms }), [bars, jobs, stops, alarms]);
}

/** What that of a band is called. */
function useCalled() {
  const say = useWords(words);
  const stateName = useStateName();
  const reasonName = useReasonName();
  const productName = useProductName();
  return useMemo(() => ({
    job: (job: JobResponse) => [productName(job.product), job.job_order].filter(Boolean).join(" · "),
    stop: (stop: Stops["items"][number]) => reasonName(stop.reason) ?? stateName(stop.state),
    alarm: ({ text, reason, code, n }: AlarmSpans["items"][number]) => {
      const what = text ?? [code, reasonName(reason)].filter(Boolean).join(" · ");
      return n > 1 ? say("times", { what, n }) : what;
    },
    bar: (bar: Bar | undefined) => (bar ? [stateName(bar.look.word), reasonName(bar.record.reason) ?? ""] : []),
  }), [say, stateName, reasonName, productName]);
}

/** One lane for each of an equipment's bands; they stay the same while one moves through what is there. */
export function useBands(pens: readonly KnownPen[], bands: readonly Band[], look: { view: View; nowMs: number; asOf: string | null }): Bands {
  const say = useWords(words);
  const { map } = useEquipment();
  const called = useCalled();
  const { view, nowMs, asOf } = look;
  const tooLong = bands.length > 0 && view.t1 - view.t0 > BANDS_UP_TO_MS;
  const ids = useMemo(() => (tooLong || bands.length === 0 ? NONE : [...new Set(pens.flatMap(({ tag, pen }) => (tag && !pen.hidden ? [tag.equipment_id] : [])))].slice(0, EQUIPMENT_MAX)), [pens, tooLong, bands.length]);
  const { t0, t1, live } = windowAround(view, nowMs);
  const window = useMemo(() => ({ t0, t1, live, shift: null }), [t0, t1, live]);
  const behind = useBehind(ids, bands, { window, asOf });
  const untilMs = live ? nowMs : t1; // what goes on reaches so far
  const lanes = useMemo(() => ids.flatMap((id, i) => bands.map((band): Lane => {
    const of = { key: `${band} ${id}`, height: HEIGHT[band] };
    if (band === "states") return { kind: "states", ...of, label: map.byId(id)?.name ?? "", bars: behind.bars[i] ?? [] };
    if (band === "jobs") return { kind: "spans", ...of, label: say("jobs"), spans: jobSpans(behind.jobs[i] ?? [], untilMs, called.job) };
    if (band === "alarms") return { kind: "spans", ...of, label: say("alarms"), spans: alarmSpans(behind.alarms[i], called.alarm), tone: "fault" };
    return { kind: "spans", ...of, label: say("stops"), spans: stopSpans(behind.stops[i], untilMs, called.stop) };
  })), [ids, bands, behind, untilMs, map, say, called]);
  const said = (lane: Lane, ms: number): string[] => {
    const item = itemAt(lane, ms);
    if (lane.kind === "columns" || item < 0) return [];
    return lane.kind === "spans" ? [lane.spans[item]?.label ?? ""] : called.bar(lane.bars[item]);
  };
  const at = (ms: number) => ids.flatMap((id, i) => {
    const words = [...new Set(lanes.slice(i * bands.length, (i + 1) * bands.length).flatMap((lane) => said(lane, ms)))].filter(Boolean);
    return words.length > 0 ? [`${map.byId(id)?.name ?? ""}: ${words.join(" · ")}`] : [];
  });
  return { lanes, tooLong, at };
}
