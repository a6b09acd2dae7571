// The trend of one signal of the work unit, chosen in the address.
import { Select } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { seriesQuery, tagsQuery } from "@/api/queries";
import type { Tag } from "@/api/types";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { isGood } from "@/live/columns";
import { useLiveValue, useTopicWanted } from "@/live/live";
import { useNowMs } from "@/live/now";
import { words } from "@/screens/unit/words";
import css from "@/screens/unit/unit.module.css";
import { type TailPoint, Trend } from "@/trend/trend";
import { soFar, type Window } from "@/view/period";
import { useChangeSearch, useSearchText } from "@/view/search";
import { useWords } from "@/words/words";

const TAIL_MAX = 2_000; // of a value ten times a second: more than three minutes between two readings of the history
const ASK_AGAIN_MS = 30_000;
const NUMERIC = new Set(["f64", "f32", "i64", "i32", "u64", "u32", "bool"]);

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

function Chart({ tag, window }: { tag: Tag; window: Window }) {
  const say = useWords(words);
  const change = useChangeSearch();
  const { ref, width } = useElementSize();
  const px = Math.max(200, Math.min(Math.round(width / 50) * 50, 2000));
  const span = soFar(window, useNowMs(), ASK_AGAIN_MS);
  const { data, error, isPending, refetch } = useQuery({ ...seriesQuery(tag.id, { ...span, px }), placeholderData: keepPreviousData, enabled: width > 0 });
  const tail = useTail(tag.id, window.live);
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

export default function TrendTab({ equipmentId, window }: { equipmentId: number; window: Window }) {
  const say = useWords(words);
  const change = useChangeSearch();
  const { tag: asked } = useSearchText();
  useTopicWanted(`tags/${equipmentId}`);
  const { data, error, refetch } = useQuery(tagsQuery(equipmentId));
  if (error) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <Waiting />;
  const numeric = data.filter((tag) => NUMERIC.has(tag.kind));
  const chosen = numeric.find((tag) => tag.property === asked) ?? numeric.find((tag) => tag.property === "speed") ?? numeric.find((tag) => tag.kind === "f64") ?? numeric[0];
  if (!chosen) return <Empty title={say("noNumeric")} />;
  return (
    <>
      <div className={css.tabTools}>
        <Select size="sm" aria-label={say("pick")} data={numeric.map((tag) => ({ value: tag.property, label: tag.property }))} value={chosen.property} onChange={(tag) => change({ tag })} allowDeselect={false} searchable data-testid="trend-tag" />
      </div>
      <Chart key={chosen.id} tag={chosen} window={window} />
    </>
  );
}
