// Corrections of what a signal said: those there are, and one that is being made.
import { queryOptions } from "@tanstack/react-query";
import { get, post } from "@/api/client";
import type { Page, Scalar, Wiring } from "@/api/types";

export const WHATS = ["amend", "delete", "insert"] as const;
export type What = (typeof WHATS)[number];
export const HOWS = ["value", "scale", "quality"] as const;
export type How = (typeof HOWS)[number];
export const GRADES = ["good", "uncertain", "bad"] as const;
export type Grade = (typeof GRADES)[number];

/** `given`: how many samples a person gave; else what becomes of each that was sent. `known`: its place in the order of knowledge. */
export interface Correction {
  id: number; tag_id: number; what: What; start: string; end: string; given: number | null; value: Scalar; scale: number; offset: number; quality: Grade | null;
  reason: string; by: string; at: string; known: number; undone: { by: string; at: string; reason: string } | null; under: number; came_after: number;
}
export interface PreviewSample { ts: string; value: Scalar; quality: number; quality_name: string }
export interface Preview { start: string; end: string; count: number; before: PreviewSample[]; after: PreviewSample[]; more: boolean }

const LOOK_AGAIN_MS = 10_000; // a colleague may say something meanwhile
/** Of a tag, the newest first; a page more is asked for by its cursor. */
export const correctionsQuery = (tag: number, cursor: string | null = null) => queryOptions({
  queryKey: ["/corrections", tag, cursor],
  queryFn: ({ signal }) => get<Page<Correction>>(`/tags/${tag}/corrections`, { cursor }, signal),
  refetchInterval: LOOK_AGAIN_MS,
});

/** What is typed into the dialog; times are the server's, ms. */
export interface Wish { what: What; how: How; t0: number; t1: number; value: string; scale: number; offset: number; quality: Grade }

/** What of it the server is told; null while something is missing. */
export function askedOf(wish: Wish): Record<string, string | number> | null {
  const iso = (ms: number) => new Date(ms).toISOString();
  const none = wish.what === "insert" && wish.quality === "bad";
  if (!Number.isFinite(wish.t0) || (wish.what !== "insert" && !(wish.t1 > wish.t0))) return null;
  const span: Record<string, string> = wish.what === "insert" ? { start: iso(wish.t0) } : { start: iso(wish.t0), end: iso(wish.t1) };
  if (wish.what === "delete") return span;
  if (wish.what === "insert") return wish.value === "" && !none ? null : { ...span, quality: wish.quality, ...(none ? {} : { value: wish.value }) };
  switch (wish.how) {
    case "value": return wish.value === "" ? null : { ...span, value: wish.value };
    case "scale": return wish.scale === 1 && wish.offset === 0 ? null : { ...span, scale: wish.scale, offset: wish.offset };
    case "quality": return { ...span, quality: wish.quality };
  }
}

/** A value that was typed, as one of the tag's kind. */
export function valueOf(tag: Pick<Wiring, "kind">, text: string): Scalar {
  if (tag.kind === "bool") return text === "true";
  return tag.kind === "str" || tag.kind === "json" ? text : Number(text);
}

/** Say it. */
export function correct(tag: Wiring, wish: Wish, reason: string): Promise<Correction> {
  const { start, end, value, ...more } = askedOf(wish) ?? {};
  const given = typeof value === "string" ? { value: valueOf(tag, value) } : {};
  const body = wish.what === "insert" ? { samples: [{ ts: start, ...given, ...more }] } : { start, end, ...given, ...more };
  return post<Correction>(`/tags/${tag.id}/samples/${wish.what}`, { ...body, reason });
}

export const takeBack = (one: Correction, reason: string): Promise<Correction> => post<Correction>(`/corrections/${one.id}/undo`, { reason });

const WHAT_RUNS = ["job", "product", "rate_upm"];
/** Whether a person can say what this signal was: what follows from others, or from the jobs, is corrected there. */
export const correctable = (tag: Wiring): boolean => tag.expression === null && tag.figure === null && !(tag.connection === null && WHAT_RUNS.includes(tag.property));
