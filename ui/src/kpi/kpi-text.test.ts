// A KPI that is no ratio is not shown as one.
import { describe, expect, it } from "vitest";
import { kpiText } from "@/kpi/kpi-text";

describe("kpiText", () => {
  it.each([
    [0.5884, "1", "58.8%"],
    [null, "s", "–"],
    [5400, "s", "1 h 30 min"],
    [1.25, "s", "1.3 s"],
    [7, "{#}", "7"],
  ] as const)("%j %s reads %s", (value, unit, shown) => expect(kpiText({ value, unit }, "en")).toBe(shown));
});
