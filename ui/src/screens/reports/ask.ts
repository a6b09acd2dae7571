// What the server says of frozen reports.
import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { KpiChange, Page } from "@/api/types";

export const VIEWS = ["kpis", "losses", "stops"] as const;
export type View = (typeof VIEWS)[number];
export type Broken = "content" | "audit" | null;
export interface Report { id: number; name: string; view: View; equipment_id: number; start: string; end: string; as_of: number; by: string; at: string; note: string | null; known: number; digest: string; withdrawn: { by: string; at: string } | null }
export interface Figure { key: string; label: string; unit: string; value: number | null }
export interface Opened { report: Report; broken: Broken; figures: Figure[] }
export interface Moved { key: string; label: string; unit: string; frozen: number | null; now: number | null; difference: number | null }
export interface Since { report: Report; broken: Broken; same: number; moved: Moved[]; kpi: string; changes: KpiChange[] }

export const reportsQuery = (equipmentId: number) => queryOptions({ queryKey: ["/reports", equipmentId], queryFn: ({ signal }) => get<Page<Report>>("/reports", { equipment_id: equipmentId }, signal) });
export const openedQuery = (id: number) => queryOptions({ queryKey: ["/reports", "one", id], queryFn: ({ signal }) => get<Opened>(`/reports/${id}`, {}, signal) });
export const sinceQuery = (id: number) => queryOptions({ queryKey: ["/reports", "since", id], queryFn: ({ signal }) => get<Since>(`/reports/${id}/diff`, {}, signal) });
