// Which shifts somebody signed: a time in one of them stands, and nobody changes it.
import { useQuery } from "@tanstack/react-query";
import { signaturesQuery, type Span } from "@/api/queries";
import type { Signature } from "@/api/types";

const MONTH_MS = 30 * 86_400_000;

/** Whole months around a time, so that every stop of a list asks the same question, once. */
export const spanOf = (fromMs: number, toMs: number): Span => ({ start: new Date(Math.floor(fromMs / MONTH_MS) * MONTH_MS).toISOString(), end: new Date(Math.ceil((toMs + 1) / MONTH_MS) * MONTH_MS).toISOString() });

/** The signature that stands over a time, and the last that was taken back. */
export interface Over { stands: Signature | null; back: Signature | null }
export function overOf(all: readonly Signature[], fromMs: number, toMs: number): Over {
  const over = all.filter((one) => Date.parse(one.start) < toMs && Date.parse(one.end) > fromMs);
  return { stands: over.find((one) => one.reopened === null) ?? null, back: over.findLast((one) => one.reopened !== null) ?? null };
}

/** undefined until it is known. */
export function useOver(equipmentId: number, fromMs: number, toMs: number): Over | undefined {
  const { data } = useQuery(signaturesQuery(equipmentId, spanOf(fromMs, toMs)));
  return data && overOf(data, fromMs, toMs);
}
