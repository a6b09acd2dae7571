import { describe, expect, it } from "vitest";
import type { Definition, ShiftEntry } from "@/screens/calendars/api";
import { presetOf, renamed, REST, withDays, withHolidays } from "@/screens/calendars/definition";

const shift = (name: string): ShiftEntry => ({ name, start: "06:00", end: "18:00", crew: null, breaks: [] });
const shifts = [shift("Day"), shift("Night")];
const definition: Definition = { name: null, shifts, crews: [], rotation: presetOf("2-2-3", shifts, "2026-01-05"), holidays: { cz: [shift("Day")] }, exceptions: {} };

describe("a pattern", () => {
  it.each(["2-2-3", "dupont"] as const)("%s has one crew on each shift of each day", (preset) => {
    const { cycle, crews } = presetOf(preset, shifts, "2026-01-05");
    expect(cycle).toHaveLength(28);
    for (let day = 0; day < 28; day++) {
      const working = Object.values(crews).map((behind) => cycle[(day - behind + 28) % 28]);
      expect(working.filter((name) => name !== REST).sort()).toEqual(["Day", "Night"]);
    }
  });
  it("follows a shift that is renamed", () => expect(renamed(definition, 0, "Early").rotation?.cycle.slice(0, 3)).toEqual(["Early", "Early", REST]));
  it("grows and shrinks at its end", () => expect(withDays({ anchor: "", cycle: ["Day", "Night"], crews: {} }, 3).cycle).toEqual(["Day", "Night", REST]));
  it("keeps a list of holidays with the shifts worked on it", () => expect(withHolidays(definition, "cz", true).holidays).toEqual({ cz: [shift("Day")] }));
  it("leaves a list of holidays", () => expect(withHolidays(definition, "cz", false).holidays).toEqual({}));
});
