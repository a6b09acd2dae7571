// A table as somebody sees it, read off the screen: for rows that are alive and know their figures only themselves.
import type { Cell, Table } from "@/giving/table";

const UNSEEN = ".visually-hidden, [aria-hidden=true], svg, .screen-only";

/** The words of a cell, one after the other, without what is drawn or only read out. */
function wordsIn(cell: Element): string {
  const copy = cell.cloneNode(true) as Element;
  for (const one of copy.querySelectorAll(UNSEEN)) one.remove();
  const walk = document.createTreeWalker(copy, NodeFilter.SHOW_TEXT);
  const found: string[] = [];
  while (walk.nextNode()) found.push((walk.currentNode.textContent ?? "").trim());
  return found.filter(Boolean).join(" ");
}

/** A cell with one figure and nothing beside it gives the figure, exact; any other its words. */
function cellOf(cell: Element): Cell {
  const said = wordsIn(cell);
  const figures = cell.querySelectorAll("[data-given]");
  const figure = figures.length === 1 ? figures[0] : undefined;
  if (!figure || wordsIn(figure) !== said) return said || null;
  const given = (figure as HTMLElement).dataset["given"] ?? "";
  return given !== "" && Number.isFinite(Number(given)) ? Number(given) : given || null;
}

const cellsIn = (row: HTMLTableRowElement): Element[] => [...row.cells].filter((cell) => !cell.matches(".screen-only"));
/** The cells of a row, each where its column stands. */
const placed = (row: HTMLTableRowElement): (Element | undefined)[] => cellsIn(row).flatMap((cell) => [cell, ...Array.from({ length: (cell as HTMLTableCellElement).colSpan - 1 }, () => undefined)]);
const unitIn = (cell: Element | undefined): string => (cell?.querySelector("[data-unit]") as HTMLElement | null)?.dataset["unit"] ?? "";

/** Heads with the unit in which the figures below them are given; a row that spans the table is one cell. */
export function seen(table: HTMLTableElement): Pick<Table, "head" | "rows"> {
  const [first, ...others] = [...table.rows];
  const heads = first ? cellsIn(first).map(wordsIn) : [];
  const units = heads.map((_, place) => others.map((row) => unitIn(placed(row)[place])).find(Boolean) ?? "");
  return {
    head: heads.map((name, place) => (units[place] ? `${name} (${units[place]})` : name)),
    rows: others.map((row) => placed(row).map((cell) => (cell ? cellOf(cell) : null))),
  };
}
