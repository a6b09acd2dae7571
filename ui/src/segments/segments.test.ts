// What a hand or a key finds on a lane, and how little is asked for when it moves.
import { describe, expect, it } from "vitest";
import { firstAfter, hides, inView, pictureOf, saidInView, segmentAt, segmentOf, type SegmentsAnswer } from "@/segments/columns";
import { paintSegments } from "@/segments/paint";
import { fitting, stretchOf } from "@/segments/query";
import type { Tone } from "@/states/look";
import type { Colours } from "@/timeline/colours";

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

describe("painting", () => {
  const colours = { ink: "", inkSoft: "", raised: "", fill: { warning: "" } } as unknown as Colours;
  const fills = Object.fromEntries(["normal", "quiet", "external", "setup", "warning", "fault", "void"].map((tone) => [tone, tone])) as Record<Tone, string>;
  const painted = (of: SegmentsAnswer, width: number, from = (of.lanes[0]?.t0_us[0] ?? 0) / 1000) => {
    const rows: [string, number, number][] = [];
    const pen = { fillStyle: "", fillRect: (x: number, _y: number, w: number) => void rows.push([pen.fillStyle, x, w]) };
    const shown = pictureOf(of);
    const t1 = (of.lanes[0]?.t1_us.at(-1) ?? 0) / 1000;
    for (const one of shown.lanes) paintSegments(pen as unknown as CanvasRenderingContext2D, one, { said: shown.said, fills, colours, untilMs: t1, frame: { t0: from, t1, width, top: 0, height: 10 } });
    return rows;
  };
  it("a fault shorter than a pixel still gets one", () => expect(painted(answer([0, 5_000, 5_001, 10_000], [0, 1, 0]), 100).find(([fill]) => fill === "fault")).toEqual(["fault", 50, 1]));
  it("time of which nothing is told is hatched, not empty", () => expect(painted(answer([50, 100], [0]), 100, 0)).toEqual([["void", 0, 50], ["normal", 50, 50]]));
  it("paints a pixel of one tone once, however many segments share it", () => {
    const many = 100_000;
    const rows = painted(answer(Array.from({ length: many + 1 }, (_, i) => i), Array.from({ length: many }, (_, i) => i % 3)), 1_200);
    expect(rows.length).toBeLessThanOrEqual(3 * 1_201);
    expect(rows.length).toBeGreaterThan(3_000);
  });
});
