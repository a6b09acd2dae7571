// A trend must not invent a value, lose one, or show one signal in the look of another.
import { describe, expect, it, vi } from "vitest";
import { allowed, LONGEST_MS, panned, pinched, pressed, wheeled } from "@/trend/gestures";
import { goneIn, goneOf } from "@/trend/gone";
import { axisPx, layoutOf } from "@/trend/layout";
import { bucketUs, levelOf, momentOfUs, TILE, tilesOf, tileUs } from "@/trend/levels";
import { Loader, missing, stale } from "@/trend/loader";
import { standing } from "@/trend/nearest";
import { axisTitle, axisWidth, doubts, marksOf } from "@/trend/paint";
import { axisOf, changed, dashOf, PENS_MAX, pensOf, textOf, withTag } from "@/trend/pens";
import { marks, niceRange, steady } from "@/trend/scale";
import { columnsOf } from "@/trend/columns";
import { type Columns, placeOf, type Segment, type Tile, tileOf, TileStore } from "@/trend/tiles";
import { extent, trace } from "@/trend/trace";

vi.mock("@/live/live", () => ({}));

const LEVEL = 10; // buckets of 1.024 ms, tiles of 524.288 ms
const WIDE = tileUs(LEVEL) / 1000;
type Rows = [ms: number, value: number | null, gone?: boolean][];
const of = (rows: Rows, number: (row: Rows[number]) => number) => Float64Array.from(rows, number);
const series = (rows: Rows, before: number | null = null): Columns => {
  const value = of(rows, ([, v]) => v ?? Number.NaN);
  return { id: 1, before, t0_us: of(rows, ([ms]) => ms * 1000), min: value, max: value, first: value, last: value, n: of(rows, () => 1), n_good: of(rows, ([, v]) => Number(v !== null)), held: of(rows, ([, v, gone]) => Number(!(gone ?? v === null))) };
};
const tile = (rows: Rows, before: number | null = null, index = 0): Tile => tileOf(series(rows, before), { level: LEVEL, index }, { until: (index + 1) * WIDE, askedMs: 0 });
const store = (tiles: Record<number, Tile>, level = LEVEL): TileStore => {
  const made = new TileStore();
  for (const [index, one] of Object.entries(tiles)) made.put(1, { level, index: Number(index) }, one);
  return made;
};
const drawn = (segments: readonly Segment[], tail: { tsMs: number; value: number | null }[] = [], until = Number.POSITIVE_INFINITY): string[] => {
  const said: string[] = [];
  const at = (ms: number) => Math.round(ms);
  trace({ segments, tail, until }, {
    start: (ms, value) => said.push(`start ${at(ms)} ${value}`), hold: (ms, value) => said.push(`hold ${at(ms)} ${value}`),
    column: (ms, { first, low, high, last }) => said.push(`column ${at(ms)} ${[...new Set([first, low, high, last])].join("/")}`), lift: (ms) => said.push(`lift ${at(ms)}`),
  });
  return said;
};

describe("resolutions", () => {
  it.each([
    ["an hour on 1,000 px", 3_600_000, 1000, 22],
    ["a second on 1,000 px", 1000, 1000, 10],
    ["forty years on 1,400 px", 40 * 366 * 86_400_000, 1400, 40],
    ["nothing at all", 0, 0, 0],
  ])("%s", (...[, ms, width, level]) => expect(levelOf({ t0: 0, t1: ms }, width)).toBe(level));
  it("a bucket is one to two pixels wide", () => {
    const [view, width] = [{ t0: 0, t1: 3_600_000 }, 1000];
    const px = (bucketUs(levelOf(view, width)) / 1000 / (view.t1 - view.t0)) * width;
    expect(px).toBeGreaterThanOrEqual(1);
    expect(px).toBeLessThan(2);
  });
  it("a view needs the tiles it touches, and not the one that begins where it ends", () => {
    expect(tilesOf({ t0: WIDE * 1.5, t1: WIDE * 3 }, LEVEL)).toEqual([1, 2]);
    expect(tilesOf({ t0: WIDE, t1: WIDE + 1 }, LEVEL)).toEqual([1]);
  });
  it("says a moment to the microsecond", () => expect(momentOfUs(1_700_000_000_123_456)).toBe("2023-11-14T22:13:20.123456Z"));
});

