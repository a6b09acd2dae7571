// The trend itself: curves that a hand, a wheel or the keyboard moves through time, drawn once per picture.
import { useElementSize, useMergedRef } from "@mantine/hooks";
import { type KeyboardEvent, type PointerEvent, type Ref, useCallback, useEffect, useMemo, useReducer, useRef } from "react";
import type { Problem } from "@/api/problem";
import { useReader } from "@/show/show";
import { useColours } from "@/timeline/colours";
import type { View } from "@/timeline/keys";
import type { Lane } from "@/timeline/lanes";
import { fillsOf } from "@/timeline/paint";
import css from "@/trend/trend.module.css";
import { type Drawn, pictureOf, useRanges } from "@/trend/picture";
import { paintTrend, type Picture } from "@/trend/paint";
import { useCurves } from "@/trend/use-curves";
import { type Hands, useHands } from "@/trend/use-hands";
import { words } from "@/trend/words";
import { useWords } from "@/words/words";

export interface ChartProps extends Hands {
  pens: readonly Drawn[];
  view: View;
  shiftMs: number | null;
  /** As known at this moment; null: now. */
  asOf?: string | null;
  /** The second curves as known at this one; without a shift they lie over the same stretch. */
  beside?: string | null;
  lanes: readonly Lane[];
  hoverMs: number | null;
  nowMs: number;
  height: number;
  holdsUntil: (tag: number) => number;
  /** Hears what is drawn, after it was drawn. */
  onDrawn?: (picture: Picture, failure: Problem | null) => void;
  canvasRef?: Ref<HTMLCanvasElement>;
}

export function Chart(props: ChartProps) {
  const { pens, view, lanes, hoverMs, nowMs, height, holdsUntil, onDrawn, canvasRef, cursors, asOf = null, beside = null } = props;
  const shiftMs = props.shiftMs ?? (beside === null ? null : 0);
  const say = useWords(words);
  const reader = useReader();
  const colours = useColours();
  const { ref: box, width } = useElementSize<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const both = useMergedRef(canvas, canvasRef ?? null);
  const [drawing, again] = useReducer((n: number) => n + 1, 0);
  const shown = useMemo(() => pens.filter((one) => !one.pen.hidden), [pens]);
  const tags = useMemo(() => shown.map((one) => one.pen.tag), [shown]);
  const curves = useCurves({ tags, view, shiftMs, width, nowMs, holdsUntil, asOf, beside: beside ?? asOf }, again);
  const { failure } = curves;
  const fills = useMemo(() => fillsOf(colours, devicePixelRatio || 1), [colours]);
  const ranges = useRanges();
  const picture = useMemo(
    () => pictureOf({ pens: shown, curves, view, shiftMs, lanes, size: { width, height }, nowMs, cursors: [...cursors, ...(hoverMs === null ? [] : [{ ms: hoverMs, name: "", pinned: false }])], look: { colours, fills, reader } }, ranges),
    [shown, curves, view, shiftMs, lanes, width, height, nowMs, cursors, hoverMs, colours, fills, reader.language, reader.zone, drawing], // eslint-disable-line react-hooks/exhaustive-deps -- `reader` is new at every drawing, `drawing` stands for the live values
  );
  useEffect(() => {
    const element = canvas.current;
    const pen = element?.getContext("2d");
    if (!element || !pen || width === 0) return undefined;
    const frame = requestAnimationFrame(() => {
      const scale = devicePixelRatio || 1;
      element.width = Math.round(width * scale);
      element.height = Math.round(height * scale);
      pen.setTransform(scale, 0, 0, scale, 0, 0);
      paintTrend(pen, picture);
      onDrawn?.(picture, failure);
    });
    return () => cancelAnimationFrame(frame);
  }, [picture, width, height, onDrawn, failure]);
  const hands = useHands({ ...props, plot: picture.layout.plot });
  const press = useCallback((event: KeyboardEvent) => { if (hands.press(event.key, event.shiftKey)) event.preventDefault(); }, [hands]);
  return (
    <div ref={box} className={css.box} style={{ height }} data-testid="trend" data-busy={curves.busy} data-exact={curves.exact} data-from={Math.round(view.t0)} data-pens={shown.length}>
      <div
        ref={hands.field} className={css.field} tabIndex={0} role="application" aria-roledescription={say("trend")} aria-label={say("how")} onKeyDown={press}
        onPointerDown={(event: PointerEvent<HTMLDivElement>) => hands.down(event)} onPointerMove={(event) => hands.move(event)} onPointerUp={(event) => hands.up(event)} onPointerCancel={(event) => hands.up(event)} onPointerLeave={() => hands.leave()}
      >
        <canvas ref={both} className={css.canvas} aria-hidden="true" />
      </div>
    </div>
  );
}
