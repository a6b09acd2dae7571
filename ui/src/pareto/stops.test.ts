// The costliest stop must stand first, and running time must not be among the stops.
import { describe, expect, it } from "vitest";
import { cumulated, stopsOf } from "@/pareto/stops";
import { barsOf } from "@/timeline/paint";

const MIN = 60_000;
const record = (fromMin: number, toMin: number, rest: { state: string; reason?: string }) => ({ equipment_id: 1, start: new Date(fromMin * MIN).toISOString(), end: new Date(toMin * MIN).toISOString(), mode: "Production", external: false, source: "rule", provisional: false, reason: null, ...rest });
const bars = barsOf([record(0, 10, { state: "Execute" }), record(10, 12, { state: "Held", reason: "mechanical/jam" }), record(12, 20, { state: "Idle" }), record(20, 25, { state: "Held", reason: "mechanical/jam" }), record(25, 30, { state: "NO_DATA" }), record(30, 40, { state: "Aborted", reason: "electrical/motor" })], 40 * MIN);

describe("stops", () => {
  const stops = stopsOf(bars, 0, 36 * MIN);
  it("are summed by reason, largest first, cut at the period's end", () => expect(stops.map((stop) => [stop.key, stop.count, stop.ms / MIN])).toEqual([["Idle", 1, 8], ["mechanical/jam", 2, 7], ["electrical/motor", 1, 6]]));
  it("add up to all of it", () => expect(cumulated(stops).at(-1)).toBe(1));
});
