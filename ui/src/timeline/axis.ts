// Where the marks of a time axis stand: on round times of the plant's clock, as many as there is room for.
import { dayStartMs, momentOfWall } from "@/show/format";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [5, 10, 20, 50, 100, 200, 500, 1000, 5000, 15_000, 30_000, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY];
const MONTHS = [1, 3, 6, 12, 24, 60, 120];
const MONTH = 30.4 * DAY;
const ROOM_PX = 64; // one label and the air around it
const AIR_PX = 8; // between the name of a day and that of an hour

export interface Tick { ms: number; style: "milli" | "time" | "second" | "day" | "month" }

/** Marks in [t0, t1]; days at local midnight, hours counted from it (a day of 23 h keeps its own midnight). */
export function ticks(t0: number, t1: number, look: { width: number; zone: string | undefined }): Tick[] {
  const most = Math.max(2, Math.floor(look.width / ROOM_PX));
  const step = STEPS.find((candidate) => (t1 - t0) / candidate <= most);
  if (!step) return months(t0, t1, { most, zone: look.zone });
  const found: Tick[] = [];
  let day = dayStartMs(t0, look.zone);
  for (let guard = 0; day <= t1 && guard < 500; guard++) {
    const next = dayStartMs(day + 26 * HOUR, look.zone); // 26 h after midnight is in the next day, whatever the clocks do
    const skip = step > DAY && Math.round(day / DAY) % Math.round(step / DAY) !== 0;
    if (!skip && day >= t0) found.push({ ms: day, style: "day" });
    const skipped = Math.max(0, Math.ceil((t0 - day) / step) - 1); // of a day in milliseconds only the part in view
    for (let ms = day + (skipped + 1) * step; ms < next && ms <= t1 && step < DAY; ms += step) if (ms >= t0) found.push({ ms, style: step < 1000 ? "milli" : step < MINUTE ? "second" : "time" });
    day = next;
  }
  return found;
}

/** Firsts of months; of years where months are too many. */
function months(t0: number, t1: number, look: { most: number; zone: string | undefined }): Tick[] {
  const step = MONTHS.find((count) => (t1 - t0) / (count * MONTH) <= look.most) ?? 240;
  const first = new Date(t0);
  const found: Tick[] = [];
  for (let month = Math.floor((first.getUTCFullYear() * 12 + first.getUTCMonth()) / step) * step; found.length < 500; month += step) {
    const ms = momentOfWall(`${String(Math.floor(month / 12)).padStart(4, "0")}-${String((month % 12) + 1).padStart(2, "0")}-01`, look.zone);
    if (ms > t1) break;
    if (ms >= t0) found.push({ ms, style: "month" });
  }
  return found;
}

export interface Label { text: string; x: number; left: number; align: "left" | "center" | "right"; isDay: boolean }
interface Named { width: number; at: (ms: number) => number; name: (tick: Tick) => string; measure: (text: string) => number }

/** The marks that have room for their names, each inside [0, width]: a day's name goes before an hour's beside it. */
export function labels(marks: readonly Tick[], look: Named): Label[] {
  const placed = marks.map((tick) => {
    const text = look.name(tick);
    const room = look.measure(text);
    const x = Math.max(0, Math.min(look.at(tick.ms), look.width));
    const align = x < room / 2 ? "left" as const : x > look.width - room / 2 ? "right" as const : "center" as const;
    const left = align === "left" ? x : align === "right" ? x - room : x - room / 2;
    return { text, x, left, right: left + room, align, isDay: tick.style === "day" };
  });
  const days = placed.filter((one) => one.isDay);
  const free = placed.filter((one) => one.isDay || !days.some((day) => one.left < day.right + AIR_PX && one.right > day.left - AIR_PX));
  return free.filter((one, i) => i === 0 || one.isDay || one.left >= (free[i - 1]?.right ?? 0) + AIR_PX / 2);
}
