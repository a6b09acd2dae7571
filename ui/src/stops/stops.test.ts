// The stop that waits for an answer comes first; a break asks for none.
import { describe, expect, it } from "vitest";
import type { Stop } from "@/api/types";
import { type Filter, filtered, inOrder, lastsMs, needsReason, stopsPath } from "@/stops/stops";

const NOW = Date.parse("2026-11-23T10:00:00Z");
const stop = (id: string, more: Partial<Stop> = {}): Stop => ({
  stop_id: id, equipment_id: 1, start: "2026-11-23T08:00:00Z", end: "2026-11-23T08:05:00Z", duration_s: 300, state: "Held", mode: "Production", reason: null, comment: null, external: false,
  planned: false, micro: false, source: "rule", edited_by: null, edited_at: null, edit_id: null, evidence_changed: false, version: "0-a", because: null, ...more,
});
const stops = [
  stop("answered", { reason: "mechanical/jam", start: "2026-11-23T09:00:00Z" }),
  stop("old", { start: "2026-11-23T07:00:00Z" }),
  stop("young"),
  stop("stands", { end: null, start: "2026-11-23T09:50:00Z" }),
  stop("stands, answered", { end: null, reason: "mechanical/jam", equipment_id: 2, external: true, start: "2026-11-23T09:40:00Z" }),
  stop("break", { planned: true, start: "2026-11-23T09:30:00Z", duration_s: 1800 }),
  stop("blink", { micro: true, duration_s: 4, start: "2026-11-23T09:20:00Z" }),
];
const ALL: Filter = { unit: null, reason: null, unassigned: false, own: false, longerMs: 0, planned: true, micro: true, slow: false, sort: "newest" };
const ids = (found: readonly Stop[]) => found.map((one) => one.stop_id);

describe("the sum of a list", () => {
  const none = { ...ALL, planned: false, micro: false };
  it.each([
    [none, undefined, "stops/at:1795428000000000/us"],
    [{ ...ALL, unit: 7, reason: "mechanical/jam", unassigned: true, own: true, longerMs: 60_000 }, undefined, "stops/at:1795428000000000/machine:7/reason:mechanical%2Fjam/unassigned/own/longer:60000000/planned/short/us"],
    [none, stop("4-1795420000000001"), "stops/at:1795428000000000/since:1795420000000001.4/us"],
  ])("is asked for with what the list shows", (filter, oldest, path) => expect(stopsPath(filter, "us", { nowMs: NOW, oldest })).toBe(path));
});

describe("stops", () => {
  it("asks for a reason where one is owed", () => expect(ids(stops.filter(needsReason))).toEqual(["old", "young", "stands"]));
  it("stand in the order in which they are answered", () => expect(ids(inOrder(stops))).toEqual(["stands", "young", "old", "stands, answered", "break", "blink", "answered"]));
  it("last until now while they stand", () => expect([lastsMs(stops[3] as Stop, NOW), lastsMs(stops[2] as Stop, NOW)]).toEqual([600_000, 300_000]));
  it.each([
    [{ unit: 2 }, ["stands, answered"]],
    [{ reason: "mechanical" }, ["stands, answered", "answered"]],
    [{ reason: "mechanical/j" }, []],
    [{ unassigned: true, planned: false, micro: false }, ["stands", "young", "old"]],
    [{ own: true, reason: "mechanical" }, ["answered"]],
    [{ longerMs: 600_000, sort: "longest" }, ["break", "stands, answered", "stands"]],
  ] as [Partial<Filter>, string[]][])("filtered by %j: %j", (filter, found) => expect(ids(filtered(stops, { ...ALL, ...filter }, NOW))).toEqual(found));
});
