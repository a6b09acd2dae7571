// The timeline: what happened when, on a canvas that pointer and keyboard can walk and zoom.
import { type KeyboardEvent, type PointerEvent, useCallback, useMemo, useRef, useState } from "react";
import { formatMoment } from "@/show/format";
import { useReader } from "@/show/show";
import { labels, ticks } from "@/timeline/axis";
import { Painted, type Paint } from "@/timeline/canvas";
import { useColours } from "@/timeline/colours";
import { type Mark, moved, type View, zoomed } from "@/timeline/keys";
import { itemAt, itemsOf, type Lane, laneAt, layout, paintLane, type Pens } from "@/timeline/lanes";
import { fillsOf, xOf } from "@/timeline/paint";
import { Readout } from "@/timeline/readout";
import css from "@/timeline/timeline.module.css";
import { words } from "@/timeline/words";
import { useWords } from "@/words/words";

const AXIS_PX = 22;
const DRAG_PX = 6; // less is a click
const FONT = '500 11.5px "Inter Variable", sans-serif';

interface TimelineProps { lanes: readonly Lane[]; view: View; nowMs: number; onZoom?: (view: View) => void; onPick?: (lane: Lane, item: number) => void; testid?: string }
interface Drag { from: number; to: number }

function usePainter(props: TimelineProps & { mark: Mark | null; drag: Drag | null }) {
  const { lanes, view, nowMs, mark, drag } = props;
  const colours = useColours();
  const reader = useReader();
  const pens = useMemo<Pens>(() => ({ colours, fills: fillsOf(colours, devicePixelRatio || 1), font: FONT }), [colours]);
  return useCallback<Paint>((pen, width) => {
    const { tops, height } = layout(lanes);
    const scale = { ...view, width };
    const marks = ticks(view.t0, view.t1, { width, zone: reader.zone });
    pen.fillStyle = colours.grid;
    for (const tick of marks) pen.fillRect(Math.round(xOf(tick.ms, scale)), 0, 1, height + 4);
    lanes.forEach((lane, i) => paintLane(pen, lane, { frame: { ...scale, top: tops[i] ?? 0, height: lane.height }, pens }));
    pen.font = FONT;
    pen.textBaseline = "alphabetic";
    for (const { text, x, align, isDay } of labels(marks, { width, at: (ms) => xOf(ms, scale), name: ({ ms, style }) => formatMoment(ms, style, reader), measure: (name) => pen.measureText(name).width })) {
      pen.textAlign = align;
      pen.fillStyle = isDay ? colours.ink : colours.inkSoft;
      pen.fillText(text, x, height + 16);
    }
    pen.textAlign = "left";
    paintCursor(pen, { lanes, tops, height, scale, mark, drag, nowMs, colours });
  }, [lanes, view, nowMs, mark, drag, colours, pens, reader]);
}

interface CursorLook { lanes: readonly Lane[]; tops: number[]; height: number; scale: View & { width: number }; mark: Mark | null; drag: Drag | null; nowMs: number; colours: Pens["colours"] }
function paintCursor(pen: CanvasRenderingContext2D, look: CursorLook): void {
  const { lanes, tops, height, scale, mark, drag, nowMs, colours } = look;
  if (nowMs > scale.t0 && nowMs < scale.t1) {
    pen.fillStyle = colours.ink;
    pen.fillRect(Math.round(xOf(nowMs, scale)), 0, 1, height);
  }
  if (drag) {
    pen.fillStyle = colours.band;
    pen.fillRect(Math.min(drag.from, drag.to), 0, Math.abs(drag.to - drag.from), height);
  }
  const lane = mark && lanes[mark.lane];
  const item = lane && itemsOf(lane)[mark.item];
  if (!mark || !lane || !item) return;
  const x0 = Math.max(xOf(item.t0, scale), 1);
  const x1 = Math.min(xOf(item.t1, scale), scale.width - 1);
  pen.strokeStyle = colours.ink;
  pen.lineWidth = 2;
  pen.strokeRect(x0, (tops[mark.lane] ?? 0) - 1, Math.max(x1 - x0, 2), lane.height + 2);
}

