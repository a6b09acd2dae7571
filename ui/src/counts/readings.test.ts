// A counter goes on where it stopped, and begins anew where it has no more digits.
import { describe, expect, it } from "vitest";
import { apart, made, rollsAt } from "@/counts/readings";

describe("readings", () => {
  it.each([[[1_000, 1_400, null, 400]], [[999_950, 30, 1_000_000, 80]], [[900, 100, null, null]], [[0, 0, null, 0]]] as const)("%j", ([before, after, modulus, pieces]) => expect(made(before, after, modulus)).toBe(pieces));
  it.each([[999_950, 1_000_000], [0, 10], [10, 100]])("%i rolls at %i", (shown, at) => expect(rollsAt(shown)).toBe(at));
  it.each([[1_000, 1_020, 20], [1_000, 990, -10], [1_000, 1_000, 0]])("%i then %i", (last, before, far) => expect(apart(last, before, null)).toBe(far));
  it("goes the shorter way round", () => expect([apart(999_990, 10, 1_000_000), apart(10, 999_990, 1_000_000)]).toEqual([20, -20]));
});
