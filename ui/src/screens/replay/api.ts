// Asking for a replay, following it, and what it found.
import { queryOptions, useMutation } from "@tanstack/react-query";
import { get, post } from "@/api/client";
import type { Job } from "@/api/types";

export type Files = Readonly<Record<string, string>>;
export interface Figures { times: Record<string, number>; counts: Record<string, number | null>; kpis: Record<string, number | null> }
export interface Compared { start: string; end: string; shift: string; differs: boolean; was: Figures; would: Figures }
/** State, mode and reason of each side; null: nothing was known to be there. */
export interface Stretch { start: string; end: string; duration_us: number; was: [string, string, string] | null; would: [string, string, string] | null }
export interface Machine { equipment_id: number; path: string; differs: boolean; moved_us: number; reclassed_us: number; pieces: number; slices_was: number; slices_would: number; held_was: number; held_would: number; stretches_total: number; stretches: Stretch[]; whole: Compared; shifts: Compared[]; shifts_total: number }
export interface Replay { start: string; end: string; differs: boolean; samples: number; took_s: number; speed: number; notes: string[]; machines: Machine[] }
export interface Asked { documents: Files | null; from: string; to: string; equipment: number[] }

const LOOK_MS = 700;

export const filesQuery = () => queryOptions({ queryKey: ["/plant/export"], queryFn: ({ signal }) => get<{ documents: Files }>("/plant/export", {}, signal), staleTime: 60_000 });
export const workQuery = (id: string) => queryOptions({ queryKey: ["/jobs", id], queryFn: ({ signal }) => get<Job>(`/jobs/${id}`, {}, signal), refetchInterval: (query) => (query.state.data?.state === "running" ? LOOK_MS : false), staleTime: 0 });
export const replayQuery = (id: string) => queryOptions({ queryKey: ["/replays", id], queryFn: ({ signal }) => get<Replay>(`/replays/${id}`, {}, signal), staleTime: Number.POSITIVE_INFINITY });
export const useBegin = (then: (id: string) => void) => useMutation({ mutationFn: (asked: Asked) => post<{ job_id: string }>("/replays", asked), onSuccess: (answer) => then(answer.job_id) });

/** What is sent: every file, or null where none is another than it is. */
export function documentsOf(held: Files, changed: Files): Files | null {
  const differing = Object.entries(changed).filter(([name, text]) => held[name] !== text);
  return differing.length > 0 ? { ...held, ...Object.fromEntries(differing) } : null;
}

/** The KPIs and times that would be others, in the order in which the page tells them. */
export function differing(pair: Pick<Compared, "was" | "would">, of: "kpis" | "times", order: readonly string[]): string[] {
  const [was, would] = [pair.was[of], pair.would[of]];
  const names = [...new Set([...Object.keys(was), ...Object.keys(would)])].filter((name) => was[name] !== would[name]);
  const place = (name: string) => (order.indexOf(name) + 1 || order.length + 1);
  return names.sort((a, b) => place(a) - place(b) || a.localeCompare(b));
}
