import { describe, expect, it } from "vitest";
import type { Day, ExceptionEntry } from "@/screens/calendars/api";
import { addHours, exceptionOf, givenOf, isWhole, type Kind } from "@/screens/calendars/exception";

const meal = { name: "Meal", start: "10:00", end: "10:30", start_min: 600, end_min: 630 };
const day: Day = { date: "2026-12-24", shifts: [{ name: "Early", start: "06:00", end: "24:00", start_min: 360, end_min: 1440, crew: "A", breaks: [meal] }], down: [], notes: [] };
const names = { overtime: "Overtime", down: "Maintenance", shift: "Shift" };
const early = { name: "Early", start: "06:00", end: "24:00", crew: "A", breaks: [{ name: "Meal", start: "10:00", end: "10:30" }] };

describe("what a person says of a day", () => {
  it.each<[Kind, ExceptionEntry]>([
    ["closed", { shifts: [] }],
    ["hours", { shifts: [early] }],
    ["overtime", { add: [{ name: "Overtime", start: "06:00", end: "12:00", crew: null, breaks: [] }] }],
    ["down", { down: [{ name: "Maintenance", start: "06:00", end: "08:00" }] }],
  ])("%s", (kind, exception) => expect(exceptionOf({ ...givenOf(day, undefined, names), kind }, undefined)).toEqual(exception));

  const both: ExceptionEntry = { name: "Rush", until: "2026-12-26", add: [early], down: [{ name: "Boiler", start: "08:00", end: "09:00" }] };
  it("is what is there already", () => expect(exceptionOf(givenOf(day, both, names), both)).toEqual(both));
  it("keeps what it was not asked about", () => expect(exceptionOf({ ...givenOf(day, both, names), kind: "down", name: "" }, both).add).toEqual([early]));
  it("closes a day altogether", () => expect(exceptionOf({ ...givenOf(day, both, names), kind: "closed" }, both)).toEqual({ name: "Rush", until: "2026-12-26", shifts: [] }));
  it("is whole when every row has a name and both times", () => {
    const given = { ...givenOf(day, undefined, names), kind: "hours" as const };
    expect(isWhole(given)).toBe(true);
    expect(isWhole({ ...given, hours: [{ ...given.hours[0], name: " " } as never] })).toBe(false);
  });
  it.each([["06:30", 2, "08:30"], ["23:15", 2, "23:15"]])("%s and %d hours is %s", (from, hours, to) => expect(addHours(from, hours)).toBe(to));
});
