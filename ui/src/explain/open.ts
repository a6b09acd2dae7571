// Which number stands open for explanation: kept in the address, so that a link shows the same to a colleague.
import { useCallback } from "react";
import { type Change, type Search, useChangeSearch, useSearchText } from "@/view/search";

export interface Question { kpi: string; equipmentId: number; start: string; end: string; path: string[] }

const SEPARATOR = "~"; // between the keys of the path in the address; a key itself may hold "/" and ":"

export function questionIn(search: Search): Question | null {
  const { explain, of, from, to, at } = search;
  const equipmentId = Number(of);
  if (!explain || !of || !from || !to || !Number.isInteger(equipmentId)) return null;
  return { kpi: explain, equipmentId, start: from, end: to, path: at ? at.split(SEPARATOR).map(decodeURIComponent) : [] };
}

export const asChange = (question: Question): Change => ({
  explain: question.kpi,
  of: String(question.equipmentId),
  from: question.start,
  to: question.end,
  at: question.path.length > 0 ? question.path.map((key) => encodeURIComponent(key).replaceAll("~", "%7E")).join(SEPARATOR) : null,
});
const CLOSED: Change = { explain: null, of: null, from: null, to: null, at: null };

export const useQuestion = (): Question | null => questionIn(useSearchText());

/** Open an explanation, go elsewhere in it, or close it with null. */
export function useAsk(): (question: Question | null) => void {
  const change = useChangeSearch();
  return useCallback((question) => change(question ? asChange(question) : CLOSED), [change]);
}
