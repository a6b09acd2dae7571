// What a screen shows, as a table that may leave it: the same rows in every kind of file, under a row that says of what.
import { csvOf } from "@/signals/csv";
import type { Language } from "@/words/language";

export type Cell = string | number | null;
/** `name`: of the file, without its ending. `about`: of what it is and when that was known, as names and values; the first row of a file. */
export interface Table { name: string; head: readonly string[]; rows: readonly (readonly Cell[])[]; about?: readonly (readonly [name: string, value: string])[] }

const UNFIT = /[^\p{L}\p{N}.-]+/gu;
export const fileName = (table: Table, ending: string): string => `${table.name.replace(UNFIT, "_").replace(/^_+|_+$/g, "")}.${ending}`;
/** The rows above the first one of the table itself. */
export const headsOf = ({ about, head }: Table): (readonly Cell[])[] => [...(about ? [about.flat()] : []), head];
export const csvText = (table: Table, language: Language): string => `\ufeff${csvOf([...headsOf(table), ...table.rows], language)}`;

/** Hand bytes or text to the person as a file. */
export function handOut(name: string, content: BlobPart, type: string): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
