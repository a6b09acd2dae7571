// The trend of one numeric signal over a window, as the pages of tags and machines show it; more of it is on the trend screen.
import { useDebouncedCallback } from "@mantine/hooks";
import { useCallback, useMemo, useState } from "react";
import { serverNowMs } from "@/api/client";
import type { Problem } from "@/api/problem";
import type { Tag } from "@/api/types";
import { Empty, ProblemNotice } from "@/design/notice";
import { useKnownMs } from "@/live/live";
import { useNowMs } from "@/live/now";
import { formatMeasured, formatMoment, NOTHING, unitSymbol } from "@/show/format";
import { useReader } from "@/show/show";
import { words as signalWords } from "@/signals/words";
import type { View } from "@/timeline/keys";
import type { Lane } from "@/timeline/lanes";
import { Chart } from "@/trend/chart";
import { standing } from "@/trend/nearest";
import { goneIn } from "@/trend/gone";
import { GoneNote } from "@/trend/gone-note";
import type { Cursor, Picture } from "@/trend/paint";
import css from "@/trend/trend.module.css";
import { words } from "@/trend/words";
import { soFar, type Window } from "@/view/period";
import { Go } from "@/view/place";
import { useChangeSearch } from "@/view/search";
import { useWords } from "@/words/words";

const HEIGHT_PX = 300;
const STEP_MS = 5_000; // a running window grows in such steps
const RESTS_MS = 400;
const NO_LANES: readonly Lane[] = [];
const NO_CURSORS: readonly Cursor[] = [];
const ignore = () => undefined;

/** What the same signal and stretch are on the trend screen; one that runs is followed there. */
export function trendsOf(tag: number, window: Window): { to: string; search: Record<string, string> } {
  const end = Math.min(window.t1, serverNowMs());
  const when: Record<string, string> = window.live ? { span: String(Math.max(60, Math.round((end - window.t0) / 1000))) } : { start: new Date(window.t0).toISOString(), end: new Date(window.t1).toISOString() };
  return { to: "/trends", search: { pens: String(tag), ...when } };
}

function useMoved(window: Window): { view: View; move: (view: View) => void } {
  const change = useChangeSearch();
  const span = soFar(window, useNowMs(), STEP_MS);
  const [moved, setMoved] = useState<{ view: View; from: string } | null>(null);
  const from = `${span.start} ${window.live ? "" : span.end}`;
  const write = useDebouncedCallback((view: View) => change({ period: "custom", start: new Date(view.t0).toISOString(), end: new Date(view.t1).toISOString() }, "replace"), RESTS_MS);
  const move = useCallback((view: View) => { setMoved({ view, from }); write(view); }, [from, write]);
  const view = useMemo(() => (moved?.from === from ? moved.view : { t0: Date.parse(span.start), t1: Date.parse(span.end) }), [moved, from, span.start, span.end]);
  return { view, move };
}

interface TagTrendProps { tag: Tag; window: Window; beside?: string | null; onShown?: (picture: Picture) => void }
/** The tag's topic must be wanted by somebody. `beside`: as known at another moment, dotted. `onShown` hears what is drawn. */
export function TagTrend({ tag, window, beside = null, onShown }: TagTrendProps) {
  const say = useWords(words);
  const saySignal = useWords(signalWords);
  const reader = useReader();
  const change = useChangeSearch();
  const knownMs = useKnownMs();
  const holdsUntil = useCallback(() => knownMs, [knownMs]);
  const onGo = useCallback((where: "first" | "now") => { if (where === "now") change({ period: null, start: null, end: null }); }, [change]);
  const { view, move } = useMoved(window);
  const [hoverMs, setHover] = useState<number | null>(null);
  const [drawn, setDrawn] = useState<{ picture: Picture; failure: Problem | null } | null>(null);
  const pens = useMemo(() => [{ pen: { tag: tag.id, look: 0, own: false, hidden: false }, no: 1, unit: tag.unit, kind: tag.kind }], [tag.id, tag.unit, tag.kind]);
  const onDrawn = useCallback((picture: Picture, failure: Problem | null) => { setDrawn({ picture, failure }); onShown?.(picture); }, [onShown]);
  const curve = drawn?.picture.pens[0]?.curve;
  const at = hoverMs ?? Math.min(view.t1 - 1, knownMs);
  const live = curve?.tail.findLast(({ tsMs }) => tsMs <= at);
  const stood = curve && standing(curve.segments, at);
  const value = live && live.tsMs > (stood?.tsMs ?? 0) ? live.value : (stood?.value ?? null);
  const empty = curve && curve.segments.length > 0 && curve.tail.length === 0 && curve.segments.every(({ tile, from, to }) => from === to && Number.isNaN(tile.before) && to === 0);
  const gone = useMemo(() => (curve ? goneIn(curve.segments).map((one) => ({ ...one, name: tag.path })) : []), [curve, tag.path]);
  return (
    <div className={css.trend}>
      {drawn?.failure && <ProblemNotice error={drawn.failure} compact />}
      <div className={css.readout}>
        <span>{formatMoment(at, "full", reader)}</span>
        <span>{say("value")} <strong data-testid="trend-value">{formatMeasured(value, reader.language)}</strong> {unitSymbol(tag.unit)}</span>
        <span className="quiet">{say("span")} {stood && stood.n > 1 ? `${formatMeasured(stood.low, reader.language)} – ${formatMeasured(stood.high, reader.language)}` : NOTHING}</span>
        <Go {...trendsOf(tag.id, window)} className="link" testid="to-trends">{say("more")}</Go>
      </div>
      <GoneNote gone={gone} />
      {empty && gone.length === 0 && <Empty compact title={saySignal("noSamples")} hint={saySignal("noSamplesHint")} />}
      <Chart pens={pens} view={view} shiftMs={null} beside={beside} lanes={NO_LANES} hoverMs={hoverMs} nowMs={knownMs} height={HEIGHT_PX} holdsUntil={holdsUntil} cursors={NO_CURSORS} onView={move} onGo={onGo} onHover={setHover} onCursor={ignore} onDrawn={onDrawn} />
    </div>
  );
}