describe("what has been read", () => {
  const view = { t0: 0, t1: 2 * WIDE };
  it("is found in order", () => expect(store({ 0: tile([[1, 1]]), 1: tile([[WIDE + 1, 2]], 1, 1) }).segments(1, view, LEVEL).map((one) => [one.t0, one.t1, one.exact])).toEqual([[0, WIDE, true], [WIDE, 2 * WIDE, true]]));
  it("is taken coarser until it is there", () => expect(store({ 0: { ...tile([[1, 1]]), t1: 2 * WIDE } }, LEVEL + 1).segments(1, view, LEVEL).map((one) => [one.t0, one.t1, one.exact])).toEqual([[0, WIDE, false], [WIDE, 2 * WIDE, false]]));
  it("is taken from two coarser ones where it lies in both", () => {
    const [two, five] = [27, 28]; // minutes: the third tile of two begins in the first of five and ends in the second
    const long = (level: number, index: number): Tile => tileOf(series([]), { level, index }, { until: 1e15, askedMs: 0 });
    const stored = store({ 0: long(five, 0), 1: long(five, 1) }, five);
    const edge = tileUs(five) / 1000;
    const place = { t0: (2 * tileUs(two)) / 1000, t1: (3 * tileUs(two)) / 1000 };
    expect(stored.segments(1, place, two).map((one) => [one.t0, one.t1])).toEqual([[place.t0, edge], [edge, place.t1]]);
  });
  it("or finer", () => expect(store({ 1: tile([[WIDE + 1, 2]], 1, 1) }, LEVEL).segments(1, view, LEVEL + 1).map((one) => [one.t0, one.t1, one.exact])).toEqual([[WIDE, 2 * WIDE, false]]));
  it("forgets the oldest, never what was just read", () => {
    const many = new TileStore();
    for (let index = 0; index < 2000; index++) many.put(1, { level: LEVEL, index }, tile([]));
    expect([many.get(1, { level: LEVEL, index: 0 }), many.get(1, { level: LEVEL, index: 1999 }) !== undefined]).toEqual([undefined, true]);
  });
  it.each([[0, 0], [5, 1], [5.1, 2], [99, 3]])("the first place not before %d is %i", (ms, place) => expect(placeOf(Float64Array.of(0, 5, 7), ms)).toBe(place));
  const NOW = 10_000_000;
  const made = (t1: number, until: number, askedMs: number): Tile => ({ ...tile([]), t0: t1 - 100, t1, until, askedMs });
  it.each([
    ["one that was not over", made(NOW, NOW - 20_000, NOW - 20_000), true],
    ["one that was not over, a moment ago", made(NOW + 100, NOW - 5_000, NOW - 5_000), false],
    ["one of an hour ago", made(NOW - 4_000_000, NOW - 4_000_000, NOW - 3_000_000), false],
    ["a young one, after a while", made(NOW - 100_000, NOW - 100_000, NOW - 90_000), true],
    ["one that is still to come", { ...made(NOW + 900, 0, 0), t0: NOW + 800 }, false],
  ])("%s is asked again: %s", (_, one, again) => expect(stale(one, NOW)).toBe(again));
  it("asks for nothing that is there", () => {
    const known = store({ 0: tile([[1, 1]]) });
    expect(missing(known, [1, 2], { views: [view], level: LEVEL, nowMs: 1e12 }).map(({ tags, index }) => [index, ...tags])).toEqual([[0, 2], [1, 1, 2]]);
  });
});

