// Draws what people said of a lane's segments, and the reasons of its stops; the segments themselves are an image.
import type { Colours } from "@/timeline/colours";
import { fitted, type Frame } from "@/timeline/paint";
import { type Columns, firstAfter, MARK } from "@/segments/columns";

const MARKED_FROM_PX = 7;
const TEXT_FROM_PX = 30;

/** Where people spoke: a dot, a triangle when the signals have changed since. */
export function paintMarks(pen: CanvasRenderingContext2D, lane: Columns, { frame, colours }: { frame: Frame; colours: Colours }): void {
  const perMs = frame.width / (frame.t1 - frame.t0);
  for (let i = firstAfter(lane, frame.t0); i < lane.t0.length && (lane.t0[i] as number) < frame.t1; i++) {
    const marks = lane.marks[i] as number;
    if ((marks & MARK.edited) === 0) continue;
    const x0 = Math.max(((lane.t0[i] as number) - frame.t0) * perMs, 0);
    const width = Math.min(((lane.t1[i] as number) - frame.t0) * perMs, frame.width) - x0;
    if (width >= MARKED_FROM_PX) paintSpoken(pen, { x: x0 + 5, y: frame.top + 5, changed: (marks & MARK.changed) !== 0, colours });
  }
}

function paintSpoken(pen: CanvasRenderingContext2D, mark: { x: number; y: number; changed: boolean; colours: Colours }): void {
  const { x, y, colours } = mark;
  pen.beginPath();
  if (mark.changed) {
    pen.moveTo(x, y - 4);
    pen.lineTo(x + 5, y + 5);
    pen.lineTo(x - 5, y + 5);
    pen.closePath();
  } else pen.arc(x, y, 3, 0, 2 * Math.PI);
  pen.fillStyle = mark.changed ? colours.fill.warning : colours.raised;
  pen.fill();
  pen.strokeStyle = colours.ink;
  pen.lineWidth = 1.2;
  pen.stroke();
}

/** The reasons of stops under their bars, where there is room to read them. */
export function paintReasons(pen: CanvasRenderingContext2D, lane: Columns, { frame, names, colours }: { frame: Frame; names: readonly (string | null)[]; colours: Colours }): void {
  const perMs = frame.width / (frame.t1 - frame.t0);
  pen.textBaseline = "middle";
  pen.textAlign = "left";
  pen.fillStyle = colours.ink;
  for (let i = firstAfter(lane, frame.t0); i < lane.t0.length && (lane.t0[i] as number) < frame.t1; i++) {
    const x0 = Math.max(((lane.t0[i] as number) - frame.t0) * perMs, 0);
    const x1 = Math.min(((lane.t1[i] as number) - frame.t0) * perMs, frame.width);
    if (x1 - x0 < TEXT_FROM_PX) continue;
    const name = names[lane.look[i] as number];
    if (name) pen.fillText(fitted(pen, name, x1 - x0 - 4), x0 + 2, frame.top + frame.height / 2);
  }
}
