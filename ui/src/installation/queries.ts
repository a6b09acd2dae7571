// What the pages about the installation ask the server.
import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { Page } from "@/api/types";
import type { Verdict } from "@/installation/verdict";

const AGAIN_MS = 10_000;
const ask = <Result>(path: string, query: Record<string, string> = {}) =>
  queryOptions({ queryKey: [path, query], queryFn: ({ signal }) => get<Result>(path, query, signal), refetchInterval: AGAIN_MS });

export interface Finding { id: string; verdict: Verdict; says: string; who: string; how: string }
/** The disk under the data folder, bytes; `days`: how long it lasts at the present rate, null: not known. */
export interface Disk { free: number; total: number; ballast: boolean; days: number | null }
export interface Diagnosis { worst: number; findings: Finding[]; disk: Disk }
export const doctorQuery = (hardening: boolean) => ask<Diagnosis>("/doctor", hardening ? { hardening: "true" } : {});

/** Of one source and lane, in samples: expected = stored + duplicate + refused + gap. */
export interface Account { source: string; lane: string; expected: number; stored: number; duplicate: number; refused: number; gap: number; frames: number; frames_repeated: number; frames_missing: number; balanced: boolean }
export const deliveryQuery = () => ask<Pick<Page<Account>, "items">>("/delivery");

export interface WorkerState { name: string; host: string; since: string; alive: boolean; shards: number[]; frames: number; samples: number; redelivered: number; refused: number }
export interface StreamState { messages: number; bytes: number; bytes_max: number; replicas: number; replicas_current: number; leader: string }
/** `used` false: what is collected stays in the process. `on_disk`: messages not held by the database yet. */
export interface Transport { used: boolean; fault: string | null; on_disk: number; sent_again: number; orphans: number[]; stream: StreamState | null; workers: WorkerState[] }
export const transportQuery = () => ask<Transport>("/transport");
