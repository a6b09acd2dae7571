// The picture of a line's time: moved by hand, wheel, two fingers and keys; touched where something is to be opened.
import { useElementSize } from "@mantine/hooks";
import { type KeyboardEvent, type PointerEvent, type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { useReader } from "@/show/show";
import { type Columns, type Picture, type Segment, segmentAt, segmentOf } from "@/segments/columns";
import { dotsOf } from "@/segments/pixels";
import { fitting, stretchOf } from "@/segments/query";
import { walked, type Place, showing } from "@/screens/timeline/keys";
import { Described } from "@/screens/timeline/described";
import { heightOf, laneAtY, paintRows, ROW, UNIT_PX } from "@/screens/timeline/rows";
import css from "@/screens/timeline/timeline.module.css";
import type { Lanes } from "@/screens/timeline/use-lanes";
import { words } from "@/screens/timeline/words";
import { useReasonName } from "@/states/names";
import { useColours } from "@/timeline/colours";
import type { View } from "@/timeline/keys";
import { type Moving, useMoving } from "@/timeline/moving";
import { fillsOf } from "@/timeline/paint";
import { slowIn } from "@/timeline/slow";
import { pressed } from "@/trend/gestures";
import { useHands } from "@/trend/use-hands";
import { useWords } from "@/words/words";

export type Act = "reason" | "split" | "merge" | "edge" | "state" | "comment" | "history";
/** What was asked for the one is enough for the other. */
const nearby = (one: View, other: View): boolean => stretchOf(one).t0 === stretchOf(other).t0 && stretchOf(one).t1 === stretchOf(other).t1;
const ACTS: Readonly<Record<string, Act>> = { r: "reason", s: "split", m: "merge", e: "edge", t: "state", c: "comment" };

export interface Chosen { equipmentId: number; ms: number }
export interface FieldProps {
  lanes: Lanes & { picture: Picture };
  view: View;
  nowMs: number;
  names: ReadonlyMap<number, string>;
  chosen: Chosen | null;
  onView: (view: View) => void;
  onChoose: (chosen: Chosen | null) => void;
  onAct: (act: Act) => void;
  onOpen: () => void;
}

/** The segment that is chosen, and the lane it lies in. */
export function chosenIn(picture: Picture, chosen: Chosen | null): { lane: Columns; segment: Segment } | null {
  const lane = chosen && picture.lanes.find((one) => one.equipmentId === chosen.equipmentId);
  if (!lane || !chosen) return null;
  const segment = segmentOf(picture, lane, segmentAt(lane, chosen.ms));
  return segment && { lane, segment };
}

type Draw = (view: View) => void;

/** Draws what it is told to, as sharp as the display; of itself when something else than the view has changed. */
function useDrawing(props: FieldProps, { width, selected, moving, draw }: { width: number; selected: Segment | null; moving: Moving; draw: RefObject<Draw> }) {
  const { lanes: { picture, jobs, shifts, slow }, view, nowMs, chosen } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const { language, zone } = useReader();
  const colours = useColours();
  const reasonName = useReasonName();
  const scale = devicePixelRatio || 1;
  const fills = useMemo(() => fillsOf(colours, scale), [colours, scale]);
  const dots = useMemo(() => dotsOf(fills, colours.ink, scale), [fills, colours, scale]);
  const names = useMemo(() => picture.said.map((one) => (one.kind === "stands" ? (reasonName(one.reason)?.split(" · ").at(-1) ?? null) : null)), [picture, reasonName]);
  const [from, to, cursorMs, height] = [selected?.t0, selected?.t1, chosen?.ms ?? null, heightOf(picture.lanes.length)];
  useEffect(() => {
    const element = canvas.current;
    const pen = element?.getContext("2d");
    if (!element || !pen || width === 0) return undefined;
    draw.current = (now) => {
      const size = { width: Math.round(width * scale), height: Math.round(height * scale) };
      if (element.width !== size.width || element.height !== size.height) Object.assign(element, size); // else it would be made anew for every picture
      pen.setTransform(scale, 0, 0, scale, 0, 0);
      paintRows(pen, { picture, jobs, shifts, slow, view: now, width, names, selected, cursorMs, nowMs, colours, fills, dots, reader: { language, zone } });
    };
    const frame = requestAnimationFrame(() => draw.current(moving.view));
    return () => cancelAnimationFrame(frame);
  }, [picture, jobs, shifts, slow, view, width, height, names, from, to, cursorMs, nowMs, colours, fills, dots, scale, language, zone, moving, draw]); // eslint-disable-line react-hooks/exhaustive-deps -- `selected` is new at every drawing, its ends are not
  return { canvas, height };
}

function useKeyboard(props: FieldProps, { found, moving }: { found: { lane: Columns; segment: Segment } | null; moving: Moving }) {
  const { lanes: { picture }, chosen, onChoose, onAct, onOpen } = props;
  return (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { view } = moving;
    const onView = (next: View) => moving.move(next);
    const place: Place | null = chosen && found ? { lane: picture.lanes.indexOf(found.lane), ms: chosen.ms } : null;
    const around = chosen && chosen.ms > view.t0 && chosen.ms < view.t1 ? chosen.ms : (view.t0 + view.t1) / 2;
    const zoom = (factor: number) => onView({ t0: around - (around - view.t0) * factor, t1: around + (view.t1 - around) * factor });
    const step = (view.t1 - view.t0) / 500;
    const next = walked(event.key, place, { picture, view });
    const act = ACTS[event.key.toLowerCase()];
    const lane = next && picture.lanes[next.lane];
    if (next && lane) {
      onChoose({ equipmentId: lane.equipmentId, ms: next.ms });
      const shown = showing(view, next.ms);
      if (shown !== view) onView(shown);
    } else if (event.key === "+" || event.key === "=") zoom(0.5);
    else if (event.key === "-" || event.key === "_") zoom(2);
    else if (event.key === "PageUp" || event.key === "PageDown") {
      const moved = pressed(event.key, view);
      if (moved && "view" in moved) onView(moved.view);
    } else if ((event.key === "," || event.key === ".") && chosen && found) {
      const ms = chosen.ms + (event.key === "." ? step : -step);
      onChoose({ ...chosen, ms: Math.max(found.segment.t0, Math.min(found.segment.t1 - 1, ms)) });
    } else if (event.key === "Enter" && found) onOpen();
    else if (event.key === "Escape" && chosen) onChoose(null);
    else if (act && found) onAct(act);
    else return;
    event.preventDefault();
  };
}

function Labels({ props }: { props: FieldProps }) {
  const say = useWords(words);
  return (
    <div className={css.labels} aria-hidden="true">
      {props.lanes.picture.lanes.map((lane) => <span key={lane.equipmentId} style={{ height: ROW.states, marginBottom: UNIT_PX - ROW.states }}>{props.names.get(lane.equipmentId)}</span>)}
      <span style={{ height: ROW.shifts }} className="quiet">{say("shifts")}</span>
    </div>
  );
}

export function Field(props: FieldProps) {
  const { lanes: { picture }, view, chosen, onView, onChoose } = props;
  const say = useWords(words);
  const { ref: box, width } = useElementSize<HTMLDivElement>();
  const [hover, setHover] = useState<Chosen | null>(null);
  const y = useRef(0);
  const laneUnder = () => picture.lanes[laneAtY(y.current, picture.lanes.length)]?.equipmentId;
  const under = (ms: number): Chosen | null => {
    const equipmentId = laneUnder();
    return equipmentId === undefined ? null : { equipmentId, ms };
  };
  const found = chosenIn(picture, chosen);
  const draw = useRef<Draw>(() => undefined);
  const moving = useMoving({ view, fits: fitting, near: nearby, draw: (next) => draw.current(next), onRest: onView });
  const { canvas, height } = useDrawing(props, { width, selected: found?.segment ?? null, moving, draw });
  const hands = useHands({
    plot: { left: 0, top: 0, width: Math.max(width, 1), height: 1 }, get view() { return moving.view; }, cursors: [], onView: (next) => moving.move(next),
    onGo: () => undefined, onHover: (ms) => setHover(ms === null ? null : under(ms)), onCursor: (_name, ms) => ms !== null && onChoose(under(ms)),
  });
  const heed = (event: PointerEvent) => { y.current = event.clientY - event.currentTarget.getBoundingClientRect().top; };
  const press = useKeyboard(props, { found, moving });
  const described = chosenIn(picture, hover)?.segment ?? found?.segment ?? null;
  return (
    <div className={css.picture} data-testid="lanes" data-segments={picture.lanes.reduce((sum, lane) => sum + lane.t0.length, 0)} data-from={Math.round(view.t0)}>
      <div className={css.described} role="status" data-testid="described">{described ? <Described segment={described} machine={props.names.get(described.equipmentId) ?? ""} slow={slowIn(props.lanes.slow.get(described.equipmentId), described.t0, described.t1)} /> : <span className="quiet">{say("help")}</span>}</div>
      <Labels props={props} />
      <div ref={box} className={css.paper}>
        <div
          ref={hands.field} className={css.field} style={{ height }} tabIndex={0} role="application" aria-roledescription={say("field")} aria-label={say("how")} onKeyDown={press} data-testid="lanes-field"
          onPointerDown={(event: PointerEvent<HTMLDivElement>) => { heed(event); hands.down(event); }} onPointerMove={(event) => { heed(event); hands.move(event); }} onPointerUp={(event) => { heed(event); hands.up(event); }} onPointerCancel={(event) => hands.up(event)} onPointerLeave={() => hands.leave()}
        >
          <canvas ref={canvas} className={css.canvas} style={{ height }} aria-hidden="true" />
        </div>
      </div>
    </div>
  );
}
