// How finely a stretch of time is asked for: steps of resolution and tiles that neighbouring views share, so that panning asks for the new part only.
import type { View } from "@/timeline/keys";

export const TILE = 512; // buckets in one request: a screen needs two or three
const LEVEL_MAX = 42; // a bucket of seven weeks: a tile of 70 years

/** The resolution of a view: buckets of 2^level µs, one to two pixels wide. */
export function levelOf(view: View, width: number): number {
  const perPixelUs = ((view.t1 - view.t0) * 1000) / Math.max(1, width);
  return Math.max(0, Math.min(LEVEL_MAX, Math.ceil(Math.log2(Math.max(1, perPixelUs)))));
}

export const bucketUs = (level: number): number => 2 ** level;
export const tileUs = (level: number): number => bucketUs(level) * TILE;

/** The numbers of the tiles that a view needs; tile `i` is [i, i + 1) · tileUs. */
export function tilesOf(view: View, level: number): number[] {
  const wide = tileUs(level);
  const first = Math.floor((view.t0 * 1000) / wide);
  const last = Math.max(first, Math.ceil((view.t1 * 1000) / wide) - 1);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** µs since 1970 as RFC 3339: a Date knows milliseconds only. */
export function momentOfUs(us: number): string {
  const ms = Math.floor(us / 1000);
  return `${new Date(ms).toISOString().slice(0, -1)}${String(us - ms * 1000).padStart(3, "0")}Z`;
}
