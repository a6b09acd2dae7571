// Who adds up what is shown must come to the last digit of what was computed.
import { describe, expect, it } from "vitest";
import { exactNumber, exactText } from "@/explain/exact";

describe("exact values", () => {
  it.each([
    [39595906945, "us", "39,595.906945 s"],
    [9007199254740991, "us", "9,007,199,254.740991 s"],
    [38182650000000, "ns", "38,182.650000000 s"],
    [-5, "us", "-0.000005 s"],
    [57141, "{#}", "57,141"],
    [0.1, "{#}/min", "0.1"],
  ])("%d %s is %s", (value, unit, text) => expect(exactNumber(value, unit, "en")).toBe(text));
  it("a ratio in percent, to the last digit that counts", () => expect(exactText({ kind: "kpi", value: 0.7208295416142758, unit: "1" }, "en")).toBe("72.0829541614276%"));
  it("nothing to divide by stays nothing", () => expect(exactText({ kind: "kpi", value: null, unit: "1" }, "en")).toBe("–"));
  it("texts are left as they are", () => expect(exactText({ kind: "sample", value: "Held", unit: null }, "en")).toBeNull());
});
