// What is asked of the course of a KPI; the address holds it.
import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { Page } from "@/api/types";
import type { Search } from "@/view/search";

export const PERS = ["shift", "day", "week"] as const;
export type Per = (typeof PERS)[number];
export const SPANS = [7, 14, 30, 90, 365] as const;
const DAY_MS = 86_400_000;
const SOME: Readonly<Record<Per, number>> = { shift: 14, day: 30, week: 365 };
const MOST: Readonly<Record<Per, number>> = { shift: 30, day: 90, week: 365 }; // more columns nobody tells apart

export interface Kpi { id: string; name: string; unit: string; standard: string; convention: string; formula: string }
export interface Point { start: string; end: string; until: string; name: string | null; value: number | null; low: number | null; high: number | null; coverage: number | null; target: number | null; meets: boolean | null }
export interface Course { kpi: Kpi; partial: boolean; hints: string[]; items: Point[] }

export interface Asked { kpi: string; per: Per; days: number; compare: boolean }
export function askedIn(search: Search): Asked {
  const per = PERS.find((name) => name === search["per"]) ?? "day";
  const days = SPANS.find((span) => String(span) === search["days"]) ?? SOME[per];
  return { kpi: search["kpi"] ?? "oee_index", per, days: Math.min(days, MOST[per]), compare: search["compare"] === "1" };
}
export const spansOf = (per: Per): number[] => SPANS.filter((days) => days <= MOST[per]);

/** The stretch that ends with the day that runs; `back` times its length earlier. */
export function stretch(asked: Asked, dayEndMs: number, back = 0): { start: string; end: string } {
  const [days, end] = [asked.days * DAY_MS, dayEndMs - back * asked.days * DAY_MS];
  return { start: new Date(end - days).toISOString(), end: new Date(end).toISOString() };
}

export const courseQuery = (equipmentId: number, asked: Asked, span: { start: string; end: string }) => {
  const query = { ...span, kpi: asked.kpi, per: asked.per };
  return queryOptions({ queryKey: [`/equipment/${equipmentId}/kpi-trend`, query], queryFn: ({ signal }) => get<Course>(`/equipment/${equipmentId}/kpi-trend`, query, signal), refetchInterval: 60_000 });
};

/** Those that can be computed; one that waits for a part of the plant says so in its standard's list. */
export const catalogueQuery = () => queryOptions({ queryKey: ["/kpis"], queryFn: ({ signal }) => get<Page<Kpi & { waits_for?: string | null; problem?: string | null }>>("/kpis", {}, signal).then((page) => page.items), staleTime: 300_000 });

const NEAR_MS = 2 * 3_600_000; // the clocks may have changed between the two
/** Each point with the one as far back as the stretch is long. */
export function withBefore(points: readonly Point[], before: readonly Point[], days: number): { now: Point; before: Point | undefined }[] {
  return points.map((now) => {
    const at = Date.parse(now.start) - days * DAY_MS;
    return { now, before: before.find((one) => Math.abs(Date.parse(one.start) - at) <= NEAR_MS) };
  });
}

/** The top of the scale: a ratio reaches to one, all else to a round number above the largest. */
export function topOf(values: readonly (number | null | undefined)[], unit: string): number {
  const largest = Math.max(0, ...values.map((value) => value ?? 0));
  if (unit === "1") return largest <= 1 ? 1 : Math.ceil(largest * 10) / 10;
  if (largest === 0) return 1;
  const power = 10 ** Math.floor(Math.log10(largest));
  return (([1, 2, 5, 10].find((step) => step * power >= largest) ?? 10) * power);
}
