// The trend of one numeric signal over a window: read from the history, and its live end.
import { useElementSize } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { seriesQuery } from "@/api/queries";
import type { Series, Tag } from "@/api/types";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { isGood } from "@/live/columns";
import { useLiveValue } from "@/live/live";
import { useNowMs } from "@/live/now";
import { words } from "@/signals/words";
import { type TailPoint, Trend } from "@/trend/trend";
import { soFar, type Window } from "@/view/period";
import { useChangeSearch } from "@/view/search";
import { useWords } from "@/words/words";

const TAIL_MAX = 2_000; // of a value ten times a second: more than three minutes between two readings of the history
const ASK_AGAIN_MS = 30_000;

/** What came live since the page opened; a bad value is a gap. */
function useTail(tag: number, live: boolean): readonly TailPoint[] {
  const value = useLiveValue(tag);
  const points = useRef<TailPoint[]>([]);
  const [tail, setTail] = useState<readonly TailPoint[]>([]);
  useEffect(() => { points.current = []; setTail([]); }, [tag]);
  const [tsMs, number, quality] = [value?.tsMs, value?.value, value?.quality];
  useEffect(() => {
    if (!live || tsMs === undefined || tsMs <= (points.current.at(-1)?.tsMs ?? 0)) return;
    points.current = [...points.current.slice(-TAIL_MAX), { tsMs, value: isGood(quality ?? 0) ? (number ?? null) : null }];
    setTail(points.current);
  }, [live, tsMs, number, quality]);
  return tail;
}

interface TagTrendProps { tag: Tag; window: Window; onShown?: (series: Series | undefined) => void }
/** The tag's topic must be wanted by somebody. `onShown` hears what is drawn. */
export function TagTrend({ tag, window, onShown }: TagTrendProps) {
  const say = useWords(words);
  const change = useChangeSearch();
  const { ref, width } = useElementSize();
  const px = Math.max(200, Math.min(Math.round(width / 50) * 50, 2000));
  const span = soFar(window, useNowMs(), ASK_AGAIN_MS);
  const { data, error, isPending, refetch } = useQuery({ ...seriesQuery(tag.id, { ...span, px }), placeholderData: keepPreviousData, enabled: width > 0 });
  const tail = useTail(tag.id, window.live);
  useEffect(() => onShown?.(data), [data, onShown]);
  const zoom = ({ t0, t1 }: { t0: number; t1: number }) => change({ period: "custom", start: new Date(t0).toISOString(), end: new Date(t1).toISOString() });
  return (
    <div ref={ref}>
      {error && <ProblemNotice error={error} onRetry={() => void refetch()} />}
      {!error && isPending && <Waiting lines={6} height={32} />}
      {data && data.t0_us.length + tail.length === 0 && <Empty title={say("noSamples")} hint={say("noSamplesHint")} />}
      {data && data.t0_us.length + tail.length > 0 && <Trend series={data} tail={tail} tag={tag.path} view={window} onZoom={zoom} />}
    </div>
  );
}
