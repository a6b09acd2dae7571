// Which shift the board shows, and which lie before and after it.
import { useQuery } from "@tanstack/react-query";
import { shiftsQuery } from "@/api/queries";
import type { Shift } from "@/api/types";
import { momentIn, useKnown } from "@/knowing/known";
import { useNowMs } from "@/live/now";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const AROUND_MS = 4 * DAY_MS; // a long weekend to either side

export interface Shown { shift: Shift | null; previous: Shift | null; next: Shift | null; running: boolean }

/** The one asked for; else the one that runs now; else the last that ended. Nothing lies after the one that runs. */
export function shownOf(shifts: readonly Shift[], asked: string | undefined, nowMs: number): Shown {
  const begun = [...shifts].filter((shift) => Date.parse(shift.start) <= nowMs).sort((a, b) => Date.parse(a.start) - Date.parse(b.start));
  const at = asked ? begun.findIndex((shift) => shift.id === asked) : begun.length - 1;
  const shift = begun[at] ?? null;
  return { shift, previous: begun[at - 1] ?? null, next: at < 0 ? null : (begun[at + 1] ?? null), running: shift !== null && Date.parse(shift.end) > nowMs };
}

/** Around now, or around the moment in the shift's own address; as known at a moment, no shift is shown that began after it. */
export function useShown(equipmentId: number, asked: string | undefined, around: string | undefined): Shown & { isPending: boolean; error: Error | null } {
  const known = useKnown();
  const [thenMs, presentMs] = [momentIn(known), useNowMs()];
  const nowMs = thenMs === null ? presentMs : Math.min(thenMs, presentMs);
  const middle = Math.floor((Date.parse(around ?? "") || nowMs) / HOUR_MS) * HOUR_MS;
  const span = { start: new Date(middle - AROUND_MS).toISOString(), end: new Date(middle + AROUND_MS).toISOString() };
  const { data, isPending, error } = useQuery(shiftsQuery(equipmentId, { ...span, ...known }));
  return { ...shownOf(data ?? [], asked, nowMs), isPending, error };
}
