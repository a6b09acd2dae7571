// How the keyboard walks through the segments of several machines.
import { type Columns, firstAfter, type Picture, segmentAt } from "@/segments/columns";
import type { View } from "@/timeline/keys";

/** A machine and a moment at it. */
export interface Place { lane: number; ms: number }

const clamp = (value: number, low: number, high: number) => Math.max(low, Math.min(high, value));
const middleOf = (lane: Columns, place: number) => ((lane.t0[place] ?? 0) + (lane.t1[place] ?? 0)) / 2;

function across(picture: Picture, from: Place, by: number): Place {
  const lane = clamp(from.lane + by, 0, picture.lanes.length - 1);
  return { lane, ms: from.ms };
}

function along(lane: Columns, from: Place, by: number): Place {
  const here = segmentAt(lane, from.ms);
  const next = clamp((here < 0 ? firstAfter(lane, from.ms) - (by > 0 ? 1 : 0) : here) + by, 0, lane.t0.length - 1);
  return { lane: from.lane, ms: middleOf(lane, next) };
}

/** Where the selection goes on a key; undefined: not a key that moves it. Without one it begins at the newest in view. */
export function walked(key: string, from: Place | null, look: { picture: Picture; view: View }): Place | undefined {
  const { picture, view } = look;
  const lane = picture.lanes[from?.lane ?? 0];
  if (!lane || lane.t0.length === 0) return undefined;
  const last = clamp(firstAfter(lane, Math.min(view.t1, lane.t1.at(-1) ?? view.t1) - 1), 0, lane.t0.length - 1);
  const edge = key === "Home" ? clamp(firstAfter(lane, view.t0), 0, lane.t0.length - 1) : last;
  const start = { lane: from?.lane ?? 0, ms: middleOf(lane, edge) };
  switch (key) {
    case "ArrowRight": return from ? along(lane, from, 1) : start;
    case "ArrowLeft": return from ? along(lane, from, -1) : start;
    case "ArrowDown": return from ? across(picture, from, 1) : start;
    case "ArrowUp": return from ? across(picture, from, -1) : start;
    case "Home": case "End": return start;
    default: return undefined;
  }
}

/** The view moved as little as needed so that a moment lies in it. */
export function showing(view: View, ms: number): View {
  const span = view.t1 - view.t0;
  if (ms < view.t0) return { t0: ms - span * 0.1, t1: ms + span * 0.9 };
  return ms >= view.t1 ? { t0: ms - span * 0.9, t1: ms + span * 0.1 } : view;
}
