// Asking what a restatement would move, making it, and taking one back.
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { change, get, post } from "@/api/client";
import type { Page } from "@/api/types";
import type { Compared } from "@/screens/replay/api";

export const SECTIONS = ["products", "equipment", "states", "calendars", "reasons", "conventions", "targets"] as const;
export type Section = (typeof SECTIONS)[number];

/** What, before and after, as text. */
export type Field = readonly [string, string, string];
export interface Changed { section: Section; key: string; stretches: { start: string; end: string; fields: Field[] }[] }
export interface Ledger { equipment_id: number; path: string; differs: boolean; moved_us: number; slices_was: number; slices_would: number; whole: Compared; shifts_total: number; signed_total: number; shifts: (Compared & { signed: boolean })[] }
export interface Asked { start: string; end: string; version: number | null; only: string[] }
export interface Plan extends Asked { digest: string; differs: boolean; changes: Changed[]; ledgers: Ledger[] }
export interface Restatement { id: number; start: string; end: string; at: string; by: string; why: string; version: number | null; undoes: number | null; undone_by: number | null; settled: boolean; rewritten_us: number; touched_us: number; equipment: number; changes: Changed[] }

const LOOK_MS = 1_000;
const MADE = ["/restatements"];

export const planQuery = (id: string) => queryOptions({ queryKey: ["/restatements/plans", id], queryFn: ({ signal }) => get<Plan>(`/restatements/plans/${id}`, {}, signal), staleTime: Number.POSITIVE_INFINITY });
export const versionsQuery = () => queryOptions({ queryKey: ["/plant/versions"], queryFn: ({ signal }) => get<Page<{ version: number }>>("/plant/versions", {}, signal), staleTime: 60_000 });
export const madeQuery = () => infiniteQueryOptions({
  queryKey: MADE,
  queryFn: ({ signal, pageParam }) => get<Page<Restatement>>("/restatements", { cursor: pageParam }, signal),
  initialPageParam: null as string | null,
  getNextPageParam: (last) => last.next,
  refetchInterval: (query) => (query.state.data?.pages[0]?.items.some((one) => !one.settled) ? LOOK_MS : false),
});

export const usePlan = (then: (id: string) => void) => useMutation({ mutationFn: (asked: Asked) => post<{ job_id: string }>("/restatements/plans", asked), onSuccess: (answer) => then(answer.job_id) });

/** Figures of every page follow a restatement: whatever is shown is asked for again. */
function useMaking<Given>(send: (given: Given) => ReturnType<typeof change<Restatement>>, then: () => void) {
  const queries = useQueryClient();
  return useMutation({ mutationFn: send, onSuccess: () => { void queries.invalidateQueries(); then(); } });
}
export const useRestate = (then: () => void) => useMaking(({ plan, reason }: { plan: Plan; reason: string }) => change<Restatement>("POST", "/restatements", { start: plan.start, end: plan.end, version: plan.version, only: plan.only, seen: plan.digest, reason }), then);
export const useUndo = (then: () => void) => useMaking(({ id, reason }: { id: number; reason: string }) => change<Restatement>("POST", `/restatements/${id}/undo`, { reason }), then);

/** How much of the time that may move has followed, 0 to 1. */
export const shareOf = (one: Pick<Restatement, "settled" | "rewritten_us" | "touched_us">): number => (one.settled ? 1 : one.touched_us > 0 ? Math.min(one.rewritten_us / one.touched_us, 1) : 0);
