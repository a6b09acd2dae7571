// A word on the canvas is whole, or cut between letters with a sign, or not there: never half a letter.
import { describe, expect, it } from "vitest";
import { fitted } from "@/timeline/paint";

const pen = { measureText: (text: string) => ({ width: text.length * 10 }) as TextMetrics };

describe("a word in a bar", () => {
  it.each([
    ["Jam", 30, "Jam"],
    ["Cannot pass bottles on", 300, "Cannot pass bottles on"],
    ["Cannot pass bottles on", 120, "Cannot pass…"],
    ["Cannot pass bottles on", 80, "Cannot…"],
    ["Cannot pass bottles on", 50, ""],
    ["Jam", 20, ""],
  ])("%j in %i px reads %j", (text, width, shown) => expect(fitted(pen, text, width)).toBe(shown));
});
