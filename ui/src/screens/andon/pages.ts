// Which machines share one page of the andon: never more than can be read from ten metres, never two lines mixed.
import type { Equipment } from "@/api/types";

export const ROWS_MAX = 6;

export interface AndonPage { line: Equipment; units: readonly Equipment[] }

/** A line of more machines than fit is dealt out evenly, so that no page shows a single one. */
export function pagesOf(lines: readonly { line: Equipment; units: readonly Equipment[] }[]): AndonPage[] {
  return lines.flatMap(({ line, units }) => {
    const count = Math.ceil(units.length / ROWS_MAX);
    const size = Math.ceil(units.length / Math.max(count, 1));
    return Array.from({ length: count }, (_, i) => ({ line, units: units.slice(i * size, (i + 1) * size) }));
  });
}
