// The figures beside the curves, as the server works them out: at a moment, and over the visible stretch.
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { momentsQuery, statisticsQuery } from "@/api/queries";
import type { Moment, Statistics } from "@/api/types";
import type { View } from "@/timeline/keys";

const CURSOR_RESTS_MS = 90; // where a cursor rests, the server is asked what stood there
const VIEW_RESTS_MS = 350;
const STEPS = 60; // while it follows, figures are asked again when a sixtieth of the stretch is new
const NO_MOMENTS: ReadonlyMap<number, Moment> = new Map();
const NO_FIGURES: ReadonlyMap<number, Statistics> = new Map();

/** What the tags said at a moment, exactly, as known at `asOf`; while a cursor moves, what was said before. */
export function useMoments(tags: readonly number[], ms: number | null, asOf: string | null): ReadonlyMap<number, Moment> {
  const [settled] = useDebouncedValue(ms === null ? null : Math.round(ms), CURSOR_RESTS_MS);
  const { data } = useQuery({ ...momentsQuery(tags, settled ?? 0, asOf), enabled: settled !== null && tags.length > 0, staleTime: 10_000, placeholderData: keepPreviousData });
  return useMemo(() => (settled === null || ms === null ? NO_MOMENTS : new Map((data?.items ?? []).map((moment) => [moment.tag, moment]))), [settled, ms === null, data]); // eslint-disable-line react-hooks/exhaustive-deps -- where a moving cursor is does not matter before it rests
}

/** The stretch that figures are asked for: up to now, in steps. */
export function figuresSpan(view: View, nowMs: number): View | null {
  const step = Math.max(1000, (view.t1 - view.t0) / STEPS);
  const t1 = Math.min(view.t1, view.t1 >= nowMs - step ? Math.floor(nowMs / step) * step : nowMs);
  return t1 > view.t0 ? { t0: view.t1 >= nowMs - step ? t1 - (view.t1 - view.t0) : view.t0, t1 } : null;
}

export function useStatistics(tags: readonly number[], view: View, { nowMs, asOf }: { nowMs: number; asOf: string | null }): ReadonlyMap<number, Statistics> {
  const span = figuresSpan(view, nowMs);
  const [settled] = useDebouncedValue(span === null ? "" : `${new Date(span.t0).toISOString()} ${new Date(span.t1).toISOString()}`, VIEW_RESTS_MS);
  const [start = "", end = ""] = settled.split(" ");
  const { data } = useQuery({ ...statisticsQuery(tags, { start, end }, asOf), enabled: end !== "" && tags.length > 0, staleTime: 30_000, placeholderData: keepPreviousData });
  return useMemo(() => (settled === "" ? NO_FIGURES : new Map((data?.items ?? []).map((one) => [one.tag, one]))), [settled, data]);
}
