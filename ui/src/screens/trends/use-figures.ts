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

/** What is now, in steps of a stretch so long. */
const stepped = (nowMs: number, span: number): number => {
  const step = Math.max(1000, span / STEPS);
  return Math.floor(nowMs / step) * step;
};

/** The stretch that figures are asked for: the visible one, up to now. One that follows moves in steps, one that stands keeps its beginning. */
export function figuresSpan(view: View, { nowMs, following }: { nowMs: number; following: boolean }): View | null {
  const span = view.t1 - view.t0;
  const t1 = view.t1 < nowMs && !following ? view.t1 : Math.min(view.t1, stepped(nowMs, span));
  return t1 > view.t0 ? { t0: following ? t1 - span : view.t0, t1 } : null;
}

/** The stretch it is compared with, whole as far as it is over; while the view follows it moves in the same steps. */
export function figuresSpanThen(view: View, shiftMs: number, { nowMs, following }: { nowMs: number; following: boolean }): View | null {
  const from = following ? figuresSpan(view, { nowMs, following }) : view;
  return from && figuresSpan({ t0: from.t0 + shiftMs, t1: from.t1 + shiftMs }, { nowMs, following: false });
}

export function useStatistics(tags: readonly number[], span: View | null, asOf: string | null): ReadonlyMap<number, Statistics> {
  const [settled] = useDebouncedValue(span === null ? "" : `${new Date(span.t0).toISOString()} ${new Date(span.t1).toISOString()}`, VIEW_RESTS_MS);
  const [start = "", end = ""] = settled.split(" ");
  const { data } = useQuery({ ...statisticsQuery(tags, { start, end }, asOf), enabled: end !== "" && tags.length > 0, staleTime: 30_000, placeholderData: keepPreviousData });
  return useMemo(() => (settled === "" ? NO_FIGURES : new Map((data?.items ?? []).map((one) => [one.tag, one]))), [settled, data]);
}
