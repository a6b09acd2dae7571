// A spreadsheet program must open it: names, sums of check and places in the ZIP are right, and text stays text.
import { describe, expect, it } from "vitest";
import { columnName, crc32, xlsxOf } from "@/giving/xlsx";
import { csvText, fileName } from "@/giving/table";

const table = { name: "Stops: Line 1 / 2026", head: ["Machine", "min"], rows: [["=1+1", 2.5], ['<a> & "b"', null], ["Käse", 3]] };
const bytes = xlsxOf(table);
const text = new TextDecoder().decode(bytes);

describe("xlsx", () => {
  it.each([[0, "A"], [25, "Z"], [26, "AA"], [701, "ZZ"], [702, "AAA"]])("column %i is %s", (place, name) => expect(columnName(place)).toBe(name));
  it("has the sum of check of the standard", () => expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926));
  it("writes texts as texts and numbers as numbers", () => {
    expect(text).toContain('<c r="A2" t="inlineStr"><is><t xml:space="preserve">=1+1</t></is></c><c r="B2"><v>2.5</v></c>');
    expect(text).toContain("&lt;a&gt; &amp; &quot;b&quot;");
    expect(text).not.toContain('r="B3"');
  });
  it("ends with a directory that finds every file", () => {
    const view = new DataView(bytes.buffer);
    const end = bytes.length - 22;
    expect(view.getUint32(end, true)).toBe(0x06054b50);
    let at = view.getUint32(end + 16, true);
    const names: string[] = [];
    for (let n = 0; n < view.getUint16(end + 10, true); n++) {
      const [size, long, local] = [view.getUint32(at + 24, true), view.getUint16(at + 28, true), view.getUint32(at + 42, true)];
      const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + long));
      expect(view.getUint32(local, true)).toBe(0x04034b50);
      expect(crc32(bytes.subarray(local + 30 + long, local + 30 + long + size)), name).toBe(view.getUint32(at + 16, true));
      names.push(name);
      at += 46 + long;
    }
    expect(names).toEqual(["[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml", "xl/worksheets/sheet1.xml"]);
  });
});

describe("the same table", () => {
  it("as CSV", () => expect(csvText(table, "en")).toBe('\ufeffMachine,min\r\n\'=1+1,2.5\r\n"<a> & ""b""",\r\nKäse,3\r\n'));
  it("under a name that every system takes", () => expect(fileName(table, "xlsx")).toBe("Stops_Line_1_2026.xlsx"));
});
