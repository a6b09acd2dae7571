// What the machines did behind the curves: states, jobs and stops of the pens' equipment, by choice.
import { keepPreviousData, useQueries } from "@tanstack/react-query";
import { useMemo } from "react";
import { jobResponsesQuery, stopsQuery } from "@/api/queries";
import type { JobResponse, Stops } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import { useManyBars } from "@/history/records";
import { useProductName } from "@/jobs/jobs";
import type { Band } from "@/screens/trends/state";
import type { KnownPen } from "@/screens/trends/use-pens";
import { words } from "@/screens/trends/words";
import { useReasonName, useStateName } from "@/states/names";
import type { View } from "@/timeline/keys";
import { itemAt, type Lane, type NamedSpan } from "@/timeline/lanes";
import { asSpan, type Window } from "@/view/period";
import { useWords } from "@/words/words";

export const EQUIPMENT_MAX = 4; // more lanes would leave no room for the curves
export const BANDS_UP_TO_MS = 32 * 86_400_000; // a month of states is some thousand records; of a year nobody sees one
const HEIGHT: Readonly<Record<Band, number>> = { states: 18, jobs: 16, stops: 16 };

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

export interface Bands { lanes: readonly Lane[]; tooLong: boolean; at: (ms: number) => string[] }

export function useBands(pens: readonly KnownPen[], bands: readonly Band[], look: { view: View; nowMs: number }): Bands {
  const say = useWords(words);
  const { map } = useEquipment();
  const stateName = useStateName();
  const reasonName = useReasonName();
  const productName = useProductName();
  const { view, nowMs } = look;
  const tooLong = bands.length > 0 && view.t1 - view.t0 > BANDS_UP_TO_MS;
  const ids = useMemo(() => (tooLong ? [] : [...new Set(pens.flatMap(({ tag, pen }) => (tag && !pen.hidden ? [tag.equipment_id] : [])))].slice(0, EQUIPMENT_MAX)), [pens, tooLong]);
  const { t0, t1, live } = windowAround(view, nowMs);
  const window = useMemo(() => ({ t0, t1, live, shift: null }), [t0, t1, live]);
  const span = asSpan(window);
  const bars = useManyBars(bands.includes("states") ? ids : [], window);
  const again = { placeholderData: keepPreviousData, refetchInterval: live ? 30_000 : (false as const) };
  const jobs = useQueries({ queries: ids.map((id) => ({ ...jobResponsesQuery(id, span), ...again, enabled: bands.includes("jobs") })) });
  const stops = useQueries({ queries: ids.map((id) => ({ ...stopsQuery(id, span), ...again, enabled: bands.includes("stops") })) });
  const lanes = ids.flatMap((id, i): Lane[] => {
    const label = map.byId(id)?.name ?? "";
    return bands.map((band): Lane => {
      const of = { key: `${band} ${id}`, height: HEIGHT[band] };
      if (band === "states") return { kind: "states", ...of, label, bars: bars[i] ?? [] };
      if (band === "jobs") return { kind: "spans", ...of, label: say("jobs"), spans: jobSpans(jobs[i]?.data ?? [], nowMs, (job) => [productName(job.product), job.job_order].filter(Boolean).join(" · ")) };
      return { kind: "spans", ...of, label: say("stops"), spans: stopSpans(stops[i]?.data, nowMs, (stop) => reasonName(stop.reason) ?? stateName(stop.state)) };
    });
  });
  const said = (lane: Lane, ms: number): string[] => {
    const item = itemAt(lane, ms);
    if (lane.kind === "columns" || item < 0) return [];
    if (lane.kind === "spans") return [lane.spans[item]?.label ?? ""];
    const bar = lane.bars[item];
    return bar ? [stateName(bar.look.word), reasonName(bar.record.reason) ?? ""] : [];
  };
  const at = (ms: number) => ids.flatMap((id, i) => {
    const words = [...new Set(lanes.slice(i * bands.length, (i + 1) * bands.length).flatMap((lane) => said(lane, ms)))].filter(Boolean);
    return words.length > 0 ? [`${map.byId(id)?.name ?? ""}: ${words.join(" · ")}`] : [];
  });
  return { lanes, tooLong, at };
}
