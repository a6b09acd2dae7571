// What the server is asked of imports of histories, and how a file is sent to it without being held in memory.
import { queryOptions } from "@tanstack/react-query";
import { addressOf, get, post } from "@/api/client";
import { Problem, type ProblemBody } from "@/api/problem";
import type { Page } from "@/api/types";

export interface SentFile { id: string; name: string; bytes: number }
export interface Series { name: string; tag: string | null; rows: number; samples: number; first: string | null; last: string | null }
export interface Refusal { line: number; series: string; code: "no-tag" | "time" | "time-range" | "value" | "quality"; reason: string }
export interface History {
  id: string; name: string; state: "running" | "done" | "failed" | "cancelled"; dry_run: boolean; begun: string; detail: string; says: string;
  rows: number; samples: number; there: number; went: number; refused: Record<string, number>; some_refused: Refusal[]; series: Series[];
}
export interface Choices { zone: string; pattern: string; prefix: string; tags: Readonly<Record<string, string>>; leaveOut: boolean; again: boolean }

export const PLAIN: Choices = { zone: "plant", pattern: "", prefix: "", tags: {}, leaveOut: false, again: false };
const LOOK_MS = 700;

export const historiesQuery = () => queryOptions({
  queryKey: ["/history-imports"],
  queryFn: ({ signal }) => get<Page<History>>("/history-imports", {}, signal).then((page) => page.items),
  refetchInterval: ({ state }) => (state.data?.some((one) => one.state === "running") ? LOOK_MS : false),
});
export const filesQuery = () => queryOptions({ queryKey: ["/history-files"], queryFn: ({ signal }) => get<Page<SentFile>>("/history-files", {}, signal).then((page) => page.items) });

/** As the server is asked for it. */
export const wantedOf = (file: string, { zone, pattern, prefix, tags, leaveOut, again }: Choices, dryRun: boolean) => ({
  file, zone: zone.trim() || "plant", prefix, time_pattern: pattern.trim() || null, tags, faulty: leaveOut ? "leave-out" : "refuse", dry_run: dryRun, again,
});
export const begin = (file: string, choices: Choices, dryRun: boolean) => post<{ import_id: string }>("/history-imports", wantedOf(file, choices, dryRun));
export const faultsOf = (one: History): number => Object.values(one.refused).reduce((sum, n) => sum + n, 0);

export interface Sending { done: Promise<SentFile>; stop: () => void }
/** The browser reads the file from the disk as it goes; `onShare` hears how much of it is there, 0 to 1. */
export function send(file: File, onShare: (share: number) => void): Sending {
  const request = new XMLHttpRequest();
  const done = new Promise<SentFile>((resolve, reject) => {
    const said = (): unknown => { try { return JSON.parse(request.responseText); } catch { return {}; } };
    request.upload.onprogress = ({ loaded, total }) => onShare(total > 0 ? loaded / total : 0);
    request.onload = () => (request.status < 300 ? resolve(said() as SentFile) : reject(new Problem(request.status, said() as ProblemBody)));
    request.onerror = () => reject(new Problem(0));
    request.onabort = () => reject(new DOMException("given up", "AbortError"));
    request.open("POST", addressOf("/history-files", { name: file.name }));
    request.setRequestHeader("content-type", "application/octet-stream");
    request.send(file);
  });
  return { done, stop: () => request.abort() };
}
