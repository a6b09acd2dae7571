// Slow running on a timeline: dots on the running band, for it is no state of its own.
import { type Frame, HEIGHT, xOf } from "@/timeline/paint";

/** `share`: of the standard rate. */
export interface SlowSpan { t0: number; t1: number; share: number }

const STEP_PX = 5;
const DOT_PX = 2;

/** What lies in a stretch of time. */
export const slowIn = (spans: readonly SlowSpan[] | undefined, t0: number, t1: number): SlowSpan[] => (spans ?? []).filter((span) => span.t0 < t1 && span.t1 > t0);

export function paintSlow(pen: CanvasRenderingContext2D, spans: readonly SlowSpan[], look: { frame: Frame; ink: string }): void {
  const { frame, ink } = look;
  const height = frame.height * HEIGHT.normal;
  const top = frame.top + frame.height - height;
  pen.fillStyle = ink;
  for (const span of slowIn(spans, frame.t0, frame.t1)) {
    const x0 = Math.max(xOf(span.t0, frame), 0);
    const x1 = Math.min(xOf(span.t1, frame), frame.width);
    pen.fillRect(x0, top, Math.max(x1 - x0, 1), 2);
    const from = Math.ceil(x0 / STEP_PX) * STEP_PX; // dots keep their place when the picture is moved by whole steps
    for (let [y, odd] = [top + 5, 0]; y + DOT_PX < frame.top + frame.height; y += STEP_PX, odd = 1 - odd) {
      for (let x = from + (odd * STEP_PX) / 2; x + DOT_PX <= x1; x += STEP_PX) pen.fillRect(x, y, DOT_PX, DOT_PX);
    }
  }
}
