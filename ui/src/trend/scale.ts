// The scale of values: from the lowest to the highest on screen, on round numbers, with marks that people can read.

export interface Range { low: number; high: number }

const STEPS = [1, 2, 2.5, 5, 10];

/** The round step that makes at most `most` intervals. */
function stepOf(span: number, most: number): number {
  const rough = span / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  return (STEPS.find((step) => step * power >= rough * (1 - 1e-9)) ?? 10) * power;
}

/** A range around what is there, ending on marks; a flat line stands in the middle, nothing at all gets 0 to 1. */
export function niceRange(low: number, high: number, most = 6): Range {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return { low: 0, high: 1 };
  const span = high - low || Math.abs(high) * 0.1 || 1;
  const [from, to] = high > low ? [low, high] : [low - span / 2, high + span / 2];
  const step = stepOf(to - from, most);
  const round = (n: number) => Number((n * step).toPrecision(12));
  return { low: round(Math.floor(from / step + 1e-9)), high: round(Math.ceil(to / step - 1e-9)) };
}

/** Round values inside a range, ascending. */
export function marks(range: Range, most: number): number[] {
  const step = stepOf(range.high - range.low, most);
  const first = Math.ceil(range.low / step - 1e-9);
  const count = Math.floor(range.high / step + 1e-9) - first + 1;
  return Array.from({ length: Math.max(0, Math.min(count, 50)) }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** A range with some air above and below, kept as long as it fits well: while one pans, the scale must not jump at every pixel. */
export function steady(before: Range | undefined, low: number, high: number): Range {
  const next = niceRange(low, high);
  if (!before) return next;
  const fits = before.low <= low && before.high >= high && before.high - before.low <= 2 * (next.high - next.low);
  return fits ? before : next;
}
