// What a hand or a key finds on a lane, and how little is asked for when it moves.
import { describe, expect, it } from "vitest";
import { firstAfter, hides, inView, pictureOf, saidInView, segmentAt, segmentOf, type SegmentsAnswer } from "@/segments/columns";
import { type Dots, ORDER, imageHeight, pixelsFor, pixelsOf, writeLane } from "@/segments/pixels";
import { fitting, stretchOf } from "@/segments/query";
import { HEIGHT } from "@/timeline/paint";

const looks: SegmentsAnswer["looks"] = [
  { state: "Execute", mode: "Production", reason: null, external: false, kind: "produces" },
  { state: "Held", mode: "Production", reason: "mechanical/jam", external: false, kind: "stands" },
  { state: "NO_DATA", mode: "", reason: null, external: false, kind: "void" },
];
const answer = (ends: number[], look: number[], n: number[] = look.map(() => 1)): SegmentsAnswer => ({
  start: "2026-01-01T00:00:00Z", end: "2026-01-02T00:00:00Z", until: new Date(ends.at(-1) ?? 0).toISOString(), bucket_us: 1, records: look.length, partial: false, looks,
  lanes: [{ equipment_id: 3, t0_us: ends.slice(0, -1).map((ms) => ms * 1000), t1_us: ends.slice(1).map((ms) => ms * 1000), look, marks: look.map(() => 0), n, holds: look.map(() => 5) }],
});
const picture = pictureOf(answer([100, 200, 260, 300], [0, 1, 2]));
const lane = picture.lanes[0];
if (!lane) throw new Error("a lane was given");

describe("segments", () => {
  it.each([[99, -1], [100, 0], [199, 0], [200, 1], [299, 2], [300, -1]])("at %d ms stands segment %d", (ms, place) => expect(segmentAt(lane, ms)).toBe(place));
  it.each([[0, 0], [100, 0], [200, 1], [299, 2], [400, 3]])("the first that ends after %d is %d", (ms, place) => expect(firstAfter(lane, ms)).toBe(place));
  it("are told with their look", () => expect(segmentOf(picture, lane, 1)).toMatchObject({ t0: 200, t1: 260, state: "Held", look: { tone: "fault" } }));
  it("in view are those that touch it", () => expect(inView(picture, lane, { t0: 150, t1: 260 }).map((one) => one.state)).toEqual(["Execute", "Held"]));
  it("say what is in view, each kind once", () => expect([{ t0: 150, t1: 260 }, { t0: 260, t1: 261 }, { t0: 300, t1: 400 }].map((view) => saidInView(picture, view).map((one) => one.state))).toEqual([["Execute", "Held"], ["NO_DATA"], []]));
  it("say when they hide time without data", () => expect([hides(looks[0] as never, 5, "void"), hides(looks[2] as never, 1, "void"), hides(looks[0] as never, 4, "void")]).toEqual([true, false, false]));
});

describe("what is asked for", () => {
  const hour = 3_600_000;
  it("lies around the view and stays the same while it moves a little", () => {
    const [one, other] = [stretchOf({ t0: 100.2 * hour, t1: 101.1 * hour }), stretchOf({ t0: 100.25 * hour, t1: 101.15 * hour })];
    expect(other).toEqual(one);
    expect(one.t0).toBeLessThanOrEqual(100.2 * hour - 0.2 * hour);
    expect(one.t1).toBeGreaterThanOrEqual(101.1 * hour);
  });
  it("is at least as fine as a pixel of the view", () => {
    const { t0, t1, px } = stretchOf({ t0: 0, t1: 8 * hour });
    expect((t1 - t0) / px).toBeLessThanOrEqual((8 * hour) / 1_000);
  });
  it.each([[0, 1, 10_000], [0, 5 * hour, 5 * hour], [0, 9_000 * hour, 92 * 24 * hour]])("a view of %d to %d ms lasts %d ms", (t0, t1, lasts) => {
    const view = fitting({ t0, t1 });
    expect(view.t1 - view.t0).toBe(lasts);
  });
});

describe("what the pixels show", () => {
  const seen = (of: SegmentsAnswer, width: number, from = (of.lanes[0]?.t0_us[0] ?? 0) / 1000) => {
    const [shown, pixels, t1] = [pictureOf(of), pixelsFor(width), (of.lanes[0]?.t1_us.at(-1) ?? 0) / 1000];
    for (const one of shown.lanes) pixelsOf(one, { said: shown.said, view: { t0: from, t1 }, untilMs: t1 }, pixels);
    return pixels;
  };
  /** Each tone that is seen, and on how many pixels side by side. */
  const runs = (places: Uint8Array): [string, number][] => [...places].reduce<[string, number][]>((found, place) => {
    const [tone, last] = [ORDER[place - 1] ?? "nothing", found.at(-1)];
    if (last?.[0] === tone) last[1] += 1;
    else found.push([tone, 1]);
    return found;
  }, []);
  it("a fault shorter than a pixel still has one", () => expect(runs(seen(answer([0, 5_000, 5_001, 10_000], [0, 1, 0]), 100).tones)).toEqual([["normal", 50], ["fault", 1], ["normal", 49]]));
  it("also at the last moment in view", () => expect(runs(seen(answer([0, 9_999, 10_000], [0, 1]), 100).tones)).toEqual([["normal", 99], ["fault", 1]]));
  it("time of which nothing is told is hatched, not empty", () => expect(runs(seen(answer([50, 100], [0]), 100, 0).tones)).toEqual([["void", 50], ["normal", 50]]));
  it("of many in one pixel what is worst", () => expect(runs(seen(answer(Array.from({ length: 10_001 }, (_, i) => i), Array.from({ length: 10_000 }, (_, i) => i % 3)), 10).tones)).toEqual([["fault", 10]]));
  it("hidden time without data is told at the top, what stands for many has a line below", () => {
    const { tops, merged } = seen(answer([0, 50, 100], [0, 0], [3, 1]), 10);
    expect([runs(tops), [...merged]]).toEqual([[["void", 5], ["normal", 5]], [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]]);
  });
  it("no tone is lower than one that gives way to it", () => expect(ORDER.map((tone) => HEIGHT[tone])).toEqual(ORDER.map((tone) => HEIGHT[tone]).toSorted((a, b) => a - b)));
  it("each stands on the floor, as high as it is, in its own dots", () => {
    const dots: Dots = { size: 2, scale: 1, ink: 99, tones: ORDER.map((_, i) => Uint32Array.of(i * 10 + 1, i * 10 + 2, i * 10 + 3, i * 10 + 4)) };
    const out = new Uint32Array(3 * imageHeight(10, 1)).fill(7);
    writeLane(out, { tones: Uint8Array.of(0, 2, 7), tops: Uint8Array.of(0, 2, 5), merged: Uint8Array.of(0, 0, 1) }, { dots, height: 10 });
    expect([0, 3, 4, 5, 6, 9, 10, 11].map((y) => [...out.subarray(y * 3, y * 3 + 3)])).toEqual([[0, 0, 41], [0, 0, 43], [0, 12, 41], [0, 14, 43], [0, 12, 61], [0, 14, 63], [0, 0, 0], [0, 0, 99]]);
  });
});
