// Which tags the table shows, and in which order; thousands of them, several times a minute.
import type { Signal } from "@/api/types";
import { type Newest, peekNewest } from "@/signals/newest";
import { type Grade, GRADES, gradeOf } from "@/signals/quality";

export const COLUMNS = ["property", "equipment", "value", "quality", "ts", "device", "address", "connection"] as const;
export type Column = (typeof COLUMNS)[number];
export const INTERNAL = "-"; // in the address: tags without a connection
export interface Filter { text: string; connection: string | null; grade: Grade | null; sort: Column; down: boolean }
export interface Found { tag: Signal; equipment: string; haystack: string }

const order = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
const fold = (text: string) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** What is looked for is made once per reading of the plant, not with every key. */
export const foundOf = (tags: readonly Signal[]): Found[] =>
  tags.map((tag) => {
    const equipment = tag.path.slice(0, tag.path.length - tag.property.length - 1);
    return { tag, equipment, haystack: fold(`${tag.path} ${tag.address ?? ""}`) };
  });

const LATEST: ReadonlySet<Column> = new Set(["value", "quality", "ts", "device"]);
/** Whether the rows depend on what comes live. */
export const follows = (filter: Filter): boolean => filter.grade !== null || LATEST.has(filter.sort);

type Key = number | string;
function keyOf(found: Found, sort: Column, newest: Newest | null): Key {
  const { tag } = found;
  switch (sort) {
    case "property": return tag.property;
    case "equipment": return found.equipment;
    case "connection": return tag.connection ?? "";
    case "address": return tag.address ?? "";
    case "quality": return newest ? GRADES.indexOf(gradeOf(newest.quality)) : GRADES.length;
    case "ts": return newest?.tsMs ?? Number.NEGATIVE_INFINITY;
    case "device": return newest?.deviceMs ?? Number.NEGATIVE_INFINITY;
    case "value": return typeof newest?.value === "string" ? newest.value : Number(newest?.value ?? Number.NEGATIVE_INFINITY);
  }
}

/** Numbers before texts; equal keys keep the order of the paths. */
function compare(a: Key, b: Key): number {
  if (typeof a === "number" && typeof b === "number") return a === b ? 0 : a < b ? -1 : 1;
  if (typeof a === "number" || typeof b === "number") return typeof a === "number" ? -1 : 1;
  return order.compare(a, b);
}

export function rowsOf(all: readonly Found[], filter: Filter, newest: (tag: Signal) => Newest | null = peekNewest): Found[] {
  const parts = fold(filter.text).split(/\s+/).filter(Boolean);
  const fits = ({ tag, haystack }: Found) =>
    (filter.connection === null || (tag.connection ?? INTERNAL) === filter.connection) && parts.every((part) => haystack.includes(part));
  const now = follows(filter) ? newest : () => null;
  const keyed = all.filter(fits).map((found) => ({ found, newest: now(found.tag) })).filter((one) => filter.grade === null || (one.newest !== null && gradeOf(one.newest.quality) === filter.grade));
  const sorted = keyed.map((one) => ({ found: one.found, key: keyOf(one.found, filter.sort, one.newest) })).sort((a, b) => compare(a.key, b.key));
  if (filter.down) sorted.reverse();
  return sorted.map((one) => one.found);
}
