// What is asked about groups: the address holds by which words time is told apart, which KPIs, and with what it is compared.
import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { Span } from "@/api/queries";
import type { KpiFigure } from "@/api/types";
import type { Question } from "@/explain/open";
import type { Known } from "@/knowing/known";
import { COMPARES, type Compare } from "@/losses/ask";
import type { Search } from "@/view/search";

export const WORDS = ["product", "shift", "crew", "equipment", "reason", "state", "mode", "plan", "job", "day", "weekday", "week", "month"] as const;
export type Word = (typeof WORDS)[number];
export const isWord = (text: string): text is Word => WORDS.some((word) => word === text);
const OF_TIME: ReadonlySet<Word> = new Set(["day", "week", "month"]); // no two periods have one of these in common
const NONE = "-";
const FIRST_KPIS = ["oee_index", "availability", "effectiveness", "quality_ratio"];

type Said = string | number | null;
export interface Group { key: Partial<Record<Word, Said>>; elapsed_us: number; busy_us: number; good: number; scrap: number; rework: number; kpis: KpiFigure[] }
export interface Grouped { start: string; end: string; until: string; as_of: number | null; by: Word[]; partial: boolean; hints: string[]; items: Group[] }
export interface Asked { by: readonly Word[]; kpis: readonly string[]; compare: Compare }

const listed = (text: string | undefined): string[] => [...new Set((text ?? "").split(",").filter(Boolean))];

export function askedIn(search: Search): Asked {
  const by = listed(search["by"]).filter(isWord);
  const kpis = listed(search["kpis"]);
  return { by: by.length > 0 ? by : ["product"], kpis: kpis.length > 0 ? kpis : FIRST_KPIS, compare: COMPARES.find((one) => one === search["compare"]) ?? "none" };
}

/** Whether the groups of two periods can be the same: a month is not in both. */
export const canCompare = ({ by }: Asked): boolean => !by.some((word) => OF_TIME.has(word));

export const groupedQuery = (id: number, span: Span, { by, kpis, ...known }: Pick<Asked, "by" | "kpis"> & Known) => {
  const query = new URLSearchParams([["start", span.start], ["end", span.end], ...by.map((word) => ["by", word]), ...kpis.map((kpi) => ["kpi", kpi]), ...(known.as_of === undefined ? [] : [["as_of", known.as_of]])]);
  const path = `/equipment/${id}/kpis/grouped?${query.toString()}`;
  return queryOptions({ queryKey: [path], queryFn: ({ signal }) => get<Grouped>(path, {}, signal), staleTime: 60_000 });
};

export const said = (value: Said | undefined): string => (value === null || value === undefined ? NONE : String(value));
export const keyOf = (group: Pick<Group, "key">, by: readonly Word[]): string => by.map((word) => encodeURIComponent(said(group.key[word]))).join("/");

/** Where a number of a group is explained: `group/product:cola/oee_index`. */
export function questionOf(group: Group, number: string, asked: { equipmentId: number; span: Span; by: readonly Word[] }): Question {
  const words = asked.by.map((word) => `${word}:${encodeURIComponent(said(group.key[word]))}`);
  return { key: ["group", ...words, number].join("/"), equipmentId: asked.equipmentId, ...asked.span };
}
