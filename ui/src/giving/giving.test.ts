// A file says of what it is before it says anything, and its moments stand on the clock that it names.
import { describe, expect, it } from "vitest";
import { onClock } from "@/giving/about";
import { csvText } from "@/giving/table";
import { xlsxOf } from "@/giving/xlsx";
import { zoned } from "@/show/format";

const about = [["Period", "a – b"], ["Time zone", "Europe/Prague"]] as const;
const table = { name: "Stops", head: ["Start", "Duration (s)"], rows: [["2026-11-27T10:00:00Z", 90]], about };

describe("the row above the table", () => {
  it("is the first of a CSV", () => expect(csvText(table, "en").split("\r\n").slice(0, 2)).toEqual(["\ufeffPeriod,a – b,Time zone,Europe/Prague", "Start,Duration (s)"]));
  it("is the first of a workbook, stays in view with the names below it, which alone are bold", () => {
    const text = new TextDecoder().decode(xlsxOf(table));
    expect(text).toContain('<pane ySplit="2" topLeftCell="A3"');
    expect(text).toContain('<c r="A1" t="inlineStr"><is><t xml:space="preserve">Period</t>');
    expect(text).toContain('<c r="A2" t="inlineStr" s="1">');
    expect(text).toContain('<c r="B3"><v>90</v></c>');
  });
});

describe("moments", () => {
  it.each([
    ["2026-07-01T10:00:00Z", "2026-07-01T12:00:00+02:00"],
    ["2026-11-27T10:00:00.123456Z", "2026-11-27T11:00:00.123456+01:00"],
    ["2026-10-25T00:30:00Z", "2026-10-25T02:30:00+02:00"], // the hour that comes twice: the first
    ["2026-10-25T01:30:00+00:00", "2026-10-25T02:30:00+01:00"], // and the second
    ["2026-11-27", "2026-11-27"],
    ["lot 2026-11-27T10:00:00Z", "lot 2026-11-27T10:00:00Z"],
  ])("%s is %s", (text, said) => expect(onClock({ ...table, rows: [[text, null, 3]] }, "Europe/Prague").rows).toEqual([[said, null, 3]]));
  it("west of Greenwich and half an hour off", () => expect([zoned(0, "America/St_Johns"), zoned(0, "Asia/Kolkata")]).toEqual(["1969-12-31T20:30:00-03:30", "1970-01-01T05:30:00+05:30"]));
});
