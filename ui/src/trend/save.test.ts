// A file of a trend must hold what its curves show, a value that stands there without a sample too.
import { describe, expect, it, vi } from "vitest";
import { tileUs } from "@/trend/levels";
import type { Picture } from "@/trend/paint";
import { pictureOf, rowsOf } from "@/trend/save";
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

function rows(columns: Columns, from: number, live: { tail?: { tsMs: number; value: number }[]; until?: number } = {}): unknown[][] {
  const store = new TileStore();
  store.put(7, { level: LEVEL, index: 0 }, tileOf(columns, { level: LEVEL, index: 0 }, { until: END, askedMs: 0 }));
  const view = { t0: from, t1: END };
  const curve = { segments: store.segments(7, view, LEVEL), tail: live.tail ?? [], until: live.until ?? END };
  return rowsOf({ view, pens: [{ tag: 7, curve, then: null }] } as unknown as Picture, [{ tag: 7, no: 1, path: "acme/press.speed", unit: "bar" }]).slice(1);
}

describe("the rows of a trend", () => {
  it.each([
    ["what was sampled in view", one(100, 5), 0, [["1970-01-01T00:00:00.100Z", "acme/press.speed", "bar", 5, 5, 5, 5, 1, 1]]],
    ["what stood when the view begins, as of no sample", none(3), 0, [["1970-01-01T00:00:00.000Z", "acme/press.speed", "bar", 3, 3, 3, 3, 0, 0]]],
    ["what was sampled before and still stands", one(100, 5), 200, [["1970-01-01T00:00:00.200Z", "acme/press.speed", "bar", 5, 5, 5, 5, 0, 0]]],
    ["nothing where nothing is drawn", none(null), 0, []],
  ])("are %s", (...[, columns, from, said]) => expect(rows(columns, from)).toEqual(said));
  it("are none of what nobody vouches for any more", () => expect(rows(one(100, 5), 200, { until: 150 })).toEqual([]));
  it("are none of before the view, though it was heard live", () =>
    expect(rows(one(100, 5), 200, { tail: [{ tsMs: 90, value: 4 }, { tsMs: 300, value: 6 }] })).toEqual([["1970-01-01T00:00:00.200Z", "acme/press.speed", "bar", 5, 5, 5, 5, 0, 0], ["1970-01-01T00:00:00.300Z", "acme/press.speed", "bar", 6, 6, 6, 6, 1, 1]]));
});

describe("the picture of a trend", () => {
  it("says of what it is, of whom, and what is dotted in it, all of it inside its edges", () => {
    const said: [text: string, y: number, widest: number][] = [];
    const pen = new Proxy({ fillText: (...[text, x, y, widest]: [string, number, number, number]) => said.push([text, y, x + widest]) } as Record<string, unknown>, { get: (of, name: string) => of[name] ?? (() => undefined), set: () => true });
    const made = { width: 0, height: 0, getContext: () => pen };
    vi.stubGlobal("document", { createElement: () => made });
    const picture = { layout: { width: 390, height: 400 }, look: { colours: { panel: "white", ink: "black" } }, pens: [] } as unknown as Picture;
    pictureOf({ width: 780 } as HTMLCanvasElement, picture, { title: "Monday", names: [{ tag: 7, no: 1, path: "acme/press.speed", unit: "bar" }], notes: ["Dotted: Sunday"] });
    vi.unstubAllGlobals();
    expect(said.map(([text]) => text)).toEqual(["Monday", "1  acme/press.speed  bar", "Dotted: Sunday"]);
    expect(said.every(([, y, right]) => y <= made.height / 2 && right <= 390)).toBe(true);
  });
});
