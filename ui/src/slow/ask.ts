// Where machines ran too slowly, as the server tells it, and as spans for a timeline.
import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { get } from "@/api/client";
import type { Span } from "@/api/queries";
import type { SlowSpan } from "@/timeline/slow";

export interface SlowStretch { equipment_id: number; start: string; end: string; elapsed_us: number; produced: number; planned: number; rate_upm: number; standard_upm: number; share: number; lost_us: number; products: string[]; below: number; for_s: number }
export interface SlowRule { equipment_id: number; below: number | null; for_s: number | null }
/** `speed_us` = `slow_us` + `rest_us`; null where nothing tells of pieces. */
export interface SlowRunning { start: string; end: string; until: string; partial: boolean; speed_us: number | null; slow_us: number; rest_us: number | null; rules: SlowRule[]; items: SlowStretch[]; hints: string[]; next: string | null }

export const LONGEST_MS = 31 * 86_400_000;
const PAGES_MAX = 20;

export const slowQuery = (id: number, span: Span) =>
  queryOptions({
    queryKey: [`/equipment/${id}/slow-running`, span],
    queryFn: async ({ signal }) => {
      const first = await get<SlowRunning>(`/equipment/${id}/slow-running`, { ...span }, signal);
      for (let [page, cursor] = [1, first.next]; cursor && page < PAGES_MAX; page++) {
        const more = await get<SlowRunning>(`/equipment/${id}/slow-running`, { ...span, cursor }, signal);
        first.items.push(...more.items);
        cursor = more.next;
      }
      return first;
    },
  });

export const isTooLong = (span: Span): boolean => Date.parse(span.end) - Date.parse(span.start) > LONGEST_MS;

const MINUTE_MS = 60_000;
/** Up to the last full minute, where there is one: so it is asked once a minute, however often what stands beside it changes. */
export function toTheMinute(span: Span): Span {
  const end = Math.floor(Date.parse(span.end) / MINUTE_MS) * MINUTE_MS;
  return end > Date.parse(span.start) ? { ...span, end: new Date(end).toISOString() } : span;
}

/** The spans of each machine by time. */
export function spansOf(items: readonly SlowStretch[]): ReadonlyMap<number, readonly SlowSpan[]> {
  const found = new Map<number, SlowSpan[]>();
  for (const one of [...items].reverse()) found.set(one.equipment_id, [...(found.get(one.equipment_id) ?? []), { t0: Date.parse(one.start), t1: Date.parse(one.end), share: one.share }]);
  return found;
}

const NOTHING: ReadonlyMap<number, readonly SlowSpan[]> = new Map();
/** For a timeline: nothing where the period is too long for it, or while it is not known. */
export function useSlowSpans(id: number, span: Span, live: boolean): ReadonlyMap<number, readonly SlowSpan[]> {
  const { data } = useQuery({ ...slowQuery(id, span), placeholderData: keepPreviousData, enabled: !isTooLong(span), refetchInterval: live ? 60_000 : false });
  return useMemo(() => (data ? spansOf(data.items) : NOTHING), [data]);
}
