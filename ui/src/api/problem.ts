// When the server refuses, it says what is wrong and the way on (RFC 9457); that must reach the person unharmed.
import type { Signature } from "@/api/types";

/** What two people said of the same stop. */
export interface Said { reason: string | null; comment: string | null; state: string | null; what?: string; by: string; at: string; version: string }
/** What of one's own words can stand beside theirs, and where. */
export interface BothPart { start: string; end: string | null; says: string[] }
export interface ProblemBody { type?: string; title?: string; status?: number; detail?: string; hint?: string; code?: string; pointer?: string; errors?: { pointer?: string; detail?: string }[]; yours?: Said; theirs?: Said; both?: BothPart[]; signature?: Signature }

export class Problem extends Error {
  readonly status: number;
  readonly title: string | null;
  readonly detail: string | null;
  readonly hint: string | null;
  readonly pointer: string | null;
  readonly code: string | null;
  /** As the server told it, whole. */
  readonly body: ProblemBody;

  /** `status` 0 means that no answer came at all. */
  constructor(status: number, body: ProblemBody = {}) {
    super(body.title ?? `HTTP ${status}`);
    this.status = status;
    this.body = body;
    this.title = body.title ?? null;
    this.detail = body.detail ?? null;
    this.hint = body.hint ?? null;
    this.code = body.code ?? null;
    this.pointer = body.pointer ?? body.errors?.[0]?.pointer ?? null;
  }
}

/** Make a Problem of whatever went wrong on the way to the server. */
export function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem(0, { detail: error instanceof Error ? error.message : String(error) });
}

/** The field a problem points at: `/password` and `/body/password` both mean `password`. */
export function fieldOf(problem: Problem): string | null {
  return problem.pointer?.split("/").filter(Boolean).at(-1) ?? null;
}
