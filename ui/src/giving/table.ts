// What a screen shows, as a table that may leave it: the same rows in every kind of file.
import { csvOf } from "@/signals/csv";

export type Cell = string | number | null;
/** `name`: of the file, without its ending. */
export interface Table { name: string; head: readonly string[]; rows: readonly (readonly Cell[])[] }

const UNFIT = /[^\p{L}\p{N}.-]+/gu;
export const fileName = (table: Table, ending: string): string => `${table.name.replace(UNFIT, "_").replace(/^_+|_+$/g, "")}.${ending}`;
export const csvText = ({ head, rows }: Table): string => `\ufeff${csvOf([head, ...rows])}`;

/** Hand bytes or text to the person as a file. */
export function handOut(name: string, content: BlobPart, type: string): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