describe("a line", () => {
  const whole = { t0: 0, t1: WIDE };
  it("holds each value to the next sample, and the last as far as it is known", () =>
    expect(drawn(store({ 0: tile([[100, 5], [200, 7]]) }).segments(1, whole, LEVEL), [], 400)).toEqual(["start 100 5", "column 100 5", "hold 200 5", "column 200 7", "hold 400 7"]));
  it("begins with what stood before", () => expect(drawn(store({ 0: tile([[100, 5]], 3) }).segments(1, whole, LEVEL), [], 150)).toEqual(["start 0 3", "hold 100 3", "column 100 5", "hold 150 5"]));
  it("in the middle of a tile too", () => expect(drawn(store({ 0: tile([[100, 5], [300, 6]]) }).segments(1, { t0: 200, t1: 400 }, LEVEL))).toEqual(["start 200 5", "hold 300 5", "column 300 6", "hold 400 6"]));
  it("ends where there is no value", () => expect(drawn(store({ 0: tile([[100, 5], [200, null], [300, 6]]) }).segments(1, whole, LEVEL), [], 300)).toEqual(["start 100 5", "column 100 5", "hold 200 5", "lift 200", "start 300 6", "column 300 6", "hold 300 6"]));
  it("ends after a bucket at whose end nothing stands", () => expect(drawn(store({ 0: tile([[100, 5, true], [300, 6]]) }).segments(1, whole, LEVEL), [], 300)).toEqual(["start 100 5", "column 100 5", "hold 100 5", "lift 100", "start 300 6", "column 300 6", "hold 300 6"]));
  it("does not cross what has not been read", () => expect(drawn(store({ 0: tile([[100, 5]]), 2: tile([[2 * WIDE + 10, 6]], null, 2) }).segments(1, { t0: 0, t1: 3 * WIDE }, LEVEL), [], 2 * WIDE + 10)).toEqual(["start 100 5", "column 100 5", `hold ${Math.round(WIDE)} 5`, `lift ${Math.round(WIDE)}`, `start ${Math.round(2 * WIDE) + 10} 6`, `column ${Math.round(2 * WIDE) + 10} 6`, `hold ${Math.round(2 * WIDE) + 10} 6`]));
  it("goes on live, without doubling a sample", () =>
    expect(drawn(store({ 0: tile([[100, 5]]) }).segments(1, whole, LEVEL), [{ tsMs: 100, value: 5 }, { tsMs: 150, value: 6 }, { tsMs: 170, value: null }], 300)).toEqual(["start 100 5", "column 100 5", "hold 150 5", "column 150 6", "hold 170 6", "lift 170"]));
  const went = [{ t0: 150, t1: 250, n: 9, rule: "acme", act: "drop" }];
  it("does not cross what a rule let go", () => {
    expect(drawn(store({ 0: { ...tile([[300, 6]], 3), gone: went } }).segments(1, whole, LEVEL), [], 300)).toEqual(["start 0 3", "hold 150 3", "lift 150", "start 300 6", "column 300 6", "hold 300 6"]);
    expect(drawn(store({ 0: { ...tile([[300, 6]], 3), gone: went } }).segments(1, { t0: 200, t1: 400 }, LEVEL), [], 300)).toEqual(["start 300 6", "column 300 6", "hold 300 6"]);
    expect(drawn(store({ 0: { ...tile([], 3), gone: went } }).segments(1, whole, LEVEL), [], WIDE)).toEqual(["start 0 3", "hold 150 3", "lift 150"]);
  });
  it("says what went of the view, each once", () => {
    const segments = store({ 0: { ...tile([]), gone: went }, 1: { ...tile([], null, 1), gone: went } }).segments(1, { t0: 0, t1: 2 * WIDE }, LEVEL);
    expect([goneIn(segments), goneIn(store({ 0: { ...tile([]), gone: went } }).segments(1, { t0: 250, t1: 400 }, LEVEL))]).toEqual([went, []]);
    expect(goneOf([{ start: "2026-01-05T06:00:00Z", end: "2026-01-05T07:00:00Z", samples: 9, rule: "acme", act: "drop" }])).toEqual([{ t0: Date.UTC(2026, 0, 5, 6), t1: Date.UTC(2026, 0, 5, 7), n: 9, rule: "acme", act: "drop" }]);
  });
  it("shows its lowest and highest", () => expect(extent({ segments: store({ 0: tile([[100, 5], [200, -7]], 9) }).segments(1, whole, LEVEL), tail: [], until: 300 })).toEqual({ low: -7, high: 9 }));
  it("is in doubt over the edge of what was read at once", () =>
    expect(doubts({ segments: store({ 0: tile([[100, null]], 3), 1: tile([[WIDE + 50, 5]], null, 1) }).segments(1, { t0: 0, t1: 2 * WIDE }, LEVEL), tail: [], until: 2 * WIDE })).toEqual([{ t0: 100, t1: WIDE + 50, tone: "void" }]));
  it("tells where it is in doubt", () => expect(doubts({ segments: store({ 0: tile([[100, 5], [200, null], [300, 6]], 4) }).segments(1, whole, LEVEL), tail: [], until: 400 })).toEqual([{ t0: 200, t1: 300, tone: "void" }]));
  it.each([
    ["from the first moment in view, when what was before it is bad or nothing", [[100, 5]] as Rows, null, [], [{ t0: 0, t1: 100, tone: "void" }]],
    ["all the time, when nothing came", [] as Rows, null, [], [{ t0: 0, t1: 400, tone: "void" }]],
    ["until a value came live", [[100, null]] as Rows, 4, [{ tsMs: 50, value: 1 }, { tsMs: 200, value: null }, { tsMs: 250, value: 5 }], [{ t0: 100, t1: 250, tone: "void" }]],
    ["nowhere, while what was before holds", [] as Rows, 4, [], []],
    ["to the end, though it was heard live before all that was read", [[100, 5, true]] as Rows, 4, [{ tsMs: 100.2, value: 5 }, { tsMs: 100.7, value: null }], [{ t0: 101.024, t1: 400, tone: "void" }]],
  ])("has no value %s", (...[, rows, before, tail, said]) => expect(doubts({ segments: store({ 0: tile(rows, before) }).segments(1, whole, LEVEL), tail, until: 400 })).toEqual(said));
  it("has no value in a view that begins after it went bad, though older ones were heard live", () => {
    const later = store({ 0: tile([[100, 5], [200, null]]) }).segments(1, { t0: 300, t1: 400 }, LEVEL);
    const tail = [{ tsMs: 100, value: 5 }, { tsMs: 200, value: null }];
    expect([doubts({ segments: later, tail, until: 400 }), drawn(later, tail, 400), extent({ segments: later, tail, until: 400 })]).toEqual([[{ t0: 300, t1: 400, tone: "void" }], [], { low: Infinity, high: -Infinity }]);
  });
  it("ends where its connection's word ends, though later ones were read", () => expect(drawn(store({ 0: tile([[100, 5]]), 1: tile([], 5, 1) }).segments(1, { t0: 0, t1: 2 * WIDE }, LEVEL), [], 300)).toEqual(["start 100 5", "column 100 5", "hold 300 5"]));
  it("has no value until what a rule let go, which is told in another way", () =>
    expect(doubts({ segments: store({ 0: { ...tile([[300, 6]]), gone: went } }).segments(1, whole, LEVEL), tail: [], until: 400 })).toEqual([{ t0: 0, t1: 150, tone: "void" }]));
});

