// A file of a trend must hold what its curves show, a value that stands there without a sample too.
import { describe, expect, it } from "vitest";
import { tileUs } from "@/trend/levels";
import type { Picture } from "@/trend/paint";
import { rowsOf } from "@/trend/save";
import { type Columns, tileOf, TileStore } from "@/trend/tiles";

const LEVEL = 10; // tiles of 524.288 ms
const END = tileUs(LEVEL) / 1000;
const one = (ms: number, value: number): Columns => {
  const values = Float64Array.of(value);
  return { id: 7, before: null, t0_us: Float64Array.of(ms * 1000), min: values, max: values, first: values, last: values, n: Float64Array.of(1), n_good: Float64Array.of(1), held: Float64Array.of(1) };
};
const none = (before: number | null): Columns => {
  const [at] = [Float64Array.of()];
  return { id: 7, before, t0_us: at, min: at, max: at, first: at, last: at, n: at, n_good: at, held: at };
};

function rows(columns: Columns, from: number): unknown[][] {
  const store = new TileStore();
  store.put(7, { level: LEVEL, index: 0 }, tileOf(columns, { level: LEVEL, index: 0 }, { until: END, askedMs: 0 }));
  const view = { t0: from, t1: END };
  const curve = { segments: store.segments(7, view, LEVEL), tail: [], until: END };
  return rowsOf({ view, pens: [{ tag: 7, curve, then: null }] } as unknown as Picture, [{ tag: 7, no: 1, path: "acme/press.speed", unit: "bar" }]).slice(1);
}

describe("the rows of a trend", () => {
  it.each([
    ["what was sampled in view", one(100, 5), 0, [["1970-01-01T00:00:00.100Z", "acme/press.speed", "bar", 5, 5, 5, 5, 1, 1]]],
    ["what stood when the view begins, as of no sample", none(3), 0, [["1970-01-01T00:00:00.000Z", "acme/press.speed", "bar", 3, 3, 3, 3, 0, 0]]],
    ["what was sampled before and still stands", one(100, 5), 200, [["1970-01-01T00:00:00.200Z", "acme/press.speed", "bar", 5, 5, 5, 5, 0, 0]]],
    ["nothing where nothing is drawn", none(null), 0, []],
  ])("are %s", (...[, columns, from, said]) => expect(rows(columns, from)).toEqual(said));
});
