// How the keyboard walks a timeline.
import { itemsOf, type Lane } from "@/timeline/lanes";

export interface Mark { lane: number; item: number }
export interface View { t0: number; t1: number }

const clamp = (value: number, low: number, high: number) => Math.max(low, Math.min(high, value));

/** The first item of a lane in view when the mark is not in it yet. */
function nearest(lane: Lane, ms: number): number {
  const items = itemsOf(lane);
  const at = items.findIndex((item) => item.t1 > ms);
  return at < 0 ? items.length - 1 : at;
}

/** Where the mark goes on a key; undefined = not a key of the timeline. */
export function moved(key: string, mark: Mark | null, look: { lanes: readonly Lane[]; view: View }): Mark | undefined {
  const { lanes, view } = look;
  const lane = lanes[mark?.lane ?? 0];
  if (!lane) return undefined;
  const last = itemsOf(lane).length - 1;
  const here = mark ?? { lane: 0, item: nearest(lane, view.t1) + 1 };
  const ms = itemsOf(lane)[here.item]?.t0 ?? view.t1;
  const across = (by: number) => {
    const next = clamp(here.lane + by, 0, lanes.length - 1);
    const other = lanes[next];
    return next === here.lane || !other ? here : { lane: next, item: nearest(other, ms) };
  };
  switch (key) {
    case "ArrowRight": return { ...here, item: clamp(here.item + 1, 0, last) };
    case "ArrowLeft": return { ...here, item: clamp(here.item - 1, 0, last) };
    case "ArrowDown": return across(1);
    case "ArrowUp": return across(-1);
    case "Home": return { ...here, item: nearest(lane, view.t0) };
    case "End": return { ...here, item: last };
    default: return undefined;
  }
}

/** Zoom by a factor around a moment. */
export function zoomed(view: View, factor: number, around: number): View {
  return { t0: around - (around - view.t0) * factor, t1: around + (view.t1 - around) * factor };
}
