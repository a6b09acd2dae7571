// What the server says of frozen reports.
import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { Figure, Moved } from "@/freezing/ask";
import type { FrozenReport, KpiChange, Page } from "@/api/types";

export type Broken = "content" | "audit" | null;
export interface Opened { report: FrozenReport; broken: Broken; figures: Figure[] }
export interface Since { report: FrozenReport; broken: Broken; same: number; moved: Moved[]; /** What this version works out otherwise from what was known then. */ otherwise: Moved[]; kpi: string; changes: KpiChange[] }

export const reportsQuery = (equipmentId: number) => queryOptions({ queryKey: ["/reports", equipmentId], queryFn: ({ signal }) => get<Page<FrozenReport>>("/reports", { equipment_id: equipmentId }, signal) });
export const openedQuery = (id: number) => queryOptions({ queryKey: ["/reports", "one", id], queryFn: ({ signal }) => get<Opened>(`/reports/${id}`, {}, signal) });
export const sinceQuery = (id: number) => queryOptions({ queryKey: ["/reports", "since", id], queryFn: ({ signal }) => get<Since>(`/reports/${id}/diff`, {}, signal) });
