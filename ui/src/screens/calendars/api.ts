// What the server says about calendars, and how they are changed.
import { type QueryClient, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { change, get, post } from "@/api/client";
import type { Page } from "@/api/types";

export interface Note { kind: "holiday" | "exception"; name: string | null }
export interface Pattern { name: string; start: string; end: string; start_min: number; end_min: number }
export interface DayShift extends Pattern { crew: string | null; breaks: Pattern[] }
export interface Day { date: string; shifts: DayShift[]; down: Pattern[]; notes: Note[] }
export interface Node { id: number; path: string; name: string }
export interface Calendar { key: string; name: string | null; by: "week" | "rotation"; shifts: string[]; crews: string[]; exceptions_ahead: number; used_by: Node[] }

export interface BreakEntry { name: string; start: string; end: string }
export interface ShiftEntry { name: string; start: string; end: string; crew: string | null; breaks: BreakEntry[]; days?: string[] | null }
export interface ExceptionEntry { name?: string | null; until?: string | null; shifts?: ShiftEntry[] | null; add?: ShiftEntry[]; down?: BreakEntry[] }
export interface RotationEntry { anchor: string; cycle: string[]; crews: Record<string, number> }
export interface Definition { name: string | null; shifts: ShiftEntry[]; crews: string[]; rotation: RotationEntry | null; holidays: Record<string, ShiftEntry[]>; exceptions: Record<string, ExceptionEntry> }
export interface CalendarDetail extends Calendar { version: string; definition: Definition; holiday_dates: Record<string, Record<string, string>> }
export interface HolidayList { key: string; name: string | null; dates: Record<string, string> }
export interface HistoryEntry { at: string; by: string | null; operation: string | null; reason: string | null; audit_id: number | null; corrected: boolean; changes: [string, unknown, unknown][] }

export interface ShiftSeen { id: string; name: string; start: string; end: string; crew: string | null; breaks: { name: string | null; start: string; end: string }[] }
export interface ShiftChange { before: ShiftSeen | null; after: ShiftSeen | null }
export interface Touched extends Node { start: string; end: string; settled: number }
export interface Preview { needs_reason: boolean; shifts: ShiftChange[]; more_shifts: number; equipment: Touched[] }

const path = (key: string) => `/calendars/${encodeURIComponent(key)}`;
const items = async <Item>(address: string, query: Record<string, string>, signal: AbortSignal) => (await get<Page<Item>>(address, query, signal)).items;

export const calendarsQuery = () => queryOptions({ queryKey: ["/calendars"], queryFn: ({ signal }) => items<Calendar>("/calendars", {}, signal) });
export const calendarQuery = (key: string) => queryOptions({ queryKey: ["/calendars", key], queryFn: ({ signal }) => get<CalendarDetail>(path(key), {}, signal) });
export const daysQuery = (key: string, start: string, end: string) =>
  queryOptions({ queryKey: ["/calendars", key, "days", start, end], queryFn: ({ signal }) => items<Day>(`${path(key)}/days`, { start, end }, signal) });
export const historyQuery = (key: string) => queryOptions({ queryKey: ["/calendars", key, "history"], queryFn: ({ signal }) => items<HistoryEntry>(`${path(key)}/history`, {}, signal) });
export const holidaysQuery = () => queryOptions({ queryKey: ["/calendars", "holidays"], queryFn: ({ signal }) => items<HolidayList>("/holidays", {}, signal) });

/** A change of one calendar: an exception of a date (null takes it away), or all of its pattern. */
export type Wanted = { date: string; exception: ExceptionEntry | null } | { body: Definition };

/** `wanted` is a Wanted as JSON. */
export const previewQuery = (key: string, wanted: string) =>
  queryOptions({ queryKey: ["/calendars", key, "preview", wanted], queryFn: () => post<Preview>(`${path(key)}/preview`, JSON.parse(wanted)), retry: false, staleTime: 0 });

function send(key: string, wanted: Wanted, more: { reason?: string; seen?: string }) {
  if ("body" in wanted) return change("PUT", path(key), { body: wanted.body, ...more });
  const date = `${path(key)}/exceptions/${wanted.date}`;
  return wanted.exception ? change("PUT", date, { exception: wanted.exception, ...more }) : change("POST", `${date}/remove`, more);
}

const refresh = (client: QueryClient) =>
  client.invalidateQueries({ predicate: ({ queryKey: [first] }) => typeof first === "string" && (first === "/calendars" || first.endsWith("/shifts")) });

/** `onDone` gets the number of the audit row, by which it can be undone. */
export function useChange(key: string, onDone: (audit: string | null) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ wanted, reason, seen }: { wanted: Wanted; reason: string; seen: string }) => send(key, wanted, { ...(seen ? { seen } : {}), ...(reason.trim() ? { reason: reason.trim() } : {}) }),
    onSuccess: ({ auditId }) => { onDone(auditId); void refresh(client); },
  });
}

export function useUndo(reason: string, onDone: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (audit: string) => change("POST", `/audit/${audit}/undo`, { reason }),
    onSuccess: () => { onDone(); void refresh(client); },
  });
}
