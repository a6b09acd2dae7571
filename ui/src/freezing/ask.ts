// Figures that stay beside what they are now, and what the server says of a signed shift.
import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { KpiChange, Signature } from "@/api/types";

export interface Figure { key: string; label: string; unit: string; value: number | null }
export interface Moved { key: string; label: string; unit: string; frozen: number | null; now: number | null; difference: number | null }
/** What a signed shift would come to; `told` false: too much became known since to be told one by one. */
export interface WouldBe { signature: Signature; equipment_id: number; same: number; moved: Moved[]; kpi: string; before: number | null; after: number | null; told: boolean; changes: KpiChange[] }

export const wouldBeQuery = (signatureId: number, equipmentId: number) => queryOptions({ queryKey: ["/signatures", signatureId, "now", equipmentId], queryFn: ({ signal }) => get<WouldBe>(`/signatures/${signatureId}/now`, { equipment_id: equipmentId }, signal) });