function usePointer(props: TimelineProps, width: number, setMark: (mark: Mark | null) => void) {
  const { lanes, view, onZoom, onPick } = props;
  const [drag, setDrag] = useState<Drag | null>(null);
  const { tops } = layout(lanes);
  const xIn = (event: PointerEvent) => event.clientX - event.currentTarget.getBoundingClientRect().left;
  const msOf = (x: number) => view.t0 + (x / width) * (view.t1 - view.t0);
  const under = (event: PointerEvent): Mark | null => {
    const lane = laneAt(lanes, tops, event.clientY - event.currentTarget.getBoundingClientRect().top);
    const found = lanes[lane];
    const item = found ? itemAt(found, msOf(xIn(event))) : -1;
    return item < 0 ? null : { lane, item };
  };
  const up = (event: PointerEvent) => {
    const far = drag && Math.abs(drag.to - drag.from) > DRAG_PX;
    setDrag(null);
    if (far && onZoom) return onZoom({ t0: msOf(Math.min(drag.from, drag.to)), t1: msOf(Math.max(drag.from, drag.to)) });
    const mark = under(event);
    const lane = mark && lanes[mark.lane];
    if (lane) onPick?.(lane, mark.item);
  };
  const handlers = {
    onPointerDown: (event: PointerEvent) => { if (onZoom) setDrag({ from: xIn(event), to: xIn(event) }); },
    onPointerMove: (event: PointerEvent) => { if (drag) setDrag({ ...drag, to: xIn(event) }); setMark(under(event)); },
    onPointerUp: up,
    onPointerLeave: () => { setDrag(null); setMark(null); },
  };
  return { drag, handlers };
}

export function Timeline(props: TimelineProps) {
  const { lanes, view, onZoom, onPick, testid } = props;
  const say = useWords(words);
  const [mark, setMark] = useState<Mark | null>(null);
  const [width, setWidth] = useState(1);
  const box = useRef<HTMLDivElement>(null);
  const { drag, handlers } = usePointer(props, width, setMark);
  const paint = usePainter({ ...props, mark, drag });
  const { height } = layout(lanes);
  const lane = mark ? lanes[mark.lane] : undefined;
  const item = lane && mark ? itemsOf(lane)[mark.item] : undefined;
  const centre = item ? xOf((Math.max(item.t0, view.t0) + Math.min(item.t1, view.t1)) / 2, { ...view, width }) : 0;
  const press = (event: KeyboardEvent) => {
    const next = moved(event.key, mark, { lanes, view });
    const around = item ? (item.t0 + item.t1) / 2 : (view.t0 + view.t1) / 2;
    if (next) setMark(next);
    else if (event.key === "+" || event.key === "=") onZoom?.(zoomed(view, 0.5, around));
    else if (event.key === "-") onZoom?.(zoomed(view, 2, around));
    else if (event.key === "Enter" && lane && mark) onPick?.(lane, mark.item);
    else if (event.key === "Escape" && mark) setMark(null);
    else return;
    event.preventDefault();
  };
  return (
    <div className={css.timeline} data-testid={testid}>
      <div className={css.labels} aria-hidden="true">
        {lanes.map((one) => <span key={one.key} style={{ height: one.height, marginBottom: 6 }}>{one.label}</span>)}
      </div>
      <div ref={box} className={css.field} tabIndex={0} role="application" aria-roledescription={say("timeline")} aria-label={say("how")} onKeyDown={press} onBlur={() => setMark(null)} {...handlers}>
        <Painted height={height + AXIS_PX} paint={paint} onWidth={setWidth} aria-hidden="true" />
        {lane && mark && item && !drag && (
          <div className={css.readout} style={{ left: Math.max(0, Math.min(centre - 120, width - 250)), top: height + 2 }} role="status"><Readout lane={lane} item={mark.item} /></div>
        )}
      </div>
    </div>
  );
}
