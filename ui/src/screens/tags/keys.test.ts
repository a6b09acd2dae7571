// A hundred thousand rows are walked without a mouse.
import { describe, expect, it } from "vitest";
import { moved } from "@/screens/tags/keys";

describe("the keys of the table", () => {
  it.each([
    ["ArrowDown", 0, 1], ["ArrowDown", 99, 99], ["ArrowUp", 0, 0], ["ArrowUp", 7, 6],
    ["PageDown", 0, 29], ["PageDown", 90, 99], ["PageUp", 40, 11], ["PageUp", 3, 0],
    ["Home", 50, 0], ["End", 50, 99], ["ArrowUp", 5_000, 98], ["x", 5, null],
  ] as const)("%s at %i leads to %s", (key, at, to) => expect(moved(key, at, { count: 100, screen: 30 })).toBe(to));
  it("lead nowhere in an empty table", () => expect(moved("End", 0, { count: 0, screen: 30 })).toBeNull());
});
