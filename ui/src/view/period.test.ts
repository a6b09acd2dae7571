// "This shift" must be the shift of the plant's clock, and the weekend must find Friday's late shift.
import { describe, expect, it } from "vitest";
import type { Shift } from "@/api/types";
import { soFar, windowOf } from "@/view/period";

const shift = (name: string, start: string, end: string): Shift => ({ id: name, name, start, end, crew: null });
const shifts = [shift("Early", "2026-11-20T05:00:00Z", "2026-11-20T13:00:00Z"), shift("Late", "2026-11-20T13:00:00Z", "2026-11-20T21:00:00Z"), shift("Early", "2026-11-23T05:00:00Z", "2026-11-23T13:00:00Z")];
const at = (iso: string) => ({ nowMs: Date.parse(iso), zone: "Europe/Prague", shifts });
const shown = (name: Parameters<typeof windowOf>[0]["name"], now: string) => {
  const window = windowOf({ name }, at(now));
  return window && [new Date(window.t0).toISOString(), new Date(window.t1).toISOString(), window.live];
};

describe("periods", () => {
  it.each([
    ["shift", "2026-11-23T06:30:00Z", ["2026-11-23T05:00:00.000Z", "2026-11-23T13:00:00.000Z", true]],
    ["shift", "2026-11-23T13:00:00Z", null],
    ["shift", "2026-11-21T12:00:00Z", null],
    ["last-shift", "2026-11-22T12:00:00Z", ["2026-11-20T13:00:00.000Z", "2026-11-20T21:00:00.000Z", false]],
    ["last-shift", "2026-11-23T06:30:00Z", ["2026-11-20T13:00:00.000Z", "2026-11-20T21:00:00.000Z", false]],
    ["today", "2026-11-22T23:30:00Z", ["2026-11-22T23:00:00.000Z", "2026-11-22T23:30:00.000Z", true]],
    ["yesterday", "2026-11-23T06:30:00Z", ["2026-11-21T23:00:00.000Z", "2026-11-22T23:00:00.000Z", false]],
    ["yesterday", "2026-10-26T06:30:00Z", ["2026-10-24T22:00:00.000Z", "2026-10-25T23:00:00.000Z", false]], // 25 hours: the clocks went back
    ["24h", "2026-11-23T06:30:20Z", ["2026-11-22T06:31:00.000Z", "2026-11-23T06:31:00.000Z", true]],
  ] as const)("%s at %s is %j", (name, now, window) => expect(shown(name, now)).toEqual(window));

  it.each([
    ["2026-11-23T05:00:00Z", "2026-11-23T06:00:00Z", true],
    ["2026-11-23T06:00:00Z", "2026-11-23T05:00:00Z", false],
    ["nonsense", "2026-11-23T05:00:00Z", false],
  ])("custom %s to %s is a window: %s", (start, end, good) => expect(windowOf({ name: "custom", start, end }, at("2026-11-23T12:00:00Z")) !== null).toBe(good));

  it("asks for figures up to now, in steps", () => {
    const window = { t0: Date.parse("2026-11-23T05:00:00Z"), t1: Date.parse("2026-11-23T13:00:00Z"), live: true, shift: null };
    expect(soFar(window, Date.parse("2026-11-23T06:30:29Z")).end).toBe("2026-11-23T06:30:15.000Z");
    expect(soFar({ ...window, live: false }, Date.parse("2026-11-23T20:00:00Z")).end).toBe("2026-11-23T13:00:00.000Z");
  });
});
