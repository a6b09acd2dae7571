// Asks for the segments of a stretch three times as wide as what is seen, on a grid: moving a little asks for nothing new.
import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { StateRecord } from "@/api/types";
import type { Known } from "@/knowing/known";
import { pictureOf, type SegmentsAnswer } from "@/segments/columns";
import type { View } from "@/timeline/keys";

const PER_SPAN_PX = 2_048;
export const SHORTEST_MS = 10_000;
export const LONGEST_MS = 92 * 86_400_000;

/** The stretch that is asked for: wider than the view on both sides, the same for views that lie near each other. */
export function stretchOf(view: View): View & { px: number } {
  const step = Math.min(2 ** Math.ceil(Math.log2(Math.max(view.t1 - view.t0, SHORTEST_MS))), LONGEST_MS);
  const first = Math.floor(view.t0 / step);
  return { t0: (first - 1) * step, t1: (first + 2) * step, px: 3 * PER_SPAN_PX };
}

/** A view that can be shown: not shorter than ten seconds, not longer than a quarter of a year. */
export function fitting(view: View): View {
  const span = Math.max(SHORTEST_MS, Math.min(LONGEST_MS, view.t1 - view.t0));
  const middle = (view.t0 + view.t1) / 2;
  return { t0: Math.round(middle - span / 2), t1: Math.round(middle + span / 2) };
}

export function segmentsQuery(equipmentId: number, view: View, { live, ...known }: Known & { live: boolean }) {
  const { t0, t1, px } = stretchOf(view);
  const query = { start: new Date(t0).toISOString(), end: new Date(t1).toISOString(), px, ...known };
  return queryOptions({
    queryKey: [`/equipment/${equipmentId}/segments`, query],
    queryFn: ({ signal }) => get<SegmentsAnswer>(`/equipment/${equipmentId}/segments`, query, signal).then(pictureOf),
    refetchInterval: live ? Math.max(5_000, Math.min(60_000, (view.t1 - view.t0) / 1000)) : (false as const),
  });
}

/** A state record with its neighbours; `version` goes back as `seen`. */
export interface SegmentNow { record: StateRecord; before: StateRecord | null; after: StateRecord | null; version: string }
export const segmentQuery = (equipmentId: number, ms: number, known: Known = {}) => queryOptions({
  queryKey: [`/equipment/${equipmentId}/segment`, ms, known.as_of],
  queryFn: ({ signal }) => get<SegmentNow>(`/equipment/${equipmentId}/segment`, { at: new Date(ms).toISOString(), ...known }, signal),
});
