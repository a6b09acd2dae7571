// What a screen shows as a file that a spreadsheet opens: RFC 4180, UTF-8; in German with semicolons and decimal commas, as a German one reads it.
import type { Language } from "@/words/language";

type Cell = string | number | boolean | null | undefined;
const FORMULA = /^[=+\-@\t\r]/; // a spreadsheet would run a text that begins so

function cellText(cell: Cell, language: Language): string {
  if (cell === null || cell === undefined) return "";
  if (typeof cell === "number") return language === "de" ? String(cell).replace(".", ",") : String(cell);
  if (typeof cell !== "string") return String(cell);
  const harmless = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",;\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

export const csvOf = (rows: readonly (readonly Cell[])[], language: Language): string => rows.map((row) => `${row.map((cell) => cellText(cell, language)).join(language === "de" ? ";" : ",")}\r\n`).join("");

/** Hand the rows to the browser as a download. */
export function download(name: string, rows: readonly (readonly Cell[])[], language: Language): void {
  const address = URL.createObjectURL(new Blob(["\ufeff", csvOf(rows, language)], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name.replaceAll(/[^\w.-]+/g, "_");
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
