import { expect, test } from "vitest";
import { asOfOf, everyFor, knownOf, sizeOf, wholeSeconds } from "@/exports/exports";

test.each([
  [0, "0 B"], [999, "999 B"], [1_000, "1.0 kB"], [99_949, "99.9 kB"], [99_960, "100 kB"], [999_600, "1.0 MB"], [4_000_000_000, "4.0 GB"], [4e15, "4000000 GB"],
])("%d bytes are %s", (bytes, said) => {
  const { value, unit, digits } = sizeOf(bytes);
  expect(`${value.toFixed(digits)} ${unit}`).toBe(said);
});

test.each([[600_000, 1], [3_600_000, 5], [8 * 3_600_000, 30], [86_400_000, 60], [7 * 86_400_000, 600], [400 * 86_400_000, 86_400], [1e14, 86_400]])("a period of %d ms is told every %d s", (spanMs, every) => {
  expect(everyFor(spanMs)).toBe(every);
});

test.each([
  [[1_400, 86_401_400], [1_000, 86_401_000]], [[1_400, 2_900], [1_000, 3_000]], [[1_000, 3_000], [1_000, 3_000]], [[1_200, 1_700], [1_000, 2_000]],
] as const)("a period of %j ms is %j in whole seconds", ([t0, t1], [from, to]) => {
  expect(wholeSeconds({ t0, t1 })).toEqual({ t0: from, t1: to });
});

test.each([
  [null, "now", null], ["0", "sent", "0"], ["17", "then", "17"], ["2026-01-05T06:00:00.000Z", "then", "2026-01-05T06:00:00.000Z"],
] as const)("a screen as known at %s begins with %s and asks for %s", (asOf, known, asked) => {
  expect(knownOf(asOf)).toBe(known);
  expect(asOfOf(known, { asOf, atMs: Number.NaN })).toBe(asked);
});

test("a moment that somebody writes is asked for as one", () => {
  expect(asOfOf("at", { asOf: "17", atMs: Date.UTC(2026, 0, 5, 6) })).toBe("2026-01-05T06:00:00.000Z");
});
