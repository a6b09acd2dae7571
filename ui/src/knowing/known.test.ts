import { expect, it } from "vitest";
import { asKnown, isPast, knownOf, momentOf } from "@/knowing/known";

it.each([["0", "0"], ["17", "17"], ["2026-11-26T12:00:00Z", "2026-11-26T12:00:00Z"], ["yesterday", null], ["", null], ["1234567890123456789", null]])("reads what was known at %j as %j", (text, known) => {
  expect(knownOf(text)).toBe(known);
  expect(isPast(asKnown({ as_of: text }))).toBe(known !== null);
});

it("counts what still stood then up to then, and what stands now up to now", () => {
  const then = { now: "2026-11-26T12:00:00Z" };
  expect(momentOf({ as_of: "17" }, 5, then)).toBe(Date.parse(then.now));
  expect(momentOf({}, 5, then)).toBe(5);
});
