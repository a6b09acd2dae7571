// What a person says of a day, and the exception that it means.
import type { BreakEntry, Day, ExceptionEntry, ShiftEntry } from "@/screens/calendars/api";
import { asTime } from "@/screens/calendars/times";

export const KINDS = ["closed", "hours", "overtime", "down"] as const;
export type Kind = (typeof KINDS)[number];
export interface Row { name: string; start: string; end: string; crew: string; breaks: BreakEntry[] }
export interface Given { kind: Kind; name: string; until: string; hours: Row[]; overtime: Row[]; down: Row[] }

const rowOf = (one: { name: string; start: string; end: string; crew?: string | null; breaks?: BreakEntry[] }): Row =>
  ({ name: one.name, start: one.start, end: one.end, crew: one.crew ?? "", breaks: (one.breaks ?? []).map(({ name, start, end }) => ({ name, start, end })) });
const filled = (rows: Row[], instead: Row): Row[] => (rows.length > 0 ? rows : [instead]);

/** What the form begins with: the exception that is there, else the day as it is planned. */
export function givenOf(day: Day, there: ExceptionEntry | undefined, names: { overtime: string; down: string; shift: string }): Given {
  const kind: Kind = there?.shifts ? (there.shifts.length > 0 ? "hours" : "closed") : there?.add?.length ? "overtime" : there?.down?.length ? "down" : "closed";
  const [first] = day.shifts;
  const usual = { start: first?.start ?? "06:00", end: first?.end ?? "14:00", crew: "", breaks: [] };
  return {
    kind,
    name: there?.name ?? "",
    until: there?.until ?? "",
    hours: filled((there?.shifts?.length ? there.shifts : day.shifts).map(rowOf), { name: names.shift, ...usual }),
    overtime: filled((there?.add ?? []).map(rowOf), { name: names.overtime, start: "06:00", end: "12:00", crew: "", breaks: [] }),
    down: filled((there?.down ?? []).map(rowOf), { ...usual, name: names.down, end: addHours(usual.start, 2) }),
  };
}

/** A wall time some hours later, on the same day. */
export function addHours(text: string, hours: number): string {
  const [h = 0, min = 0] = text.split(":").map(Number);
  return `${String(Math.min(23, h + hours)).padStart(2, "0")}:${String(min).padStart(2, "0")}`;
}

const shiftOf = (row: Row): ShiftEntry => ({ name: row.name.trim(), start: row.start, end: row.end, crew: row.crew.trim() || null, breaks: row.breaks });
const breakOf = (row: Row): BreakEntry => ({ name: row.name.trim(), start: row.start, end: row.end });

/** The exception: what the form decides, and what it does not ask about as it was. */
export function exceptionOf(given: Given, there: ExceptionEntry | undefined): ExceptionEntry {
  const head = { ...(given.name.trim() ? { name: given.name.trim() } : {}), ...(given.until ? { until: given.until } : {}) };
  const kept = { ...(there?.shifts ? { shifts: there.shifts } : {}), ...(there?.add?.length ? { add: there.add } : {}), ...(there?.down?.length ? { down: there.down } : {}) };
  switch (given.kind) {
    case "closed": return { ...head, shifts: [] };
    case "hours": return { ...head, ...(kept.down ? { down: kept.down } : {}), shifts: given.hours.map(shiftOf) };
    case "overtime": return { ...kept, ...head, add: given.overtime.map(shiftOf) };
    case "down": return { ...kept, ...head, down: given.down.map(breakOf) };
  }
}

/** Whether everything that is needed is there; what does not fit is the server's to say. */
export function isWhole(given: Given): boolean {
  const rows = given.kind === "closed" ? [] : given[given.kind];
  return rows.every((row) => row.name.trim() !== "" && asTime(row.start) === row.start && asTime(row.end) === row.end);
}
