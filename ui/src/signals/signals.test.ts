// A quality must be read as OPC means it, and a file must not run in the spreadsheet that opens it.
import { describe, expect, it } from "vitest";
import type { Tag } from "@/api/types";
import { csvOf } from "@/signals/csv";
import { newestOf, valueWithUnit } from "@/signals/newest";
import { gradeOf, marksOf } from "@/signals/quality";

const tag: Tag = { id: 1, path: "a.speed", property: "speed", kind: "f64", unit: "Cel", connection: null, address: null, last: { value: 1.5, ts: "2026-11-20T05:00:00Z", quality: 0xc0, quality_name: "GOOD", ts_device: "2026-11-20T04:59:59Z" } };
const loadedMs = Date.parse("2026-11-20T05:00:00Z");

describe("qualities", () => {
  it.each([[0xc0, "good"], [0xd8, "good"], [0x40, "uncertain"], [0x54, "uncertain"], [0, "bad"], [0x18, "bad"], [0x80, "bad"], [0x1c0, "good"]] as const)("0x%i is %s", (quality, grade) => expect(gradeOf(quality)).toBe(grade));
  it("carry our own marks", () => expect(marksOf(0x03c0)).toEqual(["reanchored", "held"]));
});

describe("the newest value", () => {
  it.each([
    ["live and newer", { tsMs: loadedMs + 1, value: 2, quality: 0xc0 }, 2, null],
    ["live and older", { tsMs: loadedMs - 1, value: 2, quality: 0xc0 }, 1.5, loadedMs - 1000],
    ["live and the same moment: the one that was read also knows the device's clock", { tsMs: loadedMs, value: 1.5, quality: 0xc0 }, 1.5, loadedMs - 1000],
    ["nothing live", null, 1.5, loadedMs - 1000],
  ] as const)("%s", (...[, live, value, deviceMs]) => expect(newestOf(tag, live)).toMatchObject({ value, deviceMs }));
  it("of a yes or no is a yes or no", () => expect(newestOf({ ...tag, kind: "bool" }, { tsMs: loadedMs + 1, value: 1, quality: 0xc0 })?.value).toBe(true));
  it.each([[0xc0, "2.5\u2009°C"], [0x54, "2.5\u2009°C"], [0x18, "–"]])("of quality %i is written %s", (quality, text) => expect(valueWithUnit({ value: 2.5, tsMs: 0, quality, deviceMs: null }, tag, "en")).toBe(text));
});

describe("csv", () => {
  it.each([
    [["plain", 1.5, null, true], "plain,1.5,,true\r\n"],
    [["a,b", 'say "x"', "two\nlines"], '"a,b","say ""x""","two\nlines"\r\n'],
    [["=1+1", "@sum", -4], "'=1+1,'@sum,-4\r\n"],
  ])("%j", (row, text) => expect(csvOf([row])).toBe(text));
});
