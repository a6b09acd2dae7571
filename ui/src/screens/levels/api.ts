// What a raw signal says of its machine: levels with thresholds between them, by its own histogram.
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { get, serverNowMs } from "@/api/client";

export interface Found {
  tag_id: number; points: number; why: string; warnings: string[];
  levels: { name: string; mean: number; sd: number; share: number }[];
  thresholds: { low: number; high: number; expected_wrong: number }[];
  histogram_edges: number[]; histogram_counts: number[];
  cycle_s: number | null; cycles_counted: number; cycle_likeness: number; code: string;
}
const GROW_MS = 15_000;
const HOUR_MS = 3_600_000;

export const foundQuery = (tag: number, hours: number) =>
  queryOptions({
    queryKey: ["/tags", tag, "proposal", hours],
    queryFn: ({ signal }) => get<Found>(`/tags/${tag}/proposal`, { start: new Date(serverNowMs() - hours * HOUR_MS).toISOString(), end: new Date(serverNowMs()).toISOString() }, signal),
    refetchInterval: GROW_MS,
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
