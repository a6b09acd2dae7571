// What has been read of the signals on screen, in typed arrays outside React: tiles by tag, resolution and place, the oldest forgotten first.
import type { View } from "@/timeline/keys";
import { type Gone, goneOf, type GoneSaid } from "@/trend/gone";
import { TILE, tilesOf, tileUs } from "@/trend/levels";

/** Buckets that hold samples, ordered by time; times in ms. NaN: no value in it. `held`: a value still stands at its end. `before`: what stood when the tile began. `until`: how far it was known. `gone`: what a retention rule let go of it. */
export interface Tile { t0: number; t1: number; wide: number; until: number; askedMs: number; before: number; gone: readonly Gone[]; at: Float64Array; min: Float64Array; max: Float64Array; first: Float64Array; last: Float64Array; n: Float64Array; good: Float64Array; held: Float64Array }
/** A part of a tile in view: [t0, t1), buckets `from` to `to`, without the last. */
export interface Segment { tile: Tile; t0: number; t1: number; from: number; to: number; exact: boolean }
export interface Place { level: number; index: number }

const KEPT = 1_500; // ~ 30 kB each: less than 50 MB
const COARSER = 12;
const FINER = 4;

/** A trend as the server's columns of float64 tell it: one for each tag, µs. */
export interface Columns { id: number; before: number | null; dropped?: readonly GoneSaid[]; t0_us: Float64Array; min: Float64Array; max: Float64Array; first: Float64Array; last: Float64Array; n: Float64Array; n_good: Float64Array; held: Float64Array }

export function tileOf(columns: Columns, place: Place, known: { until: number; askedMs: number }): Tile {
  const wide = tileUs(place.level) / 1000;
  const { min, max, first, last, n, n_good: good, held } = columns;
  return { t0: place.index * wide, t1: (place.index + 1) * wide, wide: wide / TILE, ...known, before: columns.before ?? Number.NaN, gone: goneOf(columns.dropped), at: columns.t0_us.map((us) => us / 1000), min, max, first, last, n, good, held };
}

/** The first of the ascending times that is not before `ms`. */
export function placeOf(at: Float64Array, ms: number): number {
  let [low, high] = [0, at.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((at[middle] as number) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

export class TileStore {
  private tiles = new Map<string, Tile>();

  get(tag: number, { level, index }: Place): Tile | undefined { return this.tiles.get(`${tag} ${level} ${index}`); }

  put(tag: number, { level, index }: Place, tile: Tile): void {
    const key = `${tag} ${level} ${index}`;
    this.tiles.delete(key); // what is read again is young again
    this.tiles.set(key, tile);
    for (const oldest of this.tiles.keys()) {
      if (this.tiles.size <= KEPT) break;
      this.tiles.delete(oldest);
    }
  }

  forget(tag: number): void {
    for (const key of this.tiles.keys()) if (key.startsWith(`${tag} `)) this.tiles.delete(key);
  }

  /** What is known of a view, as finely as `level` where that was read, else as it was read last; in the order of time, without overlaps. */
  segments(tag: number, view: View, level: number): Segment[] {
    const found: Segment[] = [];
    for (const index of tilesOf(view, level)) this.collect(tag, { level, index }, { view, found });
    return found;
  }

  private collect(tag: number, place: Place, into: { view: View; found: Segment[] }): void {
    const wide = tileUs(place.level) / 1000;
    const span = { t0: Math.max(into.view.t0, place.index * wide), t1: Math.min(into.view.t1, (place.index + 1) * wide) };
    const own = this.get(tag, place);
    if (own) return void into.found.push(part(own, span, true));
    for (let up = 1; up <= COARSER; up++) {
      const above = tilesOf(span, place.level + up).map((index) => this.get(tag, { level: place.level + up, index }));
      if (above.every((tile) => tile !== undefined)) {
        for (const tile of above) into.found.push(part(tile, { t0: Math.max(span.t0, tile.t0), t1: Math.min(span.t1, tile.t1) }, false));
        return;
      }
    }
    this.finer(tag, place.level, { span, found: into.found, depth: FINER });
  }

  private finer(tag: number, level: number, into: { span: View; found: Segment[]; depth: number }): void {
    for (const index of tilesOf(into.span, level - 1)) {
      const wide = tileUs(level - 1) / 1000;
      const span = { t0: Math.max(into.span.t0, index * wide), t1: Math.min(into.span.t1, (index + 1) * wide) };
      if (span.t1 <= span.t0) continue;
      const tile = this.get(tag, { level: level - 1, index });
      if (tile) into.found.push(part(tile, span, false));
      else if (into.depth > 1) this.finer(tag, level - 1, { ...into, span, depth: into.depth - 1 });
    }
  }
}

function part(tile: Tile, span: View, exact: boolean): Segment {
  return { tile, ...span, from: placeOf(tile.at, span.t0), to: placeOf(tile.at, span.t1), exact };
}
