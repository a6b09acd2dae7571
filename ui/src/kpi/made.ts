// The pieces of a period, as far as anybody knows of them: no data is no zero, and neither is no counter.
import type { Counts, Kpis } from "@/api/types";

/** Null before the figures come, and where the planned time is without data and nobody entered a piece. */
export function madeIn(kpis: Kpis | undefined): Counts | null {
  if (!kpis) return null;
  const nothing = Object.values(kpis.counts).every((pieces) => !pieces);
  return kpis.coverage === 0 && nothing ? null : kpis.counts;
}

/** No counter is assigned for this kind of pieces, and nobody entered any. */
export const isUntold = (kpis: Kpis | undefined, kind: keyof Counts): boolean => kpis?.counts[kind] === null;

/** Nothing tells of good pieces: what is made of their number is not known either. */
export const isBlind = (kpis: Kpis | undefined): boolean => isUntold(kpis, "good");
