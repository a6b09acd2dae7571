// Keys of a scanner become one code; single keys and pauses do not.
import { describe, expect, it } from "vitest";
import { Keys } from "@/screens/station/scanned";

const codes = (typed: readonly (readonly [string, number])[]) => {
  const keys = new Keys();
  return typed.flatMap(([key, atMs]) => keys.press(key, atMs).code ?? []);
};
const sent = (text: string, fromMs: number): [string, number][] => [...text, "Enter"].map((key, n) => [key, fromMs + 2 * n]);

describe("Keys", () => {
  it("are a code when Enter ends them", () => expect(codes(sent("PO-4711", 0))).toEqual(["PO-4711"]));
  it("are two codes when two are scanned", () => expect(codes([...sent("PO-1", 0), ...sent("PO-2", 20)])).toEqual(["PO-1", "PO-2"]));
  it("begin anew after a pause", () => expect(codes([["x", 0], ["y", 5], ...sent("PO-1", 2_000)])).toEqual(["PO-1"]));
  it("of one letter are none", () => expect(codes(sent("x", 0))).toEqual([]));
  it("leave Enter alone where nothing was typed", () => expect(new Keys().press("Enter", 0)).toEqual({ code: null, taken: false }));
  it("leave spaces alone that begin nothing, as a button pressed twice", () => {
    const keys = new Keys();
    expect([keys.press(" ", 0), keys.press(" ", 300), keys.press("Enter", 600)]).toEqual(Array(3).fill({ code: null, taken: false }));
  });
  it("keep a space within a code", () => expect(codes(sent(" PO 47", 0))).toEqual(["PO 47"]));
  it("pass over shift and the like", () => expect(codes([["Shift", 0], ["P", 1], ["Shift", 2], ["O", 3], ["Enter", 4]])).toEqual(["PO"]));
});
