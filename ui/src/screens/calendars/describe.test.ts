import { describe, expect, it } from "vitest";
import { describeException, describeField } from "@/screens/calendars/describe";
import { words } from "@/screens/calendars/words";
import { speak } from "@/words/words";

const say = speak(words, "en");
const shift = { name: "Early", start: "06:00", end: "12:00", crew: "A", breaks: [] };

describe("the history in words", () => {
  it.each([
    [null, "as usual"],
    [{ shifts: [] }, "Closed"],
    [{ shifts: [shift] }, "Other hours: Early 06:00–12:00 · A"],
    [{ name: "Rush", add: [shift], down: [{ name: "Boiler", start: "08:00", end: "09:00" }] }, "Rush (Overtime: Early 06:00–12:00 · A; Planned down: Boiler 08:00–09:00)"],
  ])("%o is %s", (value, said) => expect(describeException(value, say)).toBe(said));

  it.each<[string, unknown, string, string]>([
    ["exceptions.2026-12-24", { shifts: [] }, "2026-12-24", "Closed"],
    ["exceptions.2026-12-24.shifts", [shift], "2026-12-24", "Other hours: Early 06:00–12:00 · A"],
    ["exceptions.2026-12-24.name", "Eve", "2026-12-24", "Eve"],
    ["shifts", [shift], "Shifts", "Early 06:00–12:00 · A"],
    ["rotation", { anchor: "2026-01-05", cycle: ["Day", "rest"], crews: { A: 0 } }, "Crews take turns", "2026-01-05: Day rest; A"],
    ["holidays.cz", [], "Holidays: cz", "Closed"],
    ["holiday_dates.cz.2026-12-25", "Christmas Day", "Holidays: cz 2026-12-25", "Christmas Day"],
    ["name", null, "Name", "–"],
  ])("%s", (...[field, value, title, read]) => {
    const said = describeField(field, say);
    expect(said?.title).toBe(title);
    expect(said?.read(value)).toBe(read);
  });
  it.each(["exceptions", "holidays", "holiday_dates"])("%s as a whole says nothing", (field) => expect(describeField(field, say)).toBeNull());
});
