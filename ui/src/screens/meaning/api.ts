// What is claimed of a connection's machines, what taking it over would change, and taking it over.
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { change, get, post } from "@/api/client";
import type { Page } from "@/api/types";
import type { Preview } from "@/screens/connect/api";

export type Confidence = "sure" | "likely" | "unknown";
export interface Because { code: string; facts: Record<string, string | number>; text: string }
export interface Claim { tag: string; confidence: Confidence; because: Because }
export interface ValueClaim { value: string; state: string | null; confidence: Confidence; seen_s: number; dwells: number; pieces: number }
export interface StateClaim extends Claim { way: "packml" | "values" | "activity"; values: ValueClaim[]; timeout_s: number | null; explained: number }
export interface CounterClaim extends Claim { role: string | null; rises: number; pieces: number; resets: string[]; rollovers: string[]; modulus: number | null; against_name: boolean }
export interface RateClaim { rate_upm: number; confidence: Confidence; because: Because; paces: { rate_upm: number; minutes: number }[]; histogram: [number, number, number][] }
export interface Progress { heard_s: number; running_s: number; running_needed_s: number; stops: number; stops_needed: number; enough: boolean }
export interface Machine {
  equipment_id: number; equipment_path: string; name: string; start: string; end: string; progress: Progress;
  stands: { states: Record<string, unknown> | null; counters: Record<string, unknown>; standard_rate_upm: number | null };
  state: StateClaim | null; counters: CounterClaim[]; rate: RateClaim | null; contacts: (Claim & { use: string })[];
  levels: { tag: string; tag_id: number; levels: string[]; warnings: string[] }[]; silent: { tag: string; because: Because }[];
  pieces_upm: (number | null)[]; spans: { value: string; start: string; end: string }[];
}
export interface Meant { states?: Record<string, unknown>; counters?: Record<string, unknown>; standard_rate_upm?: number; levels?: unknown }
interface Applied { equipment_path: string; version: number; previous: number }

const LOOK_MS = 5_000; // while there is too little; later it grows slowly
const GROW_MS = 60_000;

export const proposalsQuery = (connection: string, minutes: number) =>
  queryOptions({
    queryKey: ["/connections", connection, "proposals", minutes],
    queryFn: async ({ signal }) => (await get<Page<Machine>>(`/connections/${encodeURIComponent(connection)}/proposals`, { minutes }, signal)).items,
    refetchInterval: (query) => (query.state.data?.every((one) => one.progress.enough) ? GROW_MS : LOOK_MS),
    staleTime: 0,
  });
export const meantQuery = (id: number, body: string) => queryOptions({ queryKey: ["/equipment/meaning/preview", id, body], queryFn: () => post<Preview>("/equipment/meaning/preview", { ...(JSON.parse(body) as Meant), equipment_id: id }), retry: false, staleTime: 0, gcTime: 0 });

export function useMean(id: number, onDone: (applied: Applied, audit: string | null) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Meant & { seen: number }) => change<Applied>("POST", `/equipment/${id}/meaning`, body),
    onSuccess: async ({ result, auditId }) => {
      await client.invalidateQueries({ predicate: ({ queryKey: [first] }) => typeof first === "string" && ["/equipment", "/plant/outline", "/tags"].includes(first) });
      onDone(result, auditId);
    },
  });
}
