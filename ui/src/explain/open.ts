// Which number stands open for explanation: kept in the address, so that a link shows the same to a colleague.
import { useCallback } from "react";
import type { Kpis } from "@/api/types";
import { asKnown } from "@/knowing/known";
import { type Change, type Search, useChangeSearch, useSearchText } from "@/view/search";

/** `key` is the path of the node that is open, from the KPI down: `oee_index/availability/apt_us`. */
export interface Question { key: string; equipmentId: number; start: string; end: string; /** As known at that change of the records, or moment; left out: now. */ asOf?: string | undefined; /** As it would be now, were nothing signed. */ unsigned?: true | undefined }

const UNSIGNED = "unsigned"; // in the address, where else a moment of knowledge stands
export function questionIn(search: Search): Question | null {
  const { explain, of, from, to, knew } = search;
  const equipmentId = Number(of);
  if (!explain || !of || !from || !to || !Number.isInteger(equipmentId)) return null;
  if (knew === UNSIGNED) return { key: explain, equipmentId, start: from, end: to, unsigned: true };
  const asOf = knew ?? asKnown(search).as_of; // on a screen that shows what was known then, a number explains itself as known then
  return { key: explain, equipmentId, start: from, end: to, ...(asOf ? { asOf } : {}) };
}

export const asChange = (question: Question): Change => ({ explain: question.key, of: String(question.equipmentId), from: question.start, to: question.end, knew: question.unsigned ? UNSIGNED : (question.asOf ?? null) });
const CLOSED: Change = { explain: null, of: null, from: null, to: null, knew: null, exact: null, since: null };

const PLAN = "plan";
/** How the planned pieces of a stretch come about, and how far the good ones are from what was due. */
export const planOf = (equipmentId: number, span: { start: string; end: string }): Question => ({ key: PLAN, equipmentId, start: span.start, end: span.end });
export const isPlan = (question: Question): boolean => question.key === PLAN;

const FRACTION = /\.(\d{1,6})/;
/** A moment so many µs later: a Date alone would round both to the millisecond. */
export function laterBy(start: string, us: number): string {
  const micros = Number((FRACTION.exec(start)?.[1] ?? "0").padEnd(6, "0")) + us;
  const seconds = new Date(Date.parse(start.replace(FRACTION, "")) + Math.floor(micros / 1e6) * 1000).toISOString().slice(0, 19);
  return `${seconds}.${String(micros % 1e6).padStart(6, "0")}Z`;
}

/** A moment in whole µs, as keys of steps have it. */
export const microsOf = (at: string): number => Math.floor(Date.parse(at.replace(FRACTION, "")) / 1000) * 1e6 + Number((FRACTION.exec(at)?.[1] ?? "0").padEnd(6, "0"));

export const kpiOf = (question: Question): string => question.key.split("/")[0] ?? "";

/** The keys from the KPI down to the open node, the latter included. */
export function keysTo(key: string): string[] {
  const steps = key.split("/");
  return steps.map((_, i) => steps.slice(0, i + 1).join("/"));
}

/** Ask about a figure as it stands: a running shift up to now, so that the explanation adds up to the number clicked. */
export const questionOf = (kpi: string, kpis: Kpis): Question => ({ key: kpi, equipmentId: kpis.equipment_id, start: kpis.start, end: kpis.until ?? kpis.end });

export const useQuestion = (): Question | null => questionIn(useSearchText());

/** Open an explanation, go elsewhere in it, or close it with null. */
export function useAsk(): (question: Question | null) => void {
  const change = useChangeSearch();
  return useCallback((question) => change(question ? asChange(question) : CLOSED), [change]);
}
