// The last hours of a work unit as a thin strip: enough to see a bad morning at a glance.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo } from "react";
import { stateRecordsQuery } from "@/api/queries";
import { useNowMs } from "@/live/now";
import { useStateNow } from "@/states/live-state";
import { Painted, type Paint } from "@/timeline/canvas";
import { useColours } from "@/timeline/colours";
import { barsOf, fillsOf, paintBars } from "@/timeline/paint";
import { words } from "@/timeline/words";
import { useWords } from "@/words/words";

const MINUTE_MS = 60_000;

export function StateStrip({ equipmentId, hours, height = 18 }: { equipmentId: number; hours: number; height?: number }) {
  const say = useWords(words);
  const nowMs = useNowMs();
  const t1 = Math.ceil(nowMs / MINUTE_MS) * MINUTE_MS;
  const t0 = t1 - hours * 60 * MINUTE_MS;
  const span = { start: new Date(t0).toISOString(), end: new Date(t1).toISOString() };
  const { data, refetch } = useQuery({ ...stateRecordsQuery(equipmentId, span), placeholderData: keepPreviousData });
  const since = useStateNow(equipmentId)?.since;
  useEffect(() => {
    if (since) void refetch(); // the state changed: the record before it now has its end
  }, [since, refetch]);
  const colours = useColours();
  const fills = useMemo(() => fillsOf(colours, devicePixelRatio || 1), [colours]);
  const bars = useMemo(() => barsOf(data ?? [], nowMs), [data, nowMs]);
  const paint = useCallback<Paint>((pen, width) => paintBars(pen, bars, { frame: { t0, t1, width, top: 0, height }, fills }), [bars, fills, t0, t1, height]);
  return <Painted height={height} paint={paint} role="img" aria-label={say("lastHours", { n: hours })} />;
}
