// How far a restatement is: nothing is said to be done before it is.
import { describe, expect, it } from "vitest";
import { shareOf } from "@/screens/restate/api";

describe("how far the figures follow", () => {
  it.each([
    [{ settled: true, rewritten_us: 0, touched_us: 60 }, 1],
    [{ settled: false, rewritten_us: 0, touched_us: 60 }, 0],
    [{ settled: false, rewritten_us: 15, touched_us: 60 }, 0.25],
    [{ settled: false, rewritten_us: 90, touched_us: 60 }, 1], // a line is cut with each of its units
    [{ settled: false, rewritten_us: 0, touched_us: 0 }, 0],
  ])("%j is %d", (one, share) => expect(shareOf(one)).toBe(share));
});
