// Slow running is one bar beside what was lost.
import { expect, it } from "vitest";
import { slowBar } from "@/losses/slow-bar";
import { slowRow } from "@/losses/tables";
import type { SlowStretch } from "@/slow/ask";

const stretch = (lost_us: number, planned: number, produced: number) => ({ lost_us, planned, produced }) as SlowStretch;
it("sums what the stretches cost", () => expect(slowBar([stretch(60e6, 100, 80), stretch(30e6, 50, 45)])).toMatchObject({ us: 90e6, stops: 2, lost_units: 25 }));
it("leaves as a row of its own without shares, as wide as the table", () => {
  const bar = slowBar([stretch(90e6, 100, 75)]);
  expect(slowRow("Slow", bar, 0)).toEqual(["Slow", "slow", 1.5, 1, 25, null, null]);
  expect(slowRow("Slow", bar, 3)).toHaveLength(10);
});
