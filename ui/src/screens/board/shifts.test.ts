// On a Monday morning the board must find Friday's late shift, and offer no shift that has not begun.
import { describe, expect, it } from "vitest";
import type { Shift } from "@/api/types";
import { shownOf } from "@/screens/board/shifts";

const shift = (id: string, start: string, end: string): Shift => ({ id, name: id, start, end, crew: null });
const shifts = [
  shift("mon-late", "2026-11-23T13:00:00Z", "2026-11-23T21:00:00Z"),
  shift("fri-early", "2026-11-20T05:00:00Z", "2026-11-20T13:00:00Z"),
  shift("fri-late", "2026-11-20T13:00:00Z", "2026-11-20T21:00:00Z"),
  shift("mon-early", "2026-11-23T05:00:00Z", "2026-11-23T13:00:00Z"),
];

describe("shownOf", () => {
  it.each([
    [undefined, "2026-11-23T06:30:00Z", ["mon-early", "fri-late", null, true]],
    [undefined, "2026-11-22T12:00:00Z", ["fri-late", "fri-early", null, false]],
    ["fri-late", "2026-11-23T06:30:00Z", ["fri-late", "fri-early", "mon-early", false]],
    ["fri-early", "2026-11-23T06:30:00Z", ["fri-early", null, "fri-late", false]],
    ["mon-late", "2026-11-23T06:30:00Z", [null, null, null, false]],
    [undefined, "2026-11-19T12:00:00Z", [null, null, null, false]],
  ])("asked for %s at %s", (asked, now, expected) => {
    const shown = shownOf(shifts, asked, Date.parse(now));
    expect([shown.shift?.id ?? null, shown.previous?.id ?? null, shown.next?.id ?? null, shown.running]).toEqual(expected);
  });
});
