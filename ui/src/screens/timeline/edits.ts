// The ways to correct a segment, each one entry of the outbox with the version that the person saw.
import { useCallback } from "react";
import type { Equipment, StateRecord } from "@/api/types";
import type { Command } from "@/outbox/outbox";
import { useDo } from "@/outbox/said";
import { formatMoment } from "@/show/format";
import { useReader } from "@/show/show";

/** Modes and states that a person can say; time without data nobody can say of a machine. */
export const SAYABLE = ["Execute", "Held", "Stopped", "Idle", "Suspended", "Aborted", "Complete", "CHANGEOVER", "STARVED", "BLOCKED"] as const;
export const PRODUCING: ReadonlySet<string> = new Set(["Execute", "RUN"]);
const UNSAYABLE: ReadonlySet<string> = new Set(["NO_DATA", "UNKNOWN", "Undefined", ""]);
const MODES: ReadonlySet<string> = new Set(["Production", "Maintenance", "Manual", "Setup"]);
export const sayable = (record: Pick<StateRecord, "state">): boolean => !UNSAYABLE.has(record.state);

export interface Seen { unit: Equipment; version: string }
type Body = Readonly<Record<string, unknown>>;
const iso = (ms: number) => new Date(ms).toISOString();

/** State, mode and reason of a record as words of one's own; a run has no reason. */
function wordsOf(record: StateRecord): Body {
  return { state: record.state, ...(MODES.has(record.mode) ? { mode: record.mode } : {}), ...(PRODUCING.has(record.state) ? {} : { reason: record.reason }) };
}

/** [t0, t1) of two neighbours, both of which were what one of them says. */
export function mergeBody(first: StateRecord, second: StateRecord, kept: StateRecord): Body {
  return { what: "merge", start: first.start, end: second.end, ...wordsOf(kept) };
}

/** What an edge leaves behind it when it moves: the time between belongs to the one that grows. */
export function edgeBody(record: StateRecord, edge: { before: StateRecord | null; after: StateRecord | null; which: "start" | "end"; ms: number }): Body | null {
  const { before, after, which, ms } = edge;
  const at = Date.parse((which === "start" ? record.start : record.end) ?? "");
  const grows = which === "start" ? (ms < at ? record : before) : ms > at ? record : after;
  if (!grows || ms === at || Number.isNaN(at)) return null;
  return { what: "move-edge", start: iso(Math.min(ms, at)), end: iso(Math.max(ms, at)), ...wordsOf(grows) };
}

export interface Edits {
  split: (atMs: number, reason: string | null | undefined) => void;
  say: (label: "merge" | "edge" | "state" | "comment", body: Body) => void;
}

/** The edits of one machine; each says in a toast what became of it, with the way back. */
export function useEdits({ unit, version }: Seen): Edits {
  const send = useDo();
  const reader = useReader();
  const command = useCallback((path: string, what: { label: string; body: Body; ms: number }): Command => {
    const values = { machine: unit.name, time: formatMoment(what.ms, "time", reader) };
    return { path: `/equipment/${unit.id}/${path}`, body: { ...what.body, seen: version }, label: what.label, values };
  }, [unit, version, reader]);
  return {
    split: (atMs, reason) => void send(command("timeline-edits/split", { label: "split", body: { at: iso(atMs), ...(reason === undefined ? {} : { reason }) }, ms: atMs })),
    say: (label, body) => void send(command("timeline-edits", { label, body, ms: Date.parse(String(body["start"])) })),
  };
}

/** Where a split is offered: at the cursor, else in the middle; on the second where one lies inside. */
export function splitAt({ t0, t1 }: { t0: number; t1: number }, cursorMs: number): number {
  const middle = (t0 + t1) / 2;
  const whole = Math.round((cursorMs > t0 && cursorMs < t1 ? cursorMs : middle) / 1_000) * 1_000;
  return whole > t0 && whole < t1 ? whole : Math.round(middle);
}
