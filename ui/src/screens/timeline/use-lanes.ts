// What the lanes of the screen show: segments of every machine, the jobs that ran on each, the shifts of the line.
import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { jobResponsesQuery, shiftsQuery } from "@/api/queries";
import type { Equipment } from "@/api/types";
import { useProductName } from "@/jobs/jobs";
import { useKnown } from "@/knowing/known";
import { useNowMs } from "@/live/now";
import type { Picture } from "@/segments/columns";
import { segmentsQuery, stretchOf } from "@/segments/query";
import { useSlowSpans } from "@/slow/ask";
import { useStatesNow } from "@/states/live-state";
import type { View } from "@/timeline/keys";
import type { NamedSpan } from "@/timeline/lanes";
import type { SlowSpan } from "@/timeline/slow";

const BANDS_UP_TO_MS = 40 * 86_400_000; // more jobs and shifts than that have no room for their names
const ASK_AGAIN_MS = 60_000;
const NOBODY: readonly number[] = [];

export interface Lanes { picture: Picture | undefined; jobs: ReadonlyMap<number, readonly NamedSpan[]>; shifts: readonly NamedSpan[]; slow: ReadonlyMap<number, readonly SlowSpan[]>; error: Error | null; isPending: boolean; refetch: () => void }

export function useLanes(here: Equipment, view: View, live: boolean): Lanes {
  const known = useKnown();
  const { data: picture, error, isPending, refetch } = useQuery({ ...segmentsQuery(here.id, view, { live, ...known }), placeholderData: keepPreviousData });
  const { t0, t1 } = stretchOf(view);
  const span = { start: new Date(t0).toISOString(), end: new Date(t1).toISOString() };
  const short = t1 - t0 <= 3 * BANDS_UP_TO_MS;
  const units = picture?.lanes.map((lane) => lane.equipmentId) ?? [];
  const since = useStatesNow(live ? units : NOBODY).map((now) => now?.since).join();
  useEffect(() => { if (live && since) void refetch(); }, [live, since, refetch]);
  const productName = useProductName();
  const minute = Math.floor(useNowMs() / ASK_AGAIN_MS) * ASK_AGAIN_MS;
  const asked = useQueries({ queries: units.map((id) => ({ ...jobResponsesQuery(id, { ...span, ...known }), placeholderData: keepPreviousData, enabled: short, refetchInterval: live ? ASK_AGAIN_MS : (false as const) })) });
  const shifts = useQuery({ ...shiftsQuery(here.id, { ...span, ...known }), placeholderData: keepPreviousData, enabled: short }).data;
  const told = asked.map((one) => one.dataUpdatedAt).join();
  const jobs = useMemo(
    () => new Map(units.map((id, i) => [id, (asked[i]?.data ?? []).map((job) => ({ t0: Date.parse(job.start), t1: job.end ? Date.parse(job.end) : minute + ASK_AGAIN_MS, label: productName(job.product) }))])),
    [told, units.join(), productName, minute], // eslint-disable-line react-hooks/exhaustive-deps -- `told` says that an answer changed
  );
  const spans = useMemo(() => (shifts ?? []).map((shift) => ({ t0: Date.parse(shift.start), t1: Date.parse(shift.end), label: shift.crew ? `${shift.name} · ${shift.crew}` : shift.name })), [shifts]);
  const slow = useSlowSpans(here.id, { ...span, ...known }, live);
  return { picture, jobs, shifts: spans, slow, error: picture ? null : error, isPending, refetch: () => void refetch() };
}
