// What is typed must be said as it was meant, or not at all.
import { describe, expect, it } from "vitest";
import { askedOf, valueOf, type Wish } from "@/corrections/corrections";
import { rowsOf } from "@/corrections/preview";
import { beside } from "@/screens/tag/samples";

const T0 = Date.UTC(2026, 0, 5, 6);
const wish = (change: Partial<Wish>): Wish => ({ what: "amend", how: "value", t0: T0, t1: T0 + 60_000, value: "", scale: 1, offset: 0, quality: "good", ...change });
const span = { start: "2026-01-05T06:00:00.000Z", end: "2026-01-05T06:01:00.000Z" };

describe("a correction as it is asked for", () => {
  it.each([
    ["a value that is not typed yet", { how: "value" }, null],
    ["a value", { how: "value", value: "7" }, { ...span, value: "7" }],
    ["a scale of nothing", { how: "scale" }, null],
    ["a scale", { how: "scale", scale: 10 }, { ...span, scale: 10, offset: 0 }],
    ["a quality alone", { how: "quality", quality: "bad" }, { ...span, quality: "bad" }],
    ["a stretch to be left out", { what: "delete" }, span],
    ["a sample without a value yet", { what: "insert" }, null],
    ["a sample", { what: "insert", value: "7" }, { start: span.start, quality: "good", value: "7" }],
    ["a sample that says that there was none", { what: "insert", quality: "bad", value: "7" }, { start: span.start, quality: "bad" }],
    ["a stretch that runs backwards", { what: "delete", t1: T0 }, null],
    ["a moment that is none", { what: "insert", value: "7", t0: Number.NaN }, null],
  ] satisfies [string, Partial<Wish>, unknown][])("%s", (_name, change, expected) => expect(askedOf(wish(change))).toEqual(expected));
  it.each([["f64", "1.5", 1.5], ["i64", "-3", -3], ["bool", "false", false], ["bool", "true", true], ["str", "12", "12"]])("of a %s, %s is %j", (kind, text, value) => expect(valueOf({ kind }, text)).toEqual(value));
});

const sample = (ts: string, value: number) => ({ ts, value, quality: 192, quality_name: "GOOD", ts_device: null });

describe("before and after, side by side", () => {
  it("pairs what is of one moment, in the order in which it stands", () => {
    const rows = rowsOf({ before: [sample("1", 1), sample("1", 2), sample("3", 3)], after: [sample("1", 9), sample("2", 5)] });
    expect(rows.map(({ ts, before, after }) => [ts, before?.value, after?.value])).toEqual([["1", 1, 9], ["1", 2, undefined], ["2", undefined, 5], ["3", 3, undefined]]);
  });
  it("shows only as far back as both lists reach, newest first", () => {
    const sent = Array.from({ length: 100 }, (_, i) => sample(String(900 - i), i));
    const found = beside([sample("900", 7), sample("500", 1)], sent);
    expect(found).toHaveLength(100);
    expect(found[0]).toMatchObject({ ts: "900", now: { value: 7 }, sent: { value: 0 } });
    expect(found[1]).toMatchObject({ ts: "899", now: undefined, sent: { value: 1 } });
  });
});
