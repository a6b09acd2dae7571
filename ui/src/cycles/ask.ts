// How long a piece takes, as the server tells it by product.
import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { Span } from "@/api/queries";

export interface Bin { low_s: number; high_s: number; pieces: number }
/** Of one product; `product` null: none ran, or several at once. `missing`: why nothing is told of single pieces. */
export interface OfProduct { product: string | null; production_us: number; produced: number; ideal_s: number | null; best_s: number | null; best_from: string | null; actual_s: number | null; throughput: number | null; counted: number; p10_s: number | null; p50_s: number | null; p90_s: number | null; bins: Bin[]; slower: number; missing: "no-counter" | "too-little" | null }
export interface CycleTimes { equipment_id: number; unit_id: number; start: string; end: string; until: string; products: OfProduct[]; hints: string[] }

export const LONGEST_MS = 31 * 86_400_000;

export const cycleTimesQuery = (id: number, span: Span) =>
  queryOptions({ queryKey: [`/equipment/${id}/cycle-times`, span], queryFn: ({ signal }) => get<CycleTimes>(`/equipment/${id}/cycle-times`, { ...span }, signal) });

export const keyOf = (one: Pick<OfProduct, "product">): string => one.product ?? "-";

/** The bin a time falls into; null: it lies outside of what is drawn. */
export function binOf(bins: readonly Bin[], seconds: number | null): number | null {
  const last = bins.at(-1);
  if (seconds === null || !last || seconds > last.high_s) return null;
  const at = bins.findIndex((bin) => seconds < bin.high_s);
  return (bins[0]?.low_s ?? 0) > seconds ? null : at < 0 ? bins.length - 1 : at;
}

/** The next bin that is looked at; it stops at either end. */
export const moved = (at: number, key: string, count: number): number => ({ ArrowLeft: Math.max(0, at - 1), ArrowRight: Math.min(count - 1, at + 1), Home: 0, End: count - 1 })[key] ?? at;