describe("what stood at a moment", () => {
  const segments = store({ 0: tile([[100, 5], [200, null], [300, 6, true]], 3) }).segments(1, { t0: 0, t1: WIDE }, LEVEL);
  it.each([[50, 3], [100, 5], [150, 5], [200, null], [250, null], [300, 6], [400, null]])("at %d: %s", (ms, value) => expect(standing(segments, ms)?.value).toBe(value));
  it("is not known where nothing was read", () => expect(standing(segments, WIDE + 1)).toBeNull());
});

describe("pens", () => {
  it.each([
    ["12.0,15.1o,18.2h", "12.0,15.1o,18.2h"],
    ["12,15", "12.0,15.1"],
    ["12.5,15.5", "12.5,15.0"],
    ["12,12,x,,-1", "12.0"],
    ["12.99", "12.0"],
    ["", null],
  ])("%s stays %s", (text, again) => expect(textOf(pensOf(text))).toBe(again));
  it("keep their looks when one goes", () => expect(textOf(withTag(pensOf("15.1,18.2"), 7))).toBe("15.1,18.2,7.0"));
  it("are sixteen at most", () => expect(pensOf(Array.from({ length: 20 }, (_, i) => i + 1).join(",")).length).toBe(PENS_MAX));
  it("all look different", () => expect(new Set(Array.from({ length: PENS_MAX }, (_, i) => `${i % 8} ${dashOf(i).join(" ")}`)).size).toBe(PENS_MAX));
  it("share a scale by their unit", () => {
    const [one, own] = pensOf("1,2o");
    expect([one && axisOf(one, "Cel"), own && axisOf(own, "Cel")]).toEqual(["unit Cel", "own 2"]);
  });
  it("are hidden one by one", () => expect(textOf(changed(pensOf("1,2"), 2, { hidden: true }))).toBe("1.0,2.1h"));
});

