// What is asked about losses: the address holds how they are divided, measured, restricted and compared.
import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { Span } from "@/api/queries";
import type { Page } from "@/api/types";
import { daysEarlier } from "@/show/format";
import type { Search } from "@/view/search";
import type { Window } from "@/view/period";

export const BYS = ["reason", "product", "shift", "crew", "equipment"] as const;
export type By = (typeof BYS)[number];
export const MEASURES = ["minutes", "count", "lost_units"] as const;
export type Measure = (typeof MEASURES)[number];
/** How deep reasons are put together, from the topmost; as they were given: all the way. */
export const LEVELS = [1, 2] as const;
export const COMPARES = ["none", "previous", "week"] as const;
export type Compare = (typeof COMPARES)[number];
export const NONE = "-"; // what has no reason, no product, no crew

export interface Bar { key: string | number | null; us: number; stops: number; lost_units: number | null; unrated_us: number; share: number | null; cumulated: number | null }
export interface ParetoAnswer { start: string; end: string; until: string; partial: boolean; busy_us: number; no_data_us: number; lost_us: number; without_reason: number | null; total: Bar; items: Bar[]; next: string | null }
/** A stretch of lost time; `column`, `slice`: where it stands in an explanation. */
export interface Lost { equipment_id: number; start: string; end: string; state: string; mode: string; reason: string | null; external: boolean; cls: string; product: string | null; shift: string | null; crew: string | null; us: number; lost_units: number | null; begins: boolean; column: string | null; slice: string }

/** How a restriction stands in the address, and how the server calls it. */
const FIELDS: Readonly<Record<By, { search: string; asked: string }>> = {
  reason: { search: "why", asked: "reason" }, product: { search: "product", asked: "product" }, shift: { search: "shift", asked: "shift_name" }, crew: { search: "crew", asked: "crew" }, equipment: { search: "unit", asked: "unit" },
};
export const fieldOf = (by: By): string => FIELDS[by].search;

export interface Asked { by: By; level: number | null; measure: Measure; compare: Compare; planned: boolean; only: Readonly<Partial<Record<By, string>>>; pick: string | null }

const among = <Name extends string>(names: readonly Name[], text: string | undefined, otherwise: Name): Name => names.find((name) => name === text) ?? otherwise;

export function askedIn(search: Search): Asked {
  const only = Object.fromEntries(BYS.flatMap((by) => (search[FIELDS[by].search] ? [[by, search[FIELDS[by].search]]] : [])));
  return { by: among(BYS, search["by"], "reason"), level: LEVELS.find((level) => String(level) === search["level"]) ?? null, measure: among(MEASURES, search["measure"], "minutes"), compare: among(COMPARES, search["compare"], "none"), planned: search["planned"] === "1", only, pick: search["pick"] ?? null };
}

/** A restriction in the server's words. */
export function restricted({ only, planned }: Pick<Asked, "only" | "planned">): Record<string, string> {
  const parts = BYS.flatMap((by) => (only[by] === undefined ? [] : [[FIELDS[by].asked, only[by]]]));
  return { ...(Object.fromEntries(parts) as Record<string, string>), ...(planned ? { planned: "true" } : {}) };
}

/** The same in the words of an explanation. */
export function lostOf({ only, planned }: Pick<Asked, "only" | "planned">): (readonly [string, string])[] {
  const parts = BYS.flatMap((by) => (only[by] === undefined ? [] : [[by === "equipment" ? "machine" : by, only[by]] as const]));
  return [...(planned ? [["planned", ""] as const] : []), ...parts];
}

export const keyText = (bar: Pick<Bar, "key">): string => (bar.key === null ? NONE : String(bar.key));

/** Only reasons lie below each other. */
export const levelOf = ({ by, level }: Pick<Asked, "by" | "level">): number | null => (by === "reason" ? level : null);
/** One level further down than a bar that was picked; undefined: nothing lies below it. */
export const below = (asked: Asked): number | null | undefined => { const level = levelOf(asked); return level === null || asked.pick === NONE ? undefined : (LEVELS.find((one) => one === level + 1) ?? null); };

/** The bars of a period; a bar of what is picked lies under the same restriction and its own key. */
export const paretoQuery = (id: number, span: Span, asked: Asked) => {
  const query = { ...span, ...restricted(asked), by: asked.by, measure: asked.measure, level: levelOf(asked) };
  return queryOptions({ queryKey: [`/equipment/${id}/pareto`, query], queryFn: ({ signal }) => get<ParetoAnswer>(`/equipment/${id}/pareto`, query, signal) });
};

const PAGES_MAX = 20;
export const lossesQuery = (id: number, span: Span, asked: Pick<Asked, "only" | "planned">) => {
  const query = { ...span, ...restricted(asked) };
  return queryOptions({
    queryKey: [`/equipment/${id}/losses`, query],
    queryFn: async ({ signal }) => {
      const items: Lost[] = [];
      let cursor: string | null = null;
      for (let page = 0; page < PAGES_MAX && (page === 0 || cursor); page++) {
        const answer: Page<Lost> = await get(`/equipment/${id}/losses`, { ...query, cursor }, signal);
        items.push(...answer.items);
        cursor = answer.next;
      }
      return items;
    },
  });
};

const DAY_MS = 86_400_000;
const CLOCK_CHANGE_MS = 2 * 3_600_000; // by how much a week may be longer than seven times 24 h
/** As much as is seen of the period, so much earlier by the plant's clock; null: nothing is compared. */
export function earlier(window: Window, untilMs: number, { compare, zone }: { compare: Compare; zone: string | undefined }): { t0: number; t1: number } | null {
  if (compare === "none") return null;
  const end = Math.min(window.t1, untilMs);
  const days = Math.round((window.t1 - window.t0) / DAY_MS);
  if (compare === "week" || (days > 0 && daysEarlier(window.t1, days, zone) === window.t0)) {
    const weeks = Math.max(1, Math.ceil((window.t1 - window.t0 - CLOCK_CHANGE_MS) / (7 * DAY_MS)));
    const by = compare === "week" ? 7 * weeks : days;
    return { t0: daysEarlier(window.t0, by, zone), t1: daysEarlier(end, by, zone) };
  }
  const by = window.t1 - window.t0;
  return { t0: window.t0 - by, t1: end - by };
}

export const sizeOf = (bar: Bar | undefined, measure: Measure): number => (bar === undefined ? 0 : measure === "minutes" ? bar.us : measure === "count" ? bar.stops : (bar.lost_units ?? 0));

/** Every bar of now or before, the costliest of now first; what is gone comes last. */
export interface Pair { key: string | number | null; now: Bar | undefined; before: Bar | undefined }
export function paired(now: readonly Bar[], before: readonly Bar[]): Pair[] {
  const earlierOnes = new Map(before.map((bar) => [keyText(bar), bar]));
  const known = new Set(now.map(keyText));
  return [...now.map((bar) => ({ key: bar.key, now: bar, before: earlierOnes.get(keyText(bar)) })), ...before.filter((bar) => !known.has(keyText(bar))).map((bar) => ({ key: bar.key, now: undefined, before: bar }))];
}
