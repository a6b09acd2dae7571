// Draws a lane of segments: each tone in one go, each pixel at most once, so that a hundred thousand of them move like ten.
import type { Tone } from "@/states/look";
import type { Colours } from "@/timeline/colours";
import { fitted, type Frame, HEIGHT, xOf } from "@/timeline/paint";
import { type Columns, firstAfter, HOLDS, hides, MARK, type Said } from "@/segments/columns";

/** Painted later = seen when many share one pixel. */
const ORDER: readonly Tone[] = ["quiet", "normal", "external", "setup", "void", "warning", "fault"];
const MARKED_FROM_PX = 7;
const TEXT_FROM_PX = 30;

export interface LaneLook { said: readonly Said[]; fills: Readonly<Record<Tone, string | CanvasPattern>>; colours: Colours; untilMs: number }
interface Drawing extends LaneLook { frame: Frame; from: number }

/** Time of which nothing is told is hatched like time without data: never as if it were idle. */
function paintUntold(pen: CanvasRenderingContext2D, lane: Columns, drawing: Drawing): void {
  const { frame, fills, untilMs } = drawing;
  const begins = lane.t0[0] ?? untilMs;
  const [x0, x1] = [0, Math.min(xOf(Math.min(begins, untilMs), frame), frame.width)];
  if (x1 <= x0) return;
  pen.fillStyle = fills.void;
  pen.fillRect(x0, frame.top, x1 - x0, frame.height);
}

function paintTone(pen: CanvasRenderingContext2D, lane: Columns, drawing: Drawing & { tone: Tone }): void {
  const { said, frame, tone, from } = drawing;
  const wanted = said.map((one) => one.look.tone === tone);
  if (!wanted.includes(true)) return;
  const height = frame.height * HEIGHT[tone];
  const y = frame.top + frame.height - height;
  const perMs = frame.width / (frame.t1 - frame.t0);
  let painted = -1; // the last pixel that has this tone already
  pen.fillStyle = drawing.fills[tone];
  for (let i = from; i < lane.t0.length && (lane.t0[i] ?? 0) < frame.t1; i++) {
    if (!wanted[lane.look[i] ?? -1]) continue;
    const x0 = Math.max(((lane.t0[i] ?? 0) - frame.t0) * perMs, 0);
    const x1 = Math.min(((lane.t1[i] ?? 0) - frame.t0) * perMs, frame.width);
    const end = Math.max(x1, x0 + 1); // a short fault must not vanish
    if (end <= painted + 1 && x0 < painted) continue;
    pen.fillRect(x0, y, end - x0, height);
    painted = Math.floor(end);
  }
}

/** What a segment of many records hides, and where people spoke: a strip, a dot, a triangle when the signals have changed since. */
function paintMarks(pen: CanvasRenderingContext2D, lane: Columns, drawing: Drawing): void {
  const { said, frame, fills, colours, from } = drawing;
  for (let i = from; i < lane.t0.length && (lane.t0[i] ?? 0) < frame.t1; i++) {
    const [marks, n, holds] = [lane.marks[i] ?? 0, lane.n[i] ?? 1, lane.holds[i] ?? 0];
    if (n === 1 && (marks & (MARK.edited | MARK.changed)) === 0) continue;
    const one = said[lane.look[i] ?? -1];
    const x0 = Math.max(xOf(lane.t0[i] ?? 0, frame), 0);
    const width = Math.max(Math.min(xOf(lane.t1[i] ?? 0, frame), frame.width) - x0, 1);
    if (one && n > 1 && (holds & HOLDS.void) !== 0 && hides(one, holds, "void")) {
      pen.fillStyle = fills.void;
      pen.fillRect(x0, frame.top, width, 6);
    }
    if (n > 1) {
      pen.fillStyle = colours.ink;
      pen.fillRect(x0, frame.top + frame.height + 1, width, 1);
    }
    if (marks & MARK.edited && width >= MARKED_FROM_PX) paintSpoken(pen, { x: x0 + 5, y: frame.top + 5, changed: (marks & MARK.changed) !== 0, colours });
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

export function paintSegments(pen: CanvasRenderingContext2D, lane: Columns, look: LaneLook & { frame: Frame }): void {
  const drawing = { ...look, from: firstAfter(lane, look.frame.t0) };
  paintUntold(pen, lane, drawing);
  for (const tone of ORDER) paintTone(pen, lane, { ...drawing, tone });
  paintMarks(pen, lane, drawing);
}

/** The reasons of stops under their bars, where there is room to read them. */
export function paintReasons(pen: CanvasRenderingContext2D, lane: Columns, look: LaneLook & { frame: Frame; names: readonly (string | null)[] }): void {
  const { frame, names, colours } = look;
  const perMs = frame.width / (frame.t1 - frame.t0);
  pen.textBaseline = "middle";
  pen.textAlign = "left";
  pen.fillStyle = colours.ink;
  for (let i = firstAfter(lane, frame.t0); i < lane.t0.length && (lane.t0[i] ?? 0) < frame.t1; i++) {
    const name = names[lane.look[i] ?? -1];
    if (!name) continue;
    const x0 = Math.max(((lane.t0[i] ?? 0) - frame.t0) * perMs, 0);
    const x1 = Math.min(((lane.t1[i] ?? 0) - frame.t0) * perMs, frame.width);
    if (x1 - x0 < TEXT_FROM_PX) continue;
    pen.fillText(fitted(pen, name, x1 - x0 - 4), x0 + 2, frame.top + frame.height / 2);
  }
}
