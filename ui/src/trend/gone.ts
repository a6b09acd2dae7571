// What a retention rule let go of a signal: it was measured, and there is nothing to read any more. Never drawn as if nobody had measured.
import type { View } from "@/timeline/keys";
import type { Segment } from "@/trend/tiles";

/** As the server tells it beside a trend. */
export interface GoneSaid { start: string; end: string; samples: number; rule: string; act: string }
/** `n` samples, the first at `t0`, the last before `t1`, ms. */
export interface Gone { t0: number; t1: number; n: number; rule: string; act: string }

export const goneOf = (said: readonly GoneSaid[] | undefined): Gone[] => (said ?? []).map(({ start, end, samples, rule, act }) => ({ t0: Date.parse(start), t1: Date.parse(end), n: samples, rule, act }));

/** What went of a stretch in view, each once: tiles tell the whole of what touches them. */
export function goneIn(segments: readonly Segment[]): Gone[] {
  const found = new Map<string, Gone>();
  for (const { tile, t0, t1 } of segments) for (const one of tile.gone) if (one.t0 < t1 && one.t1 > t0) found.set(`${one.t0} ${one.t1} ${one.rule}`, one);
  return [...found.values()];
}

/** From when on what stood at the beginning of a tile stands no more, because samples after it went; null: no such thing before `ms`. */
export function brokenAt(gone: readonly Gone[], ms: number): number | null {
  const first = Math.min(...gone.filter((one) => one.t0 < ms).map((one) => one.t0));
  return Number.isFinite(first) ? first : null;
}

const LINES_PX = 7; // lines of a table that was wiped
/** A ground of its own behind the curves: neither a value nor its absence. */
export function paintGone(pen: CanvasRenderingContext2D, gone: readonly Gone[], look: { box: { left: number; top: number; width: number; height: number }; view: View; ground: string; line: string }): void {
  const { box, view, ground, line } = look;
  const x = (ms: number) => box.left + Math.max(0, Math.min(1, (ms - view.t0) / (view.t1 - view.t0))) * box.width;
  for (const { t0, t1 } of gone) {
    const [left, right] = [x(t0), Math.max(x(t1), x(t0) + 2)];
    pen.globalAlpha = 0.55;
    pen.fillStyle = ground;
    pen.fillRect(left, box.top, right - left, box.height);
    pen.globalAlpha = 0.3;
    pen.fillStyle = line;
    for (let y = box.top + LINES_PX; y < box.top + box.height; y += LINES_PX) pen.fillRect(left, Math.round(y), right - left, 1);
    pen.fillRect(Math.round(left), box.top, 1, box.height);
    pen.fillRect(Math.round(right) - 1, box.top, 1, box.height);
    pen.globalAlpha = 1;
  }
}
