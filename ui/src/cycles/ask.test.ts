import { describe, expect, it } from "vitest";
import { type Bin, binOf, moved } from "@/cycles/ask";

const bins: Bin[] = [{ low_s: 1, high_s: 2, pieces: 5 }, { low_s: 2, high_s: 3, pieces: 1 }];

describe("the bin a time falls into", () => {
  it.each([[0.5, null], [1, 0], [1.99, 0], [2, 1], [3, 1], [3.1, null], [null, null]])("%s s: %s", (seconds, at) => {
    expect(binOf(bins, seconds)).toBe(at);
  });
  it("is none where there are none", () => expect(binOf([], 1)).toBeNull());
});

it.each([["ArrowLeft", 0, 0], ["ArrowRight", 0, 1], ["ArrowRight", 1, 1], ["End", 0, 1], ["Home", 1, 0], ["a", 1, 1]])("%s goes from %s to %s", (key, from, to) => {
  expect(moved(from, key, 2)).toBe(to);
});
