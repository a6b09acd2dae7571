// The way of a pen: a value is held until the next sample and not beyond what is known; where there is no value, there is no line.
import { brokenAt } from "@/trend/gone";
import type { Segment } from "@/trend/tiles";

/** A live sample after what was read; `value` null: it is bad. */
export interface TailPoint { tsMs: number; value: number | null }
/** `until`: how far a value may be held, ms. */
export interface Curve { segments: readonly Segment[]; tail: readonly TailPoint[]; until: number }
export interface Sink {
  /** The line begins. */
  start: (ms: number, value: number) => void;
  /** It goes on at the height it has. */
  hold: (ms: number, value: number) => void;
  /** Several samples in one bucket, or one whose four values are equal; they are to be read at once, not kept. */
  column: (ms: number, values: { first: number; low: number; high: number; last: number }) => void;
  /** It ends here. */
  lift: (ms: number) => void;
}

class Walk {
  private value = Number.NaN;
  constructor(private readonly sink: Sink) {}

  to(ms: number): void { if (!Number.isNaN(this.value)) this.sink.hold(ms, this.value); }

  lift(ms: number): void {
    if (Number.isNaN(this.value)) return;
    this.to(ms);
    this.value = Number.NaN;
    this.sink.lift(ms);
  }

  /** It may begin without a sample in view: what was there before is held. */
  begin(ms: number, value: number): void {
    if (!Number.isNaN(this.value) || Number.isNaN(value)) return;
    this.value = value;
    this.sink.start(ms, value);
  }

  bucket(ms: number, values: { first: number; low: number; high: number; last: number }, gone: boolean): void {
    if (Number.isNaN(values.last)) return this.lift(ms);
    if (Number.isNaN(this.value)) this.sink.start(ms, values.first);
    else this.to(ms);
    this.sink.column(ms, values);
    this.value = values.last;
    if (gone) this.lift(ms);
  }
}

/** From when on what a segment begins with stands no more, though no sample has come: later ones went. */
const ends = ({ tile, from, t1 }: Segment): number | null => (from === 0 ? brokenAt(tile.gone, Math.min(t1, tile.at[0] ?? t1)) : null);

/** The value a segment begins with: the bucket before its first, else what the tile itself began with. */
export function beginning(segment: Segment): number {
  const { tile, from, t0 } = segment;
  if (from === 0) return (ends(segment) ?? Number.POSITIVE_INFINITY) <= t0 ? Number.NaN : tile.before;
  return tile.held[from - 1] ? (tile.last[from - 1] as number) : Number.NaN;
}

/** Since when a live sample is news to what was read of a view: not one of before it, nor one of its last bucket at whose end nothing stood. */
export function newsSince(segments: readonly Segment[]): number {
  const last = segments.findLast(({ from, to }) => from < to) ?? segments.findLast(({ tile, to }) => to > 0 || tile.until > tile.t0);
  if (!last) return Number.NEGATIVE_INFINITY;
  const { tile, to } = last;
  if (to === 0) return tile.t0;
  const at = tile.at[to - 1] as number;
  return tile.held[to - 1] ? at : Math.min(at + tile.wide, tile.until);
}

export function trace({ segments, tail, until }: Curve, sink: Sink): void {
  const walk = new Walk(sink);
  let known = Number.NaN;
  let newest = Number.NEGATIVE_INFINITY;
  const since = newsSince(segments);
  const said = { first: 0, low: 0, high: 0, last: 0 }; // one for all buckets: a picture has thousands
  for (const segment of segments) {
    const { tile, from, to } = segment;
    if (segment.t0 > known + tile.wide) walk.lift(known); // what lies between has not been read
    walk.begin(segment.t0, beginning(segment));
    const end = ends(segment);
    if (end !== null) walk.lift(Math.max(segment.t0, end));
    for (let i = from; i < to; i++) {
      newest = tile.at[i] as number;
      [said.first, said.low, said.high, said.last] = [tile.first[i] as number, tile.min[i] as number, tile.max[i] as number, tile.last[i] as number];
      walk.bucket(newest, said, tile.held[i] === 0);
    }
    known = segment.t1;
  }
  for (const { tsMs, value } of tail) {
    if (tsMs <= since || tsMs > known) continue;
    const at = value ?? Number.NaN;
    walk.bucket(tsMs, { first: at, low: at, high: at, last: at }, false);
    newest = tsMs;
  }
  if (!Number.isNaN(known)) walk.to(Math.max(newest, Math.min(known, until)));
}

/** Lowest and highest of what a curve shows. */
export function extent({ segments, tail }: Curve): { low: number; high: number } {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const see = (low: number, high: number) => {
    if (low < least) least = low; // what is no number is neither
    if (high > most) most = high;
  };
  const since = newsSince(segments);
  let known = Number.NaN;
  for (const segment of segments) {
    const { tile, from, to } = segment;
    const begins = beginning(segment);
    see(begins, begins);
    for (let i = from; i < to; i++) see(tile.min[i] as number, tile.max[i] as number);
    known = segment.t1;
  }
  for (const { tsMs, value } of tail) if (tsMs > since && tsMs <= known && value !== null) see(value, value);
  return { low: least, high: most };
}
