// What stood at a moment: the newest sample at or before it, as finely as the trend has been read.
import { brokenAt } from "@/trend/gone";
import { placeOf, type Segment } from "@/trend/tiles";

/** `low` to `high` when several samples share the bucket. `value` null: nothing stood then. */
export interface Standing { tsMs: number; value: number | null; low: number; high: number; n: number }

const nothing = (tsMs: number): Standing => ({ tsMs, value: null, low: Number.NaN, high: Number.NaN, n: 0 });
const held = (tsMs: number, value: number): Standing => (Number.isNaN(value) ? nothing(tsMs) : { tsMs, value, low: value, high: value, n: 1 });

/** Null where that has not been read. */
export function standing(segments: readonly Segment[], ms: number): Standing | null {
  const segment = segments.find((one) => ms >= one.t0 && ms < one.t1);
  if (!segment) return null;
  const { tile } = segment;
  const i = placeOf(tile.at, ms + 1e-6) - 1; // a bucket begins at or before the moment
  if (i < 0) return (brokenAt(tile.gone, ms) ?? ms) < ms ? nothing(tile.t0) : held(tile.t0, tile.before);
  const [at, last] = [tile.at[i] as number, tile.last[i] as number];
  if (ms >= at + tile.wide) return tile.held[i] ? held(at, last) : nothing(at);
  return Number.isNaN(last) ? nothing(at) : { tsMs: at, value: last, low: tile.min[i] as number, high: tile.max[i] as number, n: tile.n[i] as number };
}
