// Signals as they lie in a spreadsheet: name, address, kind, unit, scale, offset, scan; with a heading in any order, or without.
import { KINDS, type Kind, newSignal, propertyOf, type Signal } from "@/screens/connect/draft";

const FIELDS = ["property", "address", "kind", "unit", "scale", "offset", "scan"] as const;
type FieldName = (typeof FIELDS)[number];
const CALLED: Readonly<Record<string, FieldName>> = {
  property: "property", name: "property", tag: "property", signal: "property", "tag name": "property", bezeichnung: "property",
  address: "address", adresse: "address", register: "address", node: "address", "node id": "address", nodeid: "address",
  kind: "kind", type: "kind", art: "kind", typ: "kind", datentyp: "kind", "data type": "kind",
  unit: "unit", einheit: "unit", scale: "scale", faktor: "scale", factor: "scale", skalierung: "scale", offset: "offset", versatz: "offset", scan: "scan", abfrage: "scan",
};
const KIND_CALLED: Readonly<Record<string, Kind>> = {
  bool: "bool", boolean: "bool", bit: "bool", int: "i64", integer: "i64", int16: "i64", int32: "i64", int64: "i64", dint: "i64", uint: "u64", uint16: "u64", uint32: "u64", word: "u64", dword: "u64",
  float: "f64", real: "f64", double: "f64", float32: "f64", float64: "f64", lreal: "f64", number: "f64", string: "str", text: "str",
};

function cellsOf(line: string): string[] {
  if (line.includes("\t")) return line.split("\t");
  const by = line.includes(";") && !/(?:^|[\s,])(?:ns|nsu)=/.test(line) ? ";" : ","; // `ns=2;s=Speed` keeps its semicolon
  return [...line.matchAll(new RegExp(`(?:^|${by})(?:"((?:[^"]|"")*)"|([^${by}]*))`, "g"))].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? "");
}

const headingOf = (cells: readonly string[]): (FieldName | undefined)[] | null => {
  const named = cells.map((cell) => CALLED[cell.trim().toLowerCase()]);
  return named.includes("address") ? named : null;
};

const kindOf = (text: string): Kind | "" => {
  const word = text.trim().toLowerCase();
  return KINDS.find((kind) => kind === word) ?? KIND_CALLED[word] ?? "";
};
const numberOf = (text: string, otherwise: string): string => {
  const plain = text.trim().replace(/^(-?\d+),(\d+)$/, "$1.$2"); // 0,1 as many a spreadsheet writes it
  return plain && Number.isFinite(Number(plain)) ? plain : otherwise;
};

const RANGE = /^(\d{5,6})\s*(?:-|–|\.{2,3}|…)\s*(\d{5,6})(:[a-z]+(\d*))?$/i;
export const RANGE_MAX = 250; // more at once is no look at a device any more, and two requests of a Modbus device
const WORD_BITS = 16;

/** `40001-40016` as all its addresses, as of a device of which nobody has papers; `:uint32` takes two registers each. */
function spread(address: string): string[] {
  const [, first, last, type = "", bits] = RANGE.exec(address) ?? [];
  if (first === undefined || last === undefined || first.length !== last.length || first[0] !== last[0]) return [address];
  const step = Math.max(1, Number(bits || WORD_BITS) / WORD_BITS);
  const count = Math.floor((Number(last) - Number(first) + 1) / step);
  if (count < 1 || count > RANGE_MAX) return [address];
  return Array.from({ length: count }, (_, n) => String(Number(first) + n * step).padStart(first.length, "0") + type);
}

/** The rows of a pasted text, each with an address; `skipped` are those without one. */
export function pasted(text: string): { signals: Signal[]; skipped: number } {
  const rows = text.split(/\r?\n/).filter((line) => line.trim() !== "").map((line) => cellsOf(line).map((cell) => cell.trim()));
  const heading = headingOf(rows[0] ?? []);
  const order = heading ?? FIELDS;
  const signals: Signal[] = [];
  let skipped = 0;
  for (const cells of heading ? rows.slice(1) : rows) {
    const cell = (name: FieldName) => cells[order.indexOf(name)] ?? "";
    const alone = cells.length === 1 && !heading ? cells[0] ?? "" : "";
    const address = alone || cell("address");
    if (!address) { skipped += 1; continue; }
    const name = alone ? "" : cell("property");
    const all = spread(address);
    for (const [n, one] of all.entries()) signals.push({ ...newSignal(), property: propertyOf(name && all.length > 1 ? `${name} ${n + 1}` : name || one), address: one, kind: kindOf(cell("kind")), unit: cell("unit"), scale: numberOf(cell("scale"), "1"), offset: numberOf(cell("offset"), "0"), scan: cell("scan") || "default" });
  }
  return { signals, skipped };
}
