// How finely a stretch of time is asked for: steps of resolution and tiles that neighbouring views share, so that panning asks for the new part only.
import type { View } from "@/timeline/keys";

export const TILE = 512; // buckets in one request: a screen needs two or three
const LEVEL_MAX = 42; // a bucket of six weeks: a tile of 60 years
const SECOND_US = 1_000_000;
const MINUTES_FROM = 26; // finer levels are powers of two µs
const MINUTES = [1, 2, 5, 10, 20, 30]; // the server has summed up minutes and hours: from here on buckets are made of them
const HOURS_FROM = MINUTES_FROM + MINUTES.length;

/** The resolution of a view: the finest buckets of at least a pixel. */
export function levelOf(view: View, width: number): number {
  const perPixelUs = ((view.t1 - view.t0) * 1000) / Math.max(1, width);
  for (let level = 0; level < LEVEL_MAX; level++) if (bucketUs(level) >= perPixelUs) return level;
  return LEVEL_MAX;
}

/** About 2^level µs: from a minute on whole minutes, from an hour on whole hours. */
export function bucketUs(level: number): number {
  if (level < MINUTES_FROM) return 2 ** level;
  if (level < HOURS_FROM) return (MINUTES[level - MINUTES_FROM] as number) * 60 * SECOND_US;
  return 2 ** (level - HOURS_FROM) * 3600 * SECOND_US;
}

export const tileUs = (level: number): number => bucketUs(level) * TILE;

/** The numbers of the tiles that a view needs; tile `i` is [i, i + 1) · tileUs. Those of neighbouring levels need not lie in one another. */
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