describe("scales", () => {
  it.each([[0, 97, { low: 0, high: 100 }], [5, 5, { low: 4.7, high: 5.3 }], [0, 0, { low: -0.6, high: 0.6 }], [Infinity, -Infinity, { low: 0, high: 1 }], [-3, 12, { low: -5, high: 12.5 }]])("%d to %d", (low, high, range) => expect(niceRange(low, high)).toEqual(range));
  it("have round marks", () => expect(marks({ low: 0, high: 100 }, 5)).toEqual([0, 20, 40, 60, 80, 100]));
  it("of small numbers too", () => expect(marks({ low: 0.1, high: 0.4 }, 3)).toEqual([0.1, 0.2, 0.3, 0.4]));
  it("stay while they fit, and follow when they do not", () => {
    const before = { low: 0, high: 100 };
    expect(steady(before, 10, 80)).toBe(before);
    expect(steady(before, 10, 12)).toEqual({ low: 10, high: 12 });
    expect(steady(before, 10, 120)).toEqual({ low: 0, high: 120 });
  });
});

describe("hands", () => {
  const view = { t0: 1e12, t1: 1e12 + 1000 };
  it("pan by a share", () => expect(panned(view, -0.5)).toEqual({ t0: 1e12 - 500, t1: 1e12 + 500 }));
  it("turn the wheel around what lies under it", () => {
    const next = wheeled(view, 300, 1e12 + 250);
    expect((1e12 + 250 - next.t0) / (next.t1 - next.t0)).toBeCloseTo(0.25);
    expect(next.t1 - next.t0).toBeGreaterThan(1000);
  });
  it("pinch: what lay under the fingers stays there", () => expect(pinched(view, [0.25, 0.75], [0, 1])).toEqual({ t0: 1e12 + 250, t1: 1e12 + 750 }));
  it("stand still where they can go no wider and no nearer, wherever the pointer is", () => {
    const [widest, nearest] = [{ t0: 8e11, t1: 8e11 + LONGEST_MS }, { t0: 1e12, t1: 1e12 + 20 }];
    for (const [whole, turn, key, fingers] of [[widest, 500, "-", [0.4, 0.41]], [nearest, -500, "+", [0, 1]]] as const) {
      expect(wheeled(whole, turn, whole.t0)).toEqual(whole);
      expect(pressed(key, whole)).toEqual({ view: whole });
      expect(pinched(whole, [0.4, 0.5], fingers).t1 - pinched(whole, [0.4, 0.5], fingers).t0).toBeCloseTo(whole.t1 - whole.t0, 0);
    }
  });
  it("never leave what can be shown", () => {
    expect(allowed({ t0: 5e11, t1: 5e11 }).t1 - allowed({ t0: 5e11, t1: 5e11 }).t0).toBe(20);
    expect(allowed({ t0: -1e15, t1: 1e15 }).t0).toBeGreaterThan(0);
  });
  it.each([["ArrowLeft", false, -100], ["ArrowRight", true, 900], ["PageUp", false, -900]])("%s (shift %s) moves by %d ms", (key, shift, by) => expect(pressed(key, view, shift)).toEqual({ view: panned(view, by / 1000) }));
  it.each([["Home", { go: "first" }], ["End", { go: "now" }], ["x", null]])("%s", (key, found) => expect(pressed(key, view)).toEqual(found));
});

