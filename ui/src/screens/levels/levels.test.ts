import { describe, expect, it } from "vitest";
import { levelsOf, moved, nearerStart, risesOf, stretchesOf } from "@/screens/levels/levels";

const BETWEEN = [{ low: 1, high: 2 }, { low: 5, high: 7 }];

describe("levels", () => {
  it.each([
    [[0, 1.5, 2.5, 1.5, 0.5], [0, 0, 1, 1, 0]], // between low and high it stays what it was
    [[8, 6, 4.9, 6, 7.1], [2, 2, 1, 1, 2]],
    [[0, 9, null, 6], [0, 2, -1, 2]], // of a moment without a value nothing is said
  ])("are told with hysteresis", (values, levels) => expect(levelsOf(values, BETWEEN)).toEqual(levels));
  it.each([
    ["2026-01-05T13:55:00.000Z", "2026-01-05T13:55:00.000Z"],
    ["2026-01-05T06:20:00.000Z", "2026-01-05T06:00:00.000Z"],
    [undefined, "2026-01-05T06:00:00.000Z"],
  ])("of a signal first heard at %s are drawn from %s on", (first, from) => expect(nearerStart("2026-01-05T06:00:00.000Z", "2026-01-05T14:00:00.000Z", first === undefined ? undefined : Date.parse(first) * 1000)).toBe(from));
  it("lie beside each other as stretches", () => expect(stretchesOf([2, 2, -1, 0, 0, 0])).toEqual([{ kind: 2, from: 0, to: 2 }, { kind: -1, from: 2, to: 3 }, { kind: 0, from: 3, to: 6 }]));
  it("begin a cycle where the highest begins", () => expect(risesOf([0, 2, 2, 1, 2, -1, 2], 2)).toEqual([1, 4]));
  it.each([
    { at: 0, edge: "both" as const, to: 3, expected: { low: 2.5, high: 3.5 } },
    { at: 0, edge: "both" as const, to: 99, expected: { low: 4, high: 5 } }, // it stops at its neighbour
    { at: 0, edge: "low" as const, to: 3, expected: { low: 2, high: 2 } },
    { at: 1, edge: "high" as const, to: 4, expected: { low: 5, high: 5 } },
    { at: 1, edge: "low" as const, to: 0, expected: { low: 2, high: 7 } },
  ])("move threshold $at by $edge", ({ at, edge, to, expected }) => expect(moved(BETWEEN, at, { edge, to })[at]).toEqual(expected));
});
