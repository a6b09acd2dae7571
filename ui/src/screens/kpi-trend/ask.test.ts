// A link shows a colleague the same course, and what is compared lies as far back as the stretch is long.
import { describe, expect, it } from "vitest";
import { askedIn, type Point, stretch, topOf, withBefore } from "@/screens/kpi-trend/ask";

const point = (start: string, value: number): Point => ({ start, end: start, until: start, name: null, value, low: null, high: null, coverage: 1, target: null, meets: null });

describe("the course of a KPI", () => {
  it.each([
    [{}, { kpi: "oee_index", per: "day", days: 30, compare: false }],
    [{ kpi: "teep", per: "week", days: "90", compare: "1" }, { kpi: "teep", per: "week", days: 90, compare: true }],
    [{ per: "shift", days: "365" }, { kpi: "oee_index", per: "shift", days: 30, compare: false }],
    [{ per: "hour", days: "-1" }, { kpi: "oee_index", per: "day", days: 30, compare: false }],
  ] as const)("%j asks %j", (search, asked) => expect(askedIn(search as Record<string, string>)).toEqual(asked));
  it("ends with the day that runs", () => {
    const asked = askedIn({ days: "7" });
    const end = Date.parse("2026-11-28T00:00:00Z");
    expect(stretch(asked, end)).toEqual({ start: "2026-11-21T00:00:00.000Z", end: "2026-11-28T00:00:00.000Z" });
    expect(stretch(asked, end, 1).end).toBe("2026-11-21T00:00:00.000Z");
  });
  it("stands beside the time before, also over a change of the clocks", () => {
    const pairs = withBefore([point("2026-10-26T23:00:00Z", 2), point("2026-10-27T23:00:00Z", 3)], [point("2026-10-19T22:00:00Z", 1)], 7);
    expect(pairs.map(({ before }) => before?.value)).toEqual([1, undefined]);
  });
  it.each([[[0.4, null], "1", 1], [[1.25], "1", 1.3], [[37], "s", 50], [[1200], "s", 2000], [[null], "s", 1]] as const)("a scale for %j of unit %s ends at %d", (values, unit, top) => expect(topOf(values, unit)).toBeCloseTo(top));
});
