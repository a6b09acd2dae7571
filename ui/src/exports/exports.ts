// What is asked of an export, and how it stands.
import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { Page } from "@/api/types";

export const TAGS_MAX = 100; // of one file, as the server has it

export const FORMATS = ["csv", "xlsx", "parquet"] as const;
export type Format = (typeof FORMATS)[number];
export const SHAPES = ["long", "wide"] as const;
export type Shape = (typeof SHAPES)[number];

export interface Export { id: string; name: string; state: "running" | "done" | "failed" | "cancelled" | "lost"; format: Format; shape: Shape; tags: string[]; start: string; end: string; begun: string; kept_until: string; as_of: number | null; dropped: { samples: number }[]; rows: number; bytes: number; detail: string }

const LOOK_MS = 1_000;
/** Those of the person who looks, newest first; looked at often while one is being written. */
export const exportsQuery = () => queryOptions({
  queryKey: ["/exports"],
  queryFn: ({ signal }) => get<Page<Export>>("/exports", {}, signal).then((page) => page.items),
  refetchInterval: ({ state }) => (state.data?.some((one) => one.state === "running") ? LOOK_MS : false),
});

const UNITS = ["B", "kB", "MB", "GB"] as const;
/** Bytes as people say them, in steps of a thousand. */
export function sizeOf(bytes: number): { value: number; unit: string; digits: number } {
  let [value, step] = [bytes, 0];
  while (value >= 999.5 && step < UNITS.length - 1) [value, step] = [value / 1000, step + 1];
  return { value, unit: UNITS[step] ?? "B", digits: step === 0 || value >= 99.95 ? 0 : 1 };
}

/** Seconds from row to row at which a period has about a thousand rows: a table that a person can read. */
export function everyFor(spanMs: number): number {
  const steps = [1, 5, 10, 30, 60, 300, 600, 1_800, 3_600, 21_600, 86_400];
  return steps.find((step) => spanMs / 1000 / step <= 1_500) ?? 86_400;
}

/** Whole seconds, as the fields have them: a period of whole seconds keeps its length, any other is covered. */
export function wholeSeconds({ t0, t1 }: { t0: number; t1: number }): { t0: number; t1: number } {
  const whole = (ms: number, round: (n: number) => number) => round(ms / 1_000) * 1_000;
  return { t0: whole(t0, Math.floor), t1: whole(t1, (t1 - t0) % 1_000 === 0 ? Math.floor : Math.ceil) };
}

export const KNOWN = ["now", "sent", "at"] as const;
/** As known when: now, as sent, at a moment of a wall clock, or (`then`) as the screen shows it that the wish came from. */
export type Known = (typeof KNOWN)[number] | "then";
export const AS_SENT = "0"; // as known before the first correction

/** What a wish begins with on a screen that shows what was known at `asOf`. */
export const knownOf = (asOf: string | null): Known => (asOf === null ? "now" : asOf === AS_SENT ? "sent" : "then");

/** What the server is asked for; null: as known when the file is written. */
export function asOfOf(known: Known, { asOf, atMs }: { asOf: string | null; atMs: number }): string | null {
  switch (known) {
    case "now": return null;
    case "sent": return AS_SENT;
    case "at": return new Date(atMs).toISOString();
    case "then": return asOf;
  }
}
