// A link to groups shows a colleague the same, and a number of a group opens where the server explains it.
import { describe, expect, it } from "vitest";
import { askedIn, canCompare, type Group, groupedQuery, keyOf, questionOf } from "@/groups/ask";

const group: Group = { key: { product: "Cola 0.5 l", shift: null }, elapsed_us: 1, busy_us: 1, good: 1, scrap: 0, rework: 0, kpis: [] };
const span = { start: "2026-01-01T00:00:00Z", end: "2026-01-02T00:00:00Z" };

describe("groups", () => {
  it("are asked for as the address says", () => expect(askedIn({ by: "shift,product,shift", kpis: "oee_index", compare: "week" })).toEqual({ by: ["shift", "product"], kpis: ["oee_index"], compare: "week" }));
  it("by product where the address says nothing it knows", () => expect(askedIn({ by: "colour", compare: "x" })).toMatchObject({ by: ["product"], compare: "none" }));
  it("are compared unless their words name a time", () => expect([["weekday"], ["product", "month"]].map((by) => canCompare(askedIn({ by: by.join(",") })))).toEqual([true, false]));
  it("ask each word and each KPI by itself", () => expect(groupedQuery(4, span, { by: ["product", "shift"], kpis: ["oee_index"], as_of: "7" }).queryKey[0]).toContain("by=product&by=shift&kpi=oee_index&as_of=7"));
  it("open where the server explains them", () => expect(questionOf(group, "oee_index", { equipmentId: 4, span, by: ["product", "shift"] })).toEqual({ key: "group/product:Cola%200.5%20l/shift:-/oee_index", equipmentId: 4, ...span }));
  it("are the same in two periods by their words", () => expect(keyOf(group, ["shift", "product"])).toBe("-/Cola%200.5%20l"));
});
