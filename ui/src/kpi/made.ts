// The pieces of a period, as far as anybody knows of them: no data is no zero.
import type { Kpis } from "@/api/types";

/** Null before the figures come, and where the planned time is without data and nobody entered a piece. */
export function madeIn(kpis: Kpis | undefined): Kpis["counts"] | null {
  if (!kpis) return null;
  const nothing = Object.values(kpis.counts).every((pieces) => pieces === 0);
  return kpis.coverage === 0 && nothing ? null : kpis.counts;
}
