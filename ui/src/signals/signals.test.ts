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
  const live = (more: object) => ({ tsMs: loadedMs + 1, value: 2, text: null, quality: 0xc0, deviceMs: null, ...more });
  it.each([
    ["live and newer", live({}), 2, null],
    ["live with the device's own time", live({ deviceMs: loadedMs - 5 }), 2, loadedMs - 5],
    ["a text", live({ value: Number.NaN, text: "cola" }), "cola", null],
    ["live without a value", live({ value: Number.NaN, quality: 0x18 }), null, null],
    ["live and older", live({ tsMs: loadedMs - 1 }), 1.5, loadedMs - 1000],
    ["live and the same moment: what was read is the whole text", live({ tsMs: loadedMs }), 1.5, loadedMs - 1000],
    ["nothing live", null, 1.5, loadedMs - 1000],
  ] as const)("%s", (...[, value, shown, deviceMs]) => expect(newestOf(tag, value)).toMatchObject({ value: shown, deviceMs }));
  it("of a yes or no is a yes or no", () => expect(newestOf({ ...tag, kind: "bool" }, live({ value: 1 }))?.value).toBe(true));
  it.each([[0xc0, "2.5\u2009°C"], [0x54, "2.5\u2009°C"], [0x18, "–"]])("of quality %i is written %s", (quality, text) => expect(valueWithUnit({ value: 2.5, tsMs: 0, quality, deviceMs: null }, tag, "en")).toBe(text));
});

describe("csv", () => {
  it.each([
    [["plain", 1.5, null, true], "plain,1.5,,true\r\n"],
    [["a,b", 'say "x"', "two\nlines"], '"a,b","say ""x""","two\nlines"\r\n'],
    [["=1+1", "@sum", -4], "'=1+1,'@sum,-4\r\n"],
  ])("%j", (row, text) => expect(csvOf([row], "en")).toBe(text));
  it("is one that a German spreadsheet reads", () => expect(csvOf([["a;b", "1,5 bar", 1.5, -0.25, 1e21, null, "=1+1"]], "de")).toBe("\"a;b\";\"1,5 bar\";1,5;-0,25;1e+21;;'=1+1\r\n"));
});
