// What the server says about drivers and about a connection that is being made, and how it is applied.
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { change, get, post } from "@/api/client";
import type { Page, Scalar } from "@/api/types";
import type { Options, Schema } from "@/screens/connect/schema";

export interface Driver { name: string; title: string; says: string; needs: string; addresses: string; examples: { address: string; means: string }[]; options: Schema; first: string[]; start: Options; listens: boolean; browses: boolean }
export interface Outline { version: number; name: string | null; connections: string[]; calendars: string[]; scans: { name: string; mode: string; interval_ms: number }[]; nodes: { path: string; name: string; level: string; calendar: string | null }[] }
export interface LinkBody { driver: string; options: Options; secrets: Readonly<Record<string, string>>; time: string; alert_after_min: number | null }
export interface SignalBody { property: string; address: string; kind: string | null; unit: string | null; scale: number; offset: number; scan: string }
export interface MachineBody { path: string; name: string | null; standard_rate_upm: number | null; calendar: string | null; above: { path: string; level: string; name: string; timezone?: string }[]; signals: SignalBody[]; states: Record<string, unknown> | null; counters: Record<string, unknown> | null }
export interface PutBody { connection: string; seen: number; link: LinkBody; machine: MachineBody | null; plant_name: string | null }

export interface Reading { property: string; address: string; kind: string | null; value: Scalar; quality: number | null; quality_name: string | null; native: number; moved_ms: number | null; since_first: number | null; error: string | null; hint: string | null }
/** Who answered and is not approved yet; approving writes `value` at `option`. */
export interface Unapproved { option: string; value: string; shows: [string, string][] }
export interface Tried { ok: boolean; where: string; connected_ms: number | null; answered_ms: number | null; clock_ms: number | null; cause: string | null; code: string | null; hint: string | null; mends: "form" | "site" | null; unapproved: Unapproved | null; signals: Reading[]; meaning: { state: string; mode: string; reason: string | null } | null }
export interface Found { address: string; name: string; is_folder: boolean; kind: string | null; unit: string | null }
export interface Fault { pointer: string; code: string; message: string; hint: string | null; place: string }
export interface PlanStep { section: string; act: "add" | "change" | "remove" | "move"; key: string; fields: [string, string, string][] }
export interface Preview { version: number; faults: Fault[]; steps: PlanStep[]; impact: string[]; files: { name: string; is_new: boolean; lines: [string, string][]; more: number }[]; secrets: string[] }
export interface Definition { name: string; version: number; driver: string; options: Options; time: string; alert_after_min: number | null; machines: { path: string; name: string | null; standard_rate_upm: number | null; calendar: string | null; signals: Record<string, unknown>[]; inherited: number; states: Record<string, unknown> | null; counters: Record<string, Record<string, unknown>> }[] }
export interface Applied { connection: string; version: number; previous: number; equipment_path: string | null }

const LOOK_MS = 2_000;
const at = (name: string) => `/connections/${encodeURIComponent(name)}`;

export const driversQuery = () => queryOptions({ queryKey: ["/drivers"], queryFn: async ({ signal }) => (await get<Page<Driver>>("/drivers", {}, signal)).items, staleTime: 300_000 });
export const outlineQuery = () => queryOptions({ queryKey: ["/plant/outline"], queryFn: ({ signal }) => get<Outline>("/plant/outline", {}, signal), staleTime: 0 });
export const definitionQuery = (name: string) => queryOptions({ queryKey: [at(name), "definition"], queryFn: ({ signal }) => get<Definition>(`${at(name)}/definition`, {}, signal), staleTime: 0 });

export interface TryBody { link: LinkBody; signals: SignalBody[]; states: Record<string, unknown> | null }
export const tryIt = (body: TryBody) => post<Tried>("/connections/try", body);
/** Looked at again and again; `body` is a TryBody as JSON. */
export const watchQuery = (body: string) =>
  queryOptions({ queryKey: ["/connections/try", body], queryFn: () => tryIt(JSON.parse(body) as TryBody), refetchInterval: LOOK_MS, retry: false, staleTime: 0, gcTime: 0, placeholderData: keepPreviousData });
export const browseQuery = (link: string, address: string | null) =>
  queryOptions({ queryKey: ["/connections/browse", link, address], queryFn: async () => (await post<Page<Found>>("/connections/browse", { link: JSON.parse(link) as LinkBody, address })).items, retry: false, staleTime: 30_000, gcTime: 30_000 });
export const previewQuery = (body: string) => queryOptions({ queryKey: ["/connections/preview", body], queryFn: () => post<Preview>("/connections/preview", JSON.parse(body)), retry: false, staleTime: 0, gcTime: 0 });
export const removalQuery = (name: string) => queryOptions({ queryKey: [at(name), "remove"], queryFn: () => post<Preview>(`${at(name)}/remove/preview`), retry: false, staleTime: 0, gcTime: 0 });

function usePlantChange<Given, Result>(send: (given: Given) => Promise<{ result: Result; auditId: string | null }>, onDone: (result: Result, audit: string | null) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: send,
    onSuccess: async ({ result, auditId }) => {
      await client.invalidateQueries({ predicate: ({ queryKey: [first] }) => typeof first === "string" && ["/equipment", "/plant/outline", "/connections", "/tags"].includes(first) });
      onDone(result, auditId);
    },
  });
}

export const useApply = (onDone: (applied: Applied, audit: string | null) => void) => usePlantChange(({ connection, ...body }: PutBody) => change<Applied>("PUT", at(connection), body), onDone);
export const useRemove = (name: string, onDone: (applied: Applied, audit: string | null) => void) => usePlantChange((seen: number) => change<Applied>("POST", `${at(name)}/remove`, { seen }), onDone);
export const useTakeBack = (onDone: () => void) => usePlantChange((audit: string) => change<unknown>("POST", `/audit/${audit}/undo`, {}), onDone);
