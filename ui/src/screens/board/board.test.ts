// What is known of an hour is said beside its numbers, where it is not all of it.
import { describe, expect, it } from "vitest";
import { phaseOf, shareShown } from "@/screens/board/board";

describe("an hour of the board", () => {
  it.each([[null, null], [1, null], [0.996, null], [0.75, 0.75], [0, 0]])("covered by %j shows %j", (covered, shown) => expect(shareShown(covered)).toBe(shown));
  it.each([
    ["2026-11-23T05:59:59Z", "to-come"],
    ["2026-11-23T06:00:00Z", "running"],
    ["2026-11-23T07:00:00Z", "over"],
  ])("at %s is %s", (now, phase) => expect(phaseOf({ start: "2026-11-23T06:00:00Z", end: "2026-11-23T07:00:00Z" }, Date.parse(now))).toBe(phase));
});
