// The state records of an equipment in a window, kept in step with what it does now.
import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { stateRecordsQuery } from "@/api/queries";
import type { StateNow, StateRecord } from "@/api/types";
import { useKnownMs } from "@/live/live";
import { useStateNow, useStatesNow } from "@/states/live-state";
import { type Bar, barsOf } from "@/timeline/paint";
import { asSpan, type Window } from "@/view/period";

const ASK_AGAIN_MS = 60_000;
const asked = (equipmentId: number, window: Window) => ({ ...stateRecordsQuery(equipmentId, asSpan(window)), placeholderData: keepPreviousData, refetchInterval: window.live ? ASK_AGAIN_MS : (false as const) });

/** The live state may have changed after the records were read: the open record ends there and a new one begins. */
export function withLive(records: readonly StateRecord[], now: Omit<StateNow, "equipment_id" | "settled"> | undefined): readonly StateRecord[] {
  const last = records.at(-1);
  if (!now?.since || !last || Date.parse(now.since) <= Date.parse(last.start)) return records;
  const open: StateRecord = { ...last, start: now.since, end: null, state: now.state, mode: now.mode, reason: now.reason, external: now.external, provisional: true };
  return [...records.slice(0, -1), { ...last, end: last.end ?? now.since }, open];
}

export interface Bars { bars: Bar[]; error: Error | null; isPending: boolean; refetch: () => void }

/** Asked again at every change of the live state and once a minute. */
export function useBars(equipmentId: number, window: Window): Bars {
  const { data, error, isPending, refetch } = useQuery(asked(equipmentId, window));
  const now = useStateNow(equipmentId);
  const nowMs = useKnownMs();
  useEffect(() => {
    if (now?.since && window.live) void refetch();
  }, [now?.since, window.live, refetch]);
  const bars = useMemo(() => barsOf(window.live ? withLive(data ?? [], now) : (data ?? []), nowMs), [data, now, nowMs, window.live]);
  return { bars, error, isPending, refetch: () => void refetch() };
}

const dataOf = (answers: readonly { data: StateRecord[] | undefined }[]) => answers.map(({ data }) => data); // the same array while it says the same

/** The same for several work units at once, in their order; made anew only when there is something new. */
export function useManyBars(equipmentIds: readonly number[], window: Window): Bar[][] {
  const answers = useQueries({ queries: equipmentIds.map((id) => asked(id, window)), combine: dataOf });
  const states = useStatesNow(equipmentIds);
  const knownMs = useKnownMs();
  const nowMs = window.live ? knownMs : window.t1; // what is over does not grow
  return useMemo(() => answers.map((records) => records ?? []).map((records, i) => barsOf(window.live ? withLive(records, states[i]) : records, nowMs)), [answers, states, nowMs, window.live]);
}
