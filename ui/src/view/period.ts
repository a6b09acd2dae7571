// Which stretch of time a page shows: chosen by name in the address, worked out on the plant's clock.
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { shiftsQuery } from "@/api/queries";
import type { Shift } from "@/api/types";
import { momentIn, useKnown } from "@/knowing/known";
import { useNowMs } from "@/live/now";
import { dayStartMs } from "@/show/format";
import { useSearchText } from "@/view/search";

export const PERIODS = ["shift", "last-shift", "today", "yesterday", "24h", "7d", "custom"] as const;
export type PeriodName = (typeof PERIODS)[number];

/** ms since 1970. `t1` of a live window may lie ahead of now (the end of the running shift). */
export interface Window { t0: number; t1: number; live: boolean; shift: Shift | null }
export interface Period { name: PeriodName; window: Window | null; isPending: boolean }

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const LOOK_BACK_MS = 5 * 24 * HOUR_MS; // the last shift before a long weekend
const SHORTEST_MS = 10_000;

const isPeriod = (text: string | undefined): text is PeriodName => PERIODS.some((name) => name === text);
const spanOf = (shift: Shift): { t0: number; t1: number } => ({ t0: Date.parse(shift.start), t1: Date.parse(shift.end) });

export interface Asked { name: PeriodName; start?: string | undefined; end?: string | undefined }
export interface Known { nowMs: number; zone: string | undefined; shifts: readonly Shift[] }

/** The window of a period; null when there is none (no shift now, a custom range without ends). */
export function windowOf(asked: Asked, known: Known): Window | null {
  const { nowMs, shifts } = known;
  const minute = Math.ceil(nowMs / MINUTE_MS) * MINUTE_MS; // moves once a minute, not with every tick
  const live = (t0: number, t1 = minute): Window => ({ t0, t1, live: true, shift: null });
  const running = shifts.find((shift) => spanOf(shift).t0 <= nowMs && nowMs < spanOf(shift).t1);
  const ended = shifts.filter((shift) => spanOf(shift).t1 <= nowMs).sort((a, b) => spanOf(a).t1 - spanOf(b).t1).at(-1);
  switch (asked.name) {
    case "shift": return running ? { ...spanOf(running), live: true, shift: running } : null;
    case "last-shift": return ended ? { ...spanOf(ended), live: false, shift: ended } : null;
    case "today": return live(dayStartMs(nowMs, known.zone));
    case "yesterday": return { t0: dayStartMs(dayStartMs(nowMs, known.zone) - HOUR_MS, known.zone), t1: dayStartMs(nowMs, known.zone), live: false, shift: null };
    case "24h": return live(minute - 24 * HOUR_MS);
    case "7d": return live(minute - 7 * 24 * HOUR_MS);
    case "custom": return customWindow(asked, nowMs);
  }
}

function customWindow(asked: Asked, nowMs: number): Window | null {
  const [t0, t1] = [Date.parse(asked.start ?? ""), Date.parse(asked.end ?? "")];
  return t1 - t0 >= SHORTEST_MS ? { t0, t1, live: t1 > nowMs, shift: null } : null;
}

/** The period in the address, for an equipment with its own shifts and clock. Without one: this shift, else today; as they were at the moment that is looked at. */
export function usePeriod(equipmentId: number, zone: string | undefined): Period {
  const { period, start, end } = useSearchText();
  const known = useKnown();
  const [thenMs, presentMs] = [momentIn(known), useNowMs()];
  const nowMs = thenMs === null ? presentMs : Math.min(thenMs, presentMs);
  const hour = Math.floor(nowMs / HOUR_MS) * HOUR_MS;
  const around = { start: new Date(hour - LOOK_BACK_MS).toISOString(), end: new Date(hour + 24 * HOUR_MS).toISOString() };
  const { data, isPending } = useQuery(shiftsQuery(equipmentId, { ...around, ...known }));
  const minute = Math.floor(nowMs / 5000) * 5000;
  return useMemo(() => {
    const known = { nowMs: minute, zone, shifts: data ?? [] };
    const asked = { name: isPeriod(period) ? period : "shift", start, end } satisfies Asked;
    const window = windowOf(asked, known);
    if (!window && !isPeriod(period) && !isPending) return { name: "today", window: windowOf({ name: "today" }, known), isPending };
    return { name: asked.name, window, isPending: isPending && (asked.name === "shift" || asked.name === "last-shift") };
  }, [period, start, end, minute, zone, data, isPending]);
}

/** Ends of a window as the API takes them. */
export const asSpan = (window: Window): { start: string; end: string } => ({ start: new Date(window.t0).toISOString(), end: new Date(window.t1).toISOString() });

/** The same, up to now at most, moving in steps: what figures of a running period are asked for. */
export function soFar(window: Window, nowMs: number, stepMs = 15_000): { start: string; end: string } {
  const end = window.live ? Math.min(window.t1, Math.max(Math.floor(nowMs / stepMs) * stepMs, window.t0 + 1000)) : window.t1;
  return asSpan({ ...window, t1: end });
}
