// What counts is what was due by now; an hour to come owes nothing yet.
import { describe, expect, it } from "vitest";
import { gapOf, phaseOf } from "@/screens/board/board";

describe("an hour of the board", () => {
  it.each([
    [{ target_so_far: 3000, good: 2800 }, -200],
    [{ target_so_far: 1000, good: 1100 }, 100],
    [{ target_so_far: null, good: 0 }, null],
  ])("%j is ahead by %j", (hour, gap) => expect(gapOf(hour)).toBe(gap));
  it.each([
    ["2026-11-23T05:59:59Z", "to-come"],
    ["2026-11-23T06:00:00Z", "running"],
    ["2026-11-23T07:00:00Z", "over"],
  ])("at %s is %s", (now, phase) => expect(phaseOf({ start: "2026-11-23T06:00:00Z", end: "2026-11-23T07:00:00Z" }, Date.parse(now))).toBe(phase));
});
