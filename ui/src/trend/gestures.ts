// How fingers, wheel and keys move a trend through time.
import { type View, zoomed } from "@/timeline/keys";

const SHORTEST_MS = 20;
export const LONGEST_MS = 40 * 366 * 86_400_000;
const EARLIEST_MS = Date.UTC(1970, 0, 2); // samples begin with the epoch of computers
const LATEST_MS = Date.UTC(2100, 0, 1);

/** A view that can be shown: neither shorter than samples come nor longer than plants live. */
export function allowed(view: View): View {
  const span = Math.max(SHORTEST_MS, Math.min(LONGEST_MS, view.t1 - view.t0));
  const middle = (view.t0 + view.t1) / 2;
  const t0 = Math.max(EARLIEST_MS, Math.min(LATEST_MS - span, middle - span / 2));
  return { t0, t1: t0 + span };
}

/** Nearer or wider around a moment, no further than can be shown: at the end of the way the view stands still, it does not slide. */
export function nearer(view: View, factor: number, around: number): View {
  const span = Math.max(1e-3, view.t1 - view.t0);
  return zoomed(view, Math.max(SHORTEST_MS, Math.min(LONGEST_MS, span * factor)) / span, around);
}

export const panned = (view: View, share: number): View => ({ t0: view.t0 + (view.t1 - view.t0) * share, t1: view.t1 + (view.t1 - view.t0) * share });

const WHEEL = 0.0015; // one notch of a mouse (100 px) changes the span by a sixth
/** Turning away from oneself comes nearer. */
export const wheeled = (view: View, deltaY: number, around: number): View => nearer(view, Math.exp(Math.max(-600, Math.min(600, deltaY)) * WHEEL), around);

/** Two fingers: what lay under them stays under them. */
export function pinched(view: View, before: readonly [number, number], now: readonly [number, number]): View {
  const [span, apart] = [view.t1 - view.t0, Math.abs(now[1] - now[0])];
  const wanted = Math.abs(before[1] - before[0]) / Math.max(0.01, apart);
  const factor = Math.max(SHORTEST_MS, Math.min(LONGEST_MS, span * wanted)) / Math.max(1e-3, span);
  const held = view.t0 + span * ((before[0] + before[1]) / 2);
  const t0 = held - span * factor * ((now[0] + now[1]) / 2);
  return { t0, t1: t0 + span * factor };
}

export type Key = { view: View } | { go: "first" | "now" };
/** Where a key leads; null: not a key of the trend. */
export function pressed(key: string, view: View, shift = false): Key | null {
  const middle = (view.t0 + view.t1) / 2;
  switch (key) {
    case "ArrowLeft": return { view: panned(view, shift ? -0.9 : -0.1) };
    case "ArrowRight": return { view: panned(view, shift ? 0.9 : 0.1) };
    case "PageUp": return { view: panned(view, -0.9) };
    case "PageDown": return { view: panned(view, 0.9) };
    case "+": case "=": return { view: nearer(view, 0.5, middle) };
    case "-": case "_": return { view: nearer(view, 2, middle) };
    case "Home": return { go: "first" };
    case "End": return { go: "now" };
    default: return null;
  }
}
