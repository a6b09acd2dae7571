import { describe, expect, it } from "vitest";
import type { Signature } from "@/api/types";
import { overOf, spanOf } from "@/signing/signatures";

const DAY = { start: "2026-01-05T06:00:00Z", end: "2026-01-05T14:00:00Z" };
const signature = (id: number, reopened: Signature["reopened"] = null): Signature => ({ id, equipment_id: 2, shift_id: "day", shift_name: "Day", ...DAY, by: "Eva", at: DAY.end, comment: null, known: id, reopened });
const at = (text: string) => Date.parse(text);

describe("signatures over a time", () => {
  const back = { by: "Olga", at: "2026-01-05T15:00:00Z", why: "a mistake" };
  const early = signature(1, back);
  const again = signature(2);
  it.each([
    ["2026-01-05T13:59:00Z", "2026-01-05T14:05:00Z", 2], // reaches into it
    ["2026-01-05T14:00:00Z", "2026-01-05T14:05:00Z", undefined], // begins where it ends
    ["2026-01-05T05:00:00Z", "2026-01-05T06:00:00Z", undefined], // ends where it begins
  ])("from %s to %s", (from, to, stands) => expect(overOf([early, again], at(from), at(to)).stands?.id).toBe(stands));
  it("one that was taken back stands no more, and is told", () => expect(overOf([early], at("2026-01-05T07:00:00Z"), at("2026-01-05T08:00:00Z"))).toEqual({ stands: null, back: early }));
});

it("times close to each other are asked with one question, which covers them", () => {
  const [from, to] = [at("2026-01-05T07:00:00Z"), at("2026-01-05T08:00:00Z")];
  expect(spanOf(from, to)).toEqual(spanOf(from + 3_600_000, to + 3_600_000));
  expect(Date.parse(spanOf(from, to).start)).toBeLessThanOrEqual(from);
  expect(Date.parse(spanOf(from, to).end)).toBeGreaterThanOrEqual(to);
});
