// Which of a hundred thousand tags are on screen: the server finds and orders them, the browser holds the stretches in view.
import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { foundQuery } from "@/api/queries";
import type { Signal, Signals } from "@/api/types";
import type { Grade } from "@/signals/quality";

export const COLUMNS = ["property", "equipment", "value", "quality", "ts", "device", "address", "connection"] as const;
export type Column = (typeof COLUMNS)[number];
export const KINDS = ["f64", "i64", "u64", "bool", "str", "json"] as const;
export type Kind = (typeof KINDS)[number];
export const INTERNAL = "-"; // in the address: tags without a connection
export const STRETCH = 100; // rows asked for at once: two screens of them
const FOLLOW_MS = 5_000; // an order by value that changed with every value could not be read

export interface Filter { text: string; connection: string | null; grade: Grade | null; kind: Kind | null; sort: Column; down: boolean }

const LATEST: ReadonlySet<Column> = new Set(["value", "quality", "ts", "device"]);
/** Whether the rows depend on what comes live. */
export const follows = (filter: Filter): boolean => filter.grade !== null || LATEST.has(filter.sort);

type Asked = Record<string, string | number | null>;
/** A filter as the server is asked. */
export const askedOf = (filter: Filter, equipment: number | null): Asked => ({
  equipment, connection: filter.connection, find: filter.text.trim() || null, quality: filter.grade, kind: filter.kind, sort: filter.sort, down: filter.down ? "true" : null, limit: STRETCH,
});

/** The first rows of the stretches that hold the rows `from` to `to`, both included. */
export function stretchesOf(from: number, to: number): number[] {
  const first = Math.floor(Math.max(0, from) / STRETCH);
  const last = Math.max(first, Math.floor(Math.max(0, to) / STRETCH));
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * STRETCH);
}

const freshness = (filter: Filter) => (follows(filter) ? { staleTime: FOLLOW_MS, refetchInterval: FOLLOW_MS } : { staleTime: 60_000 });

/** How many fit, and the first of them; while another filter is asked, what was found before. */
export const useFound = (filter: Filter, equipment: number | null) =>
  useQuery({ ...foundQuery({ ...askedOf(filter, equipment), skip: 0 }), ...freshness(filter), placeholderData: keepPreviousData });

/** The row at a place, or undefined while its stretch is on its way. */
export function useRows(filter: Filter, equipment: number | null, span: { from: number; to: number }): (index: number) => Signal | undefined {
  const asked = askedOf(filter, equipment);
  const starts = stretchesOf(span.from, span.to);
  const found = useQueries({ queries: starts.map((skip) => ({ ...foundQuery({ ...asked, skip }), ...freshness(filter) })) });
  return (index) => {
    const at = starts.findIndex((start) => index >= start && index < start + STRETCH);
    const stretch: Signals | undefined = found[at]?.data;
    return stretch?.items[index - (starts[at] ?? 0)];
  };
}
