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

/** A whole backup in the server's folder; of an encrypted one nobody but the holder of the recovery key can count the rows. */
export interface Backup { id: string; folder: string; made: string; version: string; bytes: number; rows: number | null; encrypted: boolean; proven: string | null }
export const backupsQuery = () => ask<Pick<Page<Backup>, "items">>("/backups");

/** A backup that was restored and compared at a moment. */
export interface Proof { backup: string; made: string; at: string; rows: number; by: string }
/** When the last backup was made and one last came back; `next_…` null: due now, there has never been one. */
export interface BackupStatus { last_made: string | null; last_folder: string | null; next_backup: string | null; backup_overdue: boolean; proof: Proof | null; next_proof: string | null; proof_overdue: boolean }
export const backupStatusQuery = () => ask<BackupStatus>("/backups/status");

/** A copy of this site elsewhere; `cause`, `hint` and `mended_by` while it is not reached. */
export interface Copy { name: string; to: string; site: string; host: string; tags: number; state: "equal" | "behind" | "failing"; equal_as_of: string | null; behind_s: number | null; months_waiting: number; samples: number; failing_since: string | null; cause: string | null; hint: string | null; mended_by: string | null }
export const copiesQuery = () => ask<Pick<Page<Copy>, "items">>("/forwarding");

export interface DueLine { act: "archive" | "drop" | "evict" | "return"; rule: string; month: string; start: string; end: string; tags: number; samples: number; bytes: number; spared: number }
export interface Rule { rule: string; tags: number; drop_after_d: number | null; archive_after_d: number | null; on_full: string; wait_for: string[] }
/** What is due by a rule and stays until a copy holds it, and why that does not yet. */
export interface Wait { copy_name: string; why: "unproven" | "older-proof" | "behind" | "away" | "not-taken" | "no-copy"; rule: string; month: string; tags: number; samples: number; bytes: number }
/** What is due by the rules at a moment; `trouble`: why something that is due does not go. */
export interface Due { at: string; digest: string; samples: number; bytes: number; spared: number; lines: DueLine[]; waits: Wait[]; rules: Rule[]; trouble: string | null }
export const dueQuery = (at: string | null) => ask<Due>("/retention/plan", at === null ? {} : { at });
export interface Went { id: number; act: DueLine["act"]; rule: string; month: string; start: string; end: string; tags: number; samples: number; bytes: number; files: string[]; by: string; at: string; done: boolean }
export const wentQuery = () => ask<Pick<Page<Went>, "items">>("/retention/drops");
/** Samples of equipment (with all below) and tags that stay, whatever the rules say; `released` null: it holds. */
export interface Hold { id: number; equipment: number[]; tags: number[]; start: string; end: string; reason: string; by: string; at: string; released: { by: string; at: string; reason: string } | null }
export const holdsQuery = () => ask<Pick<Page<Hold>, "items">>("/retention/holds");