it("a layout leaves room for every axis that is drawn", () => {
  const { plot, lanes } = layoutOf({ width: 1000, height: 400 }, { axes: Array(6).fill(58) as number[], rows: 2, lanes: [] });
  expect([plot.left, plot.width > 500, lanes.top > plot.top + plot.height]).toEqual([232, true, true]);
});
it.each([
  ["at a desk", 960, [58, 58, 58, 58, 58], [58, 58, 58, 58]],
  ["at a desk, one of them wide", 960, [58, 110, 58, 58], [58, 110, 58]],
  ["on a phone", 348, [58, 58, 58], [58]],
  ["on a phone, a wide one", 348, [110, 58], [110]],
  ["of no pen", 960, [], []],
])("scales leave the curves three quarters of the width: %s", (...[, width, axes, drawn]) => expect(layoutOf({ width, height: 400 }, { axes, rows: 0, lanes: [] }).axes).toEqual(drawn));
it.each([
  [{ low: 0, high: 100 }, "en", ["0", "50", "100"]],
  [{ low: 1_234_567, high: 1_234_568 }, "en", ["1,234,567.0", "1,234,567.5", "1,234,568.0"]],
  [{ low: 123_456, high: 123_456.5 }, "de", ["123.456,00", "123.456,25", "123.456,50"]],
] as const)("the marks of a scale over %j are told apart", (...[range, language, texts]) => expect(marksOf({ range }, 80, { language, zone: undefined }).map(({ text }) => text)).toEqual(texts));
it("a scale of the largest number of a PLC leaves the curves their width, on a phone too", () => {
  const axis = { key: "", unit: "", range: niceRange(0, 3.4028234663852886e38), nos: [1], colour: "" };
  expect(layoutOf({ width: 348, height: 400 }, { axes: [axisWidth(axis, 400, { language: "de", zone: undefined })], rows: 0, lanes: [] }).plot.width).toBeGreaterThan(200);
});
it.each([[["0", "100"], 58], [["10,000,000", "20,000,000"], 78], [["-0.000125"], 75]])("a scale of %j is %i px wide: its numbers are not cut off", (texts, px) => expect(axisPx(texts)).toBe(px));
it.each([
  [[1, 2], "/min", 60, "1 2 · /min"],
  [[1, 2, 3, 4, 5, 6, 7], "/min", 60, "1 … · /min"],
  [[7, 8, 9, 10, 16], "", 48, "7 8 9 …"],
  [[], "bar", 48, "bar"],
  [[1, 2], "a unit that is long", 20, "a unit that is long"],
])("the scale of pens %j in %s says in %i px: %s", (...[nos, unit, px, title]) => expect(axisTitle({ nos, unit }, px, (text) => text.length * 6)).toBe(title));
it("a tile has a fixed number of buckets", () => expect(tileUs(LEVEL) / bucketUs(LEVEL)).toBe(TILE));
it.each(Array.from({ length: 17 }, (_, i) => 26 + i))("level %i is made of whole minutes or hours, and at most two and a half times the finer one", (level) => {
  const unit = bucketUs(level) < 3.6e9 ? 6e7 : 3.6e9;
  expect(bucketUs(level) % unit).toBe(0);
  expect(bucketUs(level) / bucketUs(level - 1)).toBeLessThanOrEqual(2.5);
  expect(bucketUs(level)).toBeGreaterThan(bucketUs(level - 1));
});

describe("columns", () => {
  const head = new TextEncoder().encode(JSON.stringify({ columns: ["t0_us", "min"], tags: [{ id: 7, rows: 2, before: 3 }, { id: 8, rows: 0, before: null }] }).padEnd(128));
  const bytes = new ArrayBuffer(16 + head.length + 32);
  new Uint8Array(bytes).set(new TextEncoder().encode("DVTF64\u0001\u0000"));
  new DataView(bytes).setUint32(8, head.length, true);
  new Uint8Array(bytes, 16).set(head);
  new Float64Array(bytes, 16 + head.length).set([1, 2, 3, Number.NaN]);
  it("are read where they lie", () => expect(columnsOf(bytes).map((one) => [one.id, one.before, ...one.t0_us, ...one.min])).toEqual([[7, 3, 1, 2, 3, Number.NaN], [8, null]]));
  it.each([["another answer", new TextEncoder().encode("<html>of a proxy").buffer], ["nothing", new ArrayBuffer(0)]])("refuse %s", (_, other) => expect(() => columnsOf(other as ArrayBuffer)).toThrow(RangeError));
});

describe("the loader", () => {
  const asked = () => {
    const requests: { tags: string; signal: AbortSignal }[] = [];
    vi.stubGlobal("fetch", (address: string, init: RequestInit) => {
      requests.push({ tags: new URLSearchParams(address.split("?")[1]).get("tags") ?? "", signal: init.signal as AbortSignal });
      return new Promise(() => undefined);
    });
    return requests;
  };
  const need = (index: number, ...tags: number[]) => ({ level: LEVEL, index, tags });
  it("asks for what is new, lets what is on its way come, and drops what nobody looks at", () => {
    const requests = asked();
    const loader = new Loader(new TileStore());
    loader.want([need(0, 1, 2), need(1, 1, 2)]);
    loader.want([need(1, 1, 2, 3)]);
    expect(requests.map(({ tags, signal }) => [tags, signal.aborted])).toEqual([["1,2", true], ["1,2", false], ["3", false]]);
    vi.unstubAllGlobals();
  });
});
