// What a thumb in a glove types must be the number it meant.
import { describe, expect, it } from "vitest";
import { pressed } from "@/counts/pad";

describe("number pad", () => {
  it.each([
    ["", ["4", "2"], "42"],
    ["", ["0", "0", "7"], "7"],
    ["0", ["0"], "0"],
    ["42", ["Backspace"], "4"],
    ["42", ["Delete"], ""],
    ["", ["Backspace"], ""],
    ["12", ["a", "Enter", ".", "-"], "12"],
    ["123456", ["7"], "123456"],
  ])("%j and %j is %j", (before, keys, after) => expect(keys.reduce((text, key) => pressed(text, key), before)).toBe(after));
});
