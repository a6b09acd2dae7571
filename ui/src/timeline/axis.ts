// Where the marks of a time axis stand: on round times of the plant's clock, as many as there is room for.
import { dayStartMs } from "@/show/format";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [1000, 5000, 15_000, 30_000, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY];
const ROOM_PX = 64; // one label and the air around it

export interface Tick { ms: number; style: "time" | "second" | "day" }

/** Marks in [t0, t1]; days at local midnight, hours counted from it (a day of 23 h keeps its own midnight). */
export function ticks(t0: number, t1: number, look: { width: number; zone: string | undefined }): Tick[] {
  const most = Math.max(2, Math.floor(look.width / ROOM_PX));
  const step = STEPS.find((candidate) => (t1 - t0) / candidate <= most) ?? 14 * DAY;
  const found: Tick[] = [];
  let day = dayStartMs(t0, look.zone);
  for (let guard = 0; day <= t1 && guard < 500; guard++) {
    const next = dayStartMs(day + 26 * HOUR, look.zone); // 26 h after midnight is in the next day, whatever the clocks do
    const skip = step > DAY && Math.round(day / DAY) % Math.round(step / DAY) !== 0;
    if (!skip && day >= t0) found.push({ ms: day, style: "day" });
    for (let ms = day + step; ms < next && step < DAY; ms += step) if (ms >= t0 && ms <= t1) found.push({ ms, style: step < MINUTE ? "second" : "time" });
    day = next;
  }
  return found;
}
