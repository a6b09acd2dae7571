import { describe, expect, it } from "vitest";
import { addDays, addMonths, formatDate, isDate, mondayOf, monthSpan } from "@/screens/calendars/dates";

describe("dates", () => {
  it.each([["2026-03-29", 1, "2026-03-30"], ["2026-12-31", 1, "2027-01-01"], ["2026-03-01", -1, "2026-02-28"]])("%s and %d days is %s", (from, days, to) => expect(addDays(from, days)).toBe(to));
  it.each([["2026-01-05", "2026-01-05"], ["2026-01-11", "2026-01-05"], ["2026-01-01", "2025-12-29"]])("the Monday of %s is %s", (date, monday) => expect(mondayOf(date)).toBe(monday));
  it.each([["2026-02-10", "2026-01-26", "2026-03-01"], ["2026-06-30", "2026-06-01", "2026-07-05"]])("the weeks of the month of %s", (date, start, end) => expect(monthSpan(date)).toEqual({ start, end }));
  it.each([["2026-01-31", 1, "2026-02-01"], ["2026-01-15", -1, "2025-12-01"]])("%s and %d months", (date, months, first) => expect(addMonths(date, months)).toBe(first));
  it("are written as the reader writes them", () => expect(formatDate("2026-12-24", "long", "de")).toBe("Donnerstag, 24. Dezember 2026"));
  it.each([["2026-12-24", true], ["2026-13-24", false], ["", false]])("%s is a date: %s", (text, is) => expect(isDate(text)).toBe(is));
});
