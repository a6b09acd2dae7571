// The hour that runs is held against what is due by now, an hour that is over against its whole plan.
import { describe, expect, it } from "vitest";
import { gapOf } from "@/screens/board/board";

describe("gapOf", () => {
  it.each([
    [{ planned: 3000, target_so_far: null, good: 2800, provisional: false }, -200],
    [{ planned: 3000, target_so_far: 1000, good: 1100, provisional: true }, 100],
    [{ planned: 3000, target_so_far: null, good: 1100, provisional: true }, -1900],
    [{ planned: null, target_so_far: null, good: 1100, provisional: false }, null],
  ])("%j: %j", (hour, gap) => expect(gapOf(hour)).toBe(gap));
});
