// Where the parts of a trend lie: axes at the left, curves, what was wrong with their quality, lanes, the time below.
import { GAP_PX, type Lane } from "@/timeline/lanes";

export const AXIS_PX = 58;
export const AXES_MAX = 4; // more scales than that nobody reads; the others still have their curves
const NAMES_PX = 84; // what a lane is called, in every language
const RIGHT_PX = 26; // the numbers of the pens stand at the ends of their curves
const TOP_PX = 24;
const TIME_PX = 24;
export const QUALITY_PX = 10;

export interface Box { left: number; top: number; width: number; height: number }
export interface Layout { plot: Box; quality: Box; lanes: Box; width: number; height: number }

export const lanesHeight = (lanes: readonly Lane[]): number => lanes.reduce((sum, lane) => sum + lane.height + GAP_PX, 0);

/** `rows`: pens with something to say about their quality. */
export function layoutOf(size: { width: number; height: number }, parts: { axes: number; rows: number; lanes: readonly Lane[] }): Layout {
  const left = Math.max(AXIS_PX * Math.max(1, Math.min(parts.axes, AXES_MAX)), parts.lanes.length > 0 ? NAMES_PX : 0);
  const width = Math.max(1, size.width - left - RIGHT_PX);
  const lanes = lanesHeight(parts.lanes);
  const quality = parts.rows * QUALITY_PX;
  const height = Math.max(40, size.height - TOP_PX - TIME_PX - lanes - quality - (lanes + quality > 0 ? 8 : 0));
  const below = TOP_PX + height + (lanes + quality > 0 ? 8 : 0);
  return {
    plot: { left, top: TOP_PX, width, height },
    quality: { left, top: below, width, height: quality },
    lanes: { left, top: below + quality, width, height: lanes },
    ...size,
  };
}
