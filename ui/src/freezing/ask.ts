// Figures that stay beside what they are now, and what the server says of a signed shift.
import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { FrozenReport, KpiChange, Signature } from "@/api/types";
import type { Question } from "@/explain/open";

export interface Figure { key: string; label: string; unit: string; value: number | null }
export interface Moved { key: string; label: string; unit: string; frozen: number | null; now: number | null; difference: number | null }
/** What a signed shift would come to; `told` false: too much became known since to be told one by one. */
export interface WouldBe { signature: Signature; equipment_id: number; same: number; moved: Moved[]; kpi: string; before: number | null; after: number | null; told: boolean; changes: KpiChange[] }

/** Whose figures they are, of which time, and as known when: what explains one of them. */
export const frozenOf = (report: FrozenReport): Omit<Question, "key"> => ({ equipmentId: report.equipment_id, start: report.start, end: report.end, asOf: String(report.as_of) });

/** What was signed of a shift, as it was known then. */
export const signedOf = (signature: Signature, equipmentId: number): Omit<Question, "key"> => ({ equipmentId, start: signature.start, end: signature.end, asOf: String(signature.known) });

export const wouldBeQuery = (signatureId: number, equipmentId: number) => queryOptions({ queryKey: ["/signatures", signatureId, "now", equipmentId], queryFn: ({ signal }) => get<WouldBe>(`/signatures/${signatureId}/now`, { equipment_id: equipmentId }, signal) });
