// What is known of an hour is said beside its numbers, where it is not all of it.
import type { ShiftBoard } from "@/api/types";
import { describe, expect, it } from "vitest";
import { isUncounted, phaseOf, shareShown } from "@/screens/board/board";

const totals = (covered: number | null, good: number | null) => ({ totals: { covered, good } }) as Pick<ShiftBoard, "totals">;

describe("a shift", () => {
  it.each([[1, null, true], [0.4, null, true], [0, null, false], [null, null, false], [1, 0, false]])("covered by %j with %j good pieces is uncounted: %j", (covered, good, uncounted) => expect(isUncounted(totals(covered, good))).toBe(uncounted));
});

describe("an hour of the board", () => {
  it.each([[null, null], [1, null], [0.996, null], [0.75, 0.75], [0, 0]])("covered by %j shows %j", (covered, shown) => expect(shareShown(covered)).toBe(shown));
  it.each([
    ["2026-11-23T05:59:59Z", "to-come"],
    ["2026-11-23T06:00:00Z", "running"],
    ["2026-11-23T07:00:00Z", "over"],
  ])("at %s is %s", (now, phase) => expect(phaseOf({ start: "2026-11-23T06:00:00Z", end: "2026-11-23T07:00:00Z" }, Date.parse(now))).toBe(phase));
});
