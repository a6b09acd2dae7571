// Where the parts of a trend lie: axes at the left, curves, what was wrong with their quality, lanes, the time below.
import { GAP_PX, type Lane } from "@/timeline/lanes";

export const AXIS_PX = 58;
export const AXES_MAX = 4; // more scales than that nobody reads; the others still have their curves
const AXES_SHARE = 0.25; // of the width: on a phone the curves are what one came for
const DIGIT_PX = 7.1; // as wide as the font of a scale writes them
const SIGN_PX = 3.6; // a point, a comma, a space
const AROUND_PX = 14;
const NAMES_PX = 84; // what a lane is called, in every language
const RIGHT_PX = 26; // the numbers of the pens stand at the ends of their curves
const TOP_PX = 24;
const TIME_PX = 24;
export const QUALITY_PX = 10;

export interface Box { left: number; top: number; width: number; height: number }
/** `axes`: how wide each scale is that is drawn, from the curves outwards. */
export interface Layout { plot: Box; quality: Box; lanes: Box; axes: readonly number[]; width: number; height: number }

/** What a scale with these marks needs: a counter of ten million is not cut off. */
export function axisPx(marks: readonly string[]): number {
  const wide = (text: string) => [...text].reduce((px, sign) => px + (/[\s.,'’]/u.test(sign) ? SIGN_PX : DIGIT_PX), AROUND_PX);
  return Math.ceil(Math.max(AXIS_PX, ...marks.map(wide)));
}

/** The scales that there is room for; the first always. */
function drawnAxes(wanted: readonly number[], width: number): number[] {
  const drawn = wanted.slice(0, 1);
  let left = drawn[0] ?? 0;
  for (const px of wanted.slice(1, AXES_MAX)) {
    left += px;
    if (left > width * AXES_SHARE) break;
    drawn.push(px);
  }
  return drawn;
}

export const lanesHeight = (lanes: readonly Lane[]): number => lanes.reduce((sum, lane) => sum + lane.height + GAP_PX, 0);

/** `axes`: how wide each scale would be; `rows`: pens with something to say about their quality. */
export function layoutOf(size: { width: number; height: number }, parts: { axes: readonly number[]; rows: number; lanes: readonly Lane[] }): Layout {
  const axes = drawnAxes(parts.axes, size.width);
  const left = Math.max(AXIS_PX, axes.reduce((sum, px) => sum + px, 0), parts.lanes.length > 0 ? NAMES_PX : 0);
  const width = Math.max(1, size.width - left - RIGHT_PX);
  const lanes = lanesHeight(parts.lanes);
  const quality = parts.rows * QUALITY_PX;
  const height = Math.max(40, size.height - TOP_PX - TIME_PX - lanes - quality - (lanes + quality > 0 ? 8 : 0));
  const below = TOP_PX + height + (lanes + quality > 0 ? 8 : 0);
  return {
    plot: { left, top: TOP_PX, width, height },
    quality: { left, top: below, width, height: quality },
    lanes: { left, top: below + quality, width, height: lanes },
    axes,
    ...size,
  };
}
