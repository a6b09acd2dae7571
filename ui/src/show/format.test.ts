// A number written wrongly is a wrong number; a day that starts at the wrong hour is a wrong shift report.
import { describe, expect, it } from "vitest";
import * as f from "@/show/format";

const S = 1e6;
describe("durations", () => {
  it.each([
    [0, "0 s"], [500, "0.5 ms"], [850_000, "850 ms"], [12.5 * S, "12.5 s"], [270 * S, "4 min 30 s"], [3600 * S, "1 h"], [25_920 * S, "7 h 12 min"], [273_600 * S, "3 d 4 h"], [-270 * S, "−4 min 30 s"], [null, "–"],
  ])("%s µs is %s", (us, text) => expect(f.formatDuration(us, "en")).toBe(text));
  it.each([[7_000, "0:07"], [750_000, "12:30"], [11_045_000, "3:04:05"], [183_840_000, "2 d 03:04"], [-5, "0:00"]])("counter %i ms is %s", (ms, text) => expect(f.formatCounter(ms)).toBe(text));
});

describe("numbers", () => {
  it("follow the language", () => {
    expect(f.formatNumber(12345.678, "en", 1)).toBe("12,345.7");
    expect(f.formatNumber(12345.678, "de", 1)).toBe("12.345,7");
    expect(f.formatRatio(0.8512, "en")).toBe("85.1%");
    expect(f.formatRatio(0.8512, "de")).toBe("85,1\u00a0%");
    expect(f.formatMeasured(96.123456789, "en")).toBe("96.1235");
    expect(f.formatMeasured(123456773.96, "en")).toBe("123,456,774"); // not 123,457,000, which would be above its highest
    expect(f.formatMeasured(3.4028234663852886e38, "en")).toBe("3.40282E38"); // what a PLC says for nothing: 39 digits are wider than a phone
    expect(f.formatMeasured(-3.4028234663852886e38, "de")).toBe("-3,40282E38");
    expect(f.formatMeasured(1e-12, "en")).toBe("1E-12");
    expect(f.formatMeasured(123456789012345, "en")).toBe("123,456,789,012,345");
  });
  it.each([
    [999, "en", "999 B"],
    [1_234_567, "en", "1.2 MB"],
    [1_234_567, "de", "1,2 MB"],
    [5e15, "en", "5,000.0 TB"],
  ] as const)("%d bytes are a size in %s: %s", (bytes, language, shown) => expect(f.formatBytes(bytes, language)).toBe(shown));
  it.each([null, undefined, Number.NaN])("%s is a dash, never a zero", (value) => {
    expect(f.formatNumber(value, "en")).toBe("–");
    expect(f.formatRatio(value, "en")).toBe("–");
  });
});

describe("the plant's clock", () => {
  const zone = "Europe/Prague";
  it.each([
    ["2026-11-23T06:00", "2026-11-23T05:00:00Z"],
    ["2026-07-01T06:00", "2026-07-01T04:00:00Z"],
    ["2026-03-29", "2026-03-28T23:00:00Z"], // a day of 23 h
    ["2026-10-25", "2026-10-24T22:00:00Z"], // a day of 25 h
    ["2026-10-25T02:30", "2026-10-25T00:30:00Z"], // the hour that comes twice: the first
    ["2026-10-25T06:00", "2026-10-25T05:00:00Z"],
  ])("%s is %s", (wall, utc) => expect(f.momentOfWall(wall, zone)).toBe(Date.parse(utc)));
  it("goes there and back", () => expect(f.wallOf(Date.parse("2026-11-23T05:00:00Z"), zone)).toBe("2026-11-23T06:00"));
  it("starts the day at local midnight", () => expect(f.dayStartMs(Date.parse("2026-10-25T12:00:00Z"), zone)).toBe(Date.parse("2026-10-24T22:00:00Z")));
  it("counts hours to 24 in both languages", () => {
    const at = Date.parse("2026-11-23T14:05:00Z");
    expect(f.formatMoment(at, "time", { language: "en", zone })).toBe("15:05");
    expect(f.formatMoment(at, "time", { language: "de", zone })).toBe("15:05");
  });
});
