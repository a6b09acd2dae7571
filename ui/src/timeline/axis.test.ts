// Marks stand on the plant's round hours, also on the days when the clocks change.
import { describe, expect, it } from "vitest";
import { labels, ticks } from "@/timeline/axis";
import { barAt, barsOf } from "@/timeline/paint";

const zone = "Europe/Prague";
const at = (iso: string) => Date.parse(iso);
const marks = (t0: string, t1: string, width: number) => ticks(at(t0), at(t1), { width, zone }).map((tick) => new Date(tick.ms).toISOString().slice(5, 16));

describe("ticks", () => {
  it("a shift gets its full hours", () => expect(marks("2026-11-23T05:00:00Z", "2026-11-23T13:00:00Z", 600)).toEqual(["11-23T05:00", "11-23T06:00", "11-23T07:00", "11-23T08:00", "11-23T09:00", "11-23T10:00", "11-23T11:00", "11-23T12:00", "11-23T13:00"]));
  it("a week gets local midnights, over the end of summer time", () => expect(marks("2026-10-23T12:00:00Z", "2026-10-27T12:00:00Z", 400)).toEqual(["10-23T22:00", "10-24T22:00", "10-25T23:00", "10-26T23:00"]));
  it("never crowds", () => expect(ticks(at("2026-01-01T00:00:00Z"), at("2026-12-31T00:00:00Z"), { width: 600, zone }).length).toBeLessThan(30));
});

describe("labels", () => {
  const name = ({ ms, style }: { ms: number; style: string }) => (style === "day" ? "Thu 26 Nov" : new Date(ms).toISOString().slice(11, 16));
  const said = (t0: string, t1: string, width: number) => {
    const at0 = at(t0);
    return labels(ticks(at0, at(t1), { width, zone }), { width, at: (ms) => ((ms - at0) / (at(t1) - at0)) * width, name, measure: (text) => 6 * text.length }).map(({ text, left }) => [text, Math.round(left)]);
  };
  it("a day at the left edge keeps the hours beside it away", () => expect(said("2026-11-25T23:00:00Z", "2026-11-26T11:00:00Z", 560).slice(0, 2)).toEqual([["Thu 26 Nov", 0], ["01:00", 78]]));
  it("a day in the middle stands over the hours", () => expect(said("2026-11-26T17:00:00Z", "2026-11-27T05:00:00Z", 600).map(([text]) => text)).toContain("Thu 26 Nov"));
  it("nothing stands on another or outside", () => {
    for (const width of [120, 300, 777]) {
      const found = said("2026-11-25T22:30:00Z", "2026-11-28T05:00:00Z", width);
      found.slice(1).forEach(([, left], i) => expect(left as number).toBeGreaterThanOrEqual((found[i]?.[1] as number) + 6 * (found[i]?.[0] as string).length));
    }
  });
});

describe("bars", () => {
  const record = (start: string, end: string | null, state: string) => ({ equipment_id: 1, start, end, state, mode: "Production", reason: null, external: false, source: "rule", provisional: false });
  const bars = barsOf([record("2026-11-23T06:00:00Z", null, "NO_DATA"), record("2026-11-23T05:00:00Z", "2026-11-23T06:00:00Z", "Execute")], at("2026-11-23T06:10:00Z"));
  it("the open one reaches to now", () => expect(bars.map((bar) => [bar.look.tone, (bar.t1 - bar.t0) / 60_000, bar.open])).toEqual([["normal", 60, false], ["void", 10, true]]));
  it.each([["2026-11-23T04:59:59Z", -1], ["2026-11-23T05:00:00Z", 0], ["2026-11-23T06:00:00Z", 1], ["2026-11-23T06:10:00Z", -1]])("at %s is bar %i", (when, bar) => expect(barAt(bars, at(when))).toBe(bar));
});
