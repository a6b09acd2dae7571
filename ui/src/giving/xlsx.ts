// A table as a workbook of one sheet (ECMA-376): texts stay texts, numbers stay numbers, nothing is run as a formula.
import { type Cell, headsOf, type Table } from "@/giving/table";

const NAMES = { main: "http://schemas.openxmlformats.org/spreadsheetml/2006/main", office: "http://schemas.openxmlformats.org/officeDocument/2006/relationships", package: "http://schemas.openxmlformats.org/package/2006" } as const;
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
export const XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const TEXT_MAX = 32_767; // characters of one cell

/** Characters that XML 1.0 cannot hold. */
const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
const escaped = (text: string) => text.slice(0, TEXT_MAX).replace(UNWRITABLE, "").replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** 0 → A, 25 → Z, 26 → AA. */
export function columnName(place: number): string {
  const letter = String.fromCharCode(65 + (place % 26));
  return place < 26 ? letter : columnName(Math.floor(place / 26) - 1) + letter;
}

function cellXml(cell: Cell, where: string, style: string): string {
  if (cell === null || cell === "") return "";
  if (typeof cell === "number") return Number.isFinite(cell) ? `<c r="${where}"${style}><v>${cell}</v></c>` : "";
  return `<c r="${where}" t="inlineStr"${style}><is><t xml:space="preserve">${escaped(cell)}</t></is></c>`;
}

const rowXml = (cells: readonly Cell[], number: number, style = "") => `<row r="${number}">${cells.map((cell, i) => cellXml(cell, `${columnName(i)}${number}`, style)).join("")}</row>`;

function sheetXml(table: Table): string {
  const { head, rows } = table;
  const heads = headsOf(table);
  const below = heads.length;
  const widths = head.map((name, i) => Math.min(60, Math.max(name.length, ...rows.slice(0, 200).map((row) => String(row[i] ?? "").length)) + 2));
  const columns = widths.map((width, i) => `<col min="${i + 1}" max="${i + 1}" width="${width}" customWidth="1"/>`).join("");
  const frozen = `<sheetViews><sheetView workbookViewId="0"><pane ySplit="${below}" topLeftCell="A${below + 1}" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>`;
  const headXml = heads.map((cells, i) => rowXml(cells, i + 1, cells === head ? ' s="1"' : "")).join("");
  return `${HEAD}<worksheet xmlns="${NAMES.main}">${frozen}<cols>${columns}</cols><sheetData>${headXml}${rows.map((row, i) => rowXml(row, below + i + 1)).join("")}</sheetData></worksheet>`;
}

function partsOf(table: Table): [name: string, text: string][] {
  const sheet = escaped(table.name.replace(/[[\]:*?/\\]/g, " ").slice(0, 31).trim() || "1");
  const type = (part: string, kind: string) => `<Override PartName="/xl/${part}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.${kind}+xml"/>`;
  const relation = (id: string, kind: string, target: string) => `<Relationship Id="${id}" Type="${NAMES.office}/${kind}" Target="${target}"/>`;
  const relations = (inner: string) => `${HEAD}<Relationships xmlns="${NAMES.package}/relationships">${inner}</Relationships>`;
  const font = (inner: string) => `<font>${inner}<sz val="11"/><name val="Calibri"/></font>`;
  return [
    ["[Content_Types].xml", `${HEAD}<Types xmlns="${NAMES.package}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${type("workbook", "sheet.main")}${type("worksheets/sheet1", "worksheet")}${type("styles", "styles")}</Types>`],
    ["_rels/.rels", relations(relation("r1", "officeDocument", "xl/workbook.xml"))],
    ["xl/workbook.xml", `${HEAD}<workbook xmlns="${NAMES.main}" xmlns:r="${NAMES.office}"><sheets><sheet name="${sheet}" sheetId="1" r:id="r1"/></sheets></workbook>`],
    ["xl/_rels/workbook.xml.rels", relations(relation("r1", "worksheet", "worksheets/sheet1.xml") + relation("r2", "styles", "styles.xml"))],
    ["xl/styles.xml", `${HEAD}<styleSheet xmlns="${NAMES.main}"><fonts count="2">${font("")}${font("<b/>")}</fonts><fills count="1"><fill><patternFill patternType="none"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf/><xf fontId="1" applyFont="1"/></cellXfs></styleSheet>`],
    ["xl/worksheets/sheet1.xml", sheetXml(table)],
  ];
}

const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
  let crc = n;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc >>> 0;
});
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (CRC[(crc ^ byte) & 255] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

const DOS_DAY = 0x0021; // 1 January 1980: the same table gives the same bytes
/** The fields that a file has in front of it and in the directory of a ZIP, stored as it is. */
function entry(name: Uint8Array, content: Uint8Array): number[] {
  const size = content.length;
  return [...le(20, 2), ...le(0x0800, 2), ...le(0, 2), ...le(0, 2), ...le(DOS_DAY, 2), ...le(crc32(content), 4), ...le(size, 4), ...le(size, 4), ...le(name.length, 2), ...le(0, 2)];
}
const le = (value: number, bytes: number) => Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) & 255);

export function xlsxOf(table: Table): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder();
  const files = partsOf(table).map(([name, xml]) => ({ name: text.encode(name), content: text.encode(xml) }));
  const pieces: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const { name, content } of files) {
    const fields = entry(name, content);
    directory.push(Uint8Array.from([...le(0x02014b50, 4), ...le(20, 2), ...fields, ...le(0, 2), ...le(0, 2), ...le(0, 2), ...le(0, 4), ...le(at, 4), ...name]));
    const head = Uint8Array.from([...le(0x04034b50, 4), ...fields, ...name]);
    pieces.push(head, content);
    at += head.length + content.length;
  }
  const long = directory.reduce((sum, one) => sum + one.length, 0);
  const end = Uint8Array.from([...le(0x06054b50, 4), ...le(0, 4), ...le(files.length, 2), ...le(files.length, 2), ...le(long, 4), ...le(at, 4), ...le(0, 2)]);
  const whole = new Uint8Array(at + long + end.length);
  let place = 0;
  for (const piece of [...pieces, ...directory, end]) {
    whole.set(piece, place);
    place += piece.length;
  }
  return whole;
}
