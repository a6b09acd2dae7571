// What a calendar said and says, in words: for those who read its history.
import type { ExceptionEntry, RotationEntry, ShiftEntry } from "@/screens/calendars/api";
import type { words } from "@/screens/calendars/words";
import { NOTHING } from "@/show/format";
import type { Say } from "@/words/words";

type Speak = Say<keyof (typeof words)["en"]>;
const window = (one: { name: string; start: string; end: string; crew?: string | null }) => `${one.name} ${one.start}–${one.end}${one.crew ? ` · ${one.crew}` : ""}`;
const list = (all: readonly { name: string; start: string; end: string; crew?: string | null }[]) => all.map(window).join(", ");

export function describeException(value: ExceptionEntry | null, say: Speak): string {
  if (!value) return say("usual");
  const parts = [
    value.shifts && (value.shifts.length > 0 ? `${say("kindHours")}: ${list(value.shifts)}` : say("kindClosed")),
    value.add?.length ? `${say("kindOvertime")}: ${list(value.add)}` : null,
    value.down?.length ? `${say("kindDown")}: ${list(value.down)}` : null,
    value.until ? `${say("until")}: ${value.until}` : null,
  ].filter(Boolean).join("; ");
  return value.name ? `${value.name} (${parts})` : parts;
}

const isRotation = (value: unknown): value is RotationEntry => typeof value === "object" && value !== null && "cycle" in value;

/** One field of a calendar: what it is called, and how a value of it reads; null where it says nothing to a reader. */
export function describeField(field: string, say: Speak): { title: string; read: (value: unknown) => string } | null {
  const [head = "", ...rest] = field.split(".");
  const below = rest.join(".");
  const plain = (value: unknown) => (value === null || value === undefined ? NOTHING : Array.isArray(value) ? value.join(", ") || NOTHING : String(value));
  switch (head) {
    case "exceptions": {
      const [date = "", part] = rest;
      if (!date) return null;
      return part ? { title: date, read: (value) => describePart(part, value, say) } : { title: date, read: (value) => describeException(value as ExceptionEntry | null, say) };
    }
    case "shifts": return { title: say("shifts"), read: (value) => (Array.isArray(value) && value.length > 0 ? list(value as ShiftEntry[]) : NOTHING) };
    case "rotation": return { title: below ? `${say("rotation")}: ${below}` : say("rotation"), read: (value) => (isRotation(value) ? `${value.anchor}: ${value.cycle.join(" ")}; ${Object.keys(value.crews).join(" ")}` : plain(value)) };
    case "holidays": return below ? { title: `${say("holidays")}: ${below}`, read: (value) => (Array.isArray(value) ? list(value as ShiftEntry[]) || say("kindClosed") : NOTHING) } : null;
    case "holiday_dates": return below ? { title: `${say("holidays")}: ${below.replaceAll(".", " ")}`, read: (value) => (typeof value === "object" && value !== null ? say("holidayDates", { n: Object.keys(value).length }) : plain(value)) } : null;
    case "crews": return { title: say("crew"), read: plain };
    case "name": return { title: say("calendarName"), read: plain };
    default: return { title: field, read: (value) => (typeof value === "object" ? JSON.stringify(value) : plain(value)) };
  }
}

/** An exception that was changed, not entered: the part of it that is another. */
const describePart = (part: string, value: unknown, say: Speak): string =>
  part === "name" || part === "until" ? ((value as string | null) ?? NOTHING) : describeException(value === null ? null : ({ [part]: value } as ExceptionEntry), say);
