// The last hours of a work unit as a thin strip: enough to see a bad morning at a glance.
import { useCallback, useMemo } from "react";
import { useBars } from "@/history/records";
import { useNowMs } from "@/live/now";
import { Painted, type Paint } from "@/timeline/canvas";
import { useColours } from "@/timeline/colours";
import { fillsOf, paintBars } from "@/timeline/paint";
import { words } from "@/timeline/words";
import { useWords } from "@/words/words";

const MINUTE_MS = 60_000;

/** The last hours up to the coming full minute. */
export function useLastHours(hours: number) {
  const t1 = Math.ceil(useNowMs() / MINUTE_MS) * MINUTE_MS;
  return useMemo(() => ({ t0: t1 - hours * 60 * MINUTE_MS, t1, live: true, shift: null }), [t1, hours]);
}

export function StateStrip({ equipmentId, hours, height = 18 }: { equipmentId: number; hours: number; height?: number }) {
  const say = useWords(words);
  const window = useLastHours(hours);
  const { bars } = useBars(equipmentId, window);
  const colours = useColours();
  const fills = useMemo(() => fillsOf(colours, devicePixelRatio || 1), [colours]);
  const { t0, t1 } = window;
  const paint = useCallback<Paint>((pen, width) => paintBars(pen, bars, { frame: { t0, t1, width, top: 0, height }, fills }), [bars, fills, t0, t1, height]);
  return <Painted height={height} paint={paint} role="img" aria-label={say("lastHours", { n: hours })} />;
}
