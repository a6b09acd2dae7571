// A calendar's pattern as the form changes it: shifts, breaks, turns of the crews.
import type { Definition, RotationEntry, ShiftEntry } from "@/screens/calendars/api";

export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
export const REST = "rest";
export const CYCLE_MAX = 366;

const HALF = ["D", "D", REST, REST, "D", "D", "D", REST, REST, "D", "D", REST, REST, REST];
const times = (n: number, name: string): string[] => Array.from({ length: n }, () => name);
const CYCLES = {
  "2-2-3": [...HALF, ...HALF.map((name) => (name === "D" ? "N" : name))],
  dupont: [...times(4, "N"), ...times(3, REST), ...times(3, "D"), REST, ...times(3, "N"), ...times(3, REST), ...times(4, "D"), ...times(7, REST)],
} as const;
export type Preset = keyof typeof CYCLES;

/** A rotation of four crews over the first two shifts (by day, by night), beginning on a Monday. */
export function presetOf(preset: Preset, shifts: readonly ShiftEntry[], monday: string): RotationEntry {
  const names: Record<string, string> = { D: shifts[0]?.name ?? "", N: shifts[1]?.name ?? shifts[0]?.name ?? "", [REST]: REST };
  return { anchor: monday, cycle: CYCLES[preset].map((name) => names[name] ?? name), crews: { A: 0, B: 7, C: 14, D: 21 } };
}

/** A shift was renamed: the cycle follows. */
export function renamed(definition: Definition, place: number, name: string): Definition {
  const before = definition.shifts[place]?.name;
  const shifts = definition.shifts.map((shift, i) => (i === place ? { ...shift, name } : shift));
  const rotation = definition.rotation && { ...definition.rotation, cycle: definition.rotation.cycle.map((one) => (one === before ? name : one)) };
  return { ...definition, shifts, rotation };
}

/** The cycle with one day more or less at its end. */
export const withDays = (rotation: RotationEntry, days: number): RotationEntry => ({ ...rotation, cycle: Array.from({ length: Math.min(CYCLE_MAX, Math.max(1, days)) }, (_, i) => rotation.cycle[i] ?? REST) });

/** Keep a list of holidays or not; a list on which shifts are worked keeps them. */
export function withHolidays(definition: Definition, key: string, kept: boolean): Definition {
  const holidays = Object.fromEntries(Object.entries(definition.holidays).filter(([one]) => one !== key));
  return { ...definition, holidays: kept ? { ...holidays, [key]: definition.holidays[key] ?? [] } : holidays };
}
