// A link to an explanation opens the same step for everyone.
import { describe, expect, it } from "vitest";
import { asChange, keysTo, kpiOf, laterBy, microsOf, questionIn } from "@/explain/open";
import { parseSearch, stringifySearch } from "@/view/search";

const question = { key: "oee_index/availability/apt_us/slice:1795427904177035", equipmentId: 5, start: "2026-11-23T13:00:00Z", end: "2026-11-23T14:00:00.000001Z" };

describe("explanation in the address", () => {
  it("goes there and back", () => expect(questionIn(parseSearch(stringifySearch(asChange(question))))).toEqual(question));
  it("stays readable", () => expect(stringifySearch(asChange(question))).toBe("?explain=oee_index/availability/apt_us/slice:1795427904177035&of=5&from=2026-11-23T13:00:00Z&to=2026-11-23T14:00:00.000001Z"));
  it.each([[{}], [{ explain: "teep" }], [{ explain: "teep", of: "x", from: "a", to: "b" }]])("%j asks nothing", (search) => expect(questionIn(search as Record<string, string>)).toBeNull());
  it("knows the steps on the way", () => {
    expect(keysTo("a/b/c")).toEqual(["a", "a/b", "a/b/c"]);
    expect(kpiOf(question)).toBe("oee_index");
  });
});

describe("explanation of what was known", () => {
  it("says as of when, and only then", () => {
    const then = { ...question, asOf: "4711" };
    expect(questionIn(parseSearch(stringifySearch(asChange(then))))).toEqual(then);
    expect(asChange(question)).toMatchObject({ knew: null });
  });
  it("says so where it is of what would be, were nothing signed", () => {
    const would = { ...question, unsigned: true as const };
    expect(questionIn(parseSearch(stringifySearch(asChange(would))))).toEqual(would);
  });
});

it.each([
  ["2026-11-23T13:59:59.999999Z", 1, "2026-11-23T14:00:00.000000Z"],
  ["2026-11-23T13:00:00Z", 61_000_005, "2026-11-23T13:01:01.000005Z"],
])("%s and %d µs are %s", (start, us, later) => expect(laterBy(start, us)).toBe(later));

it.each([
  ["2026-11-23T10:00:00Z", 1795428000000000],
  ["2026-11-23T10:00:00.5Z", 1795428000500000],
  ["2026-11-23T10:00:00.000001Z", 1795428000000001],
])("%s is %d µs", (at, us) => expect(microsOf(at)).toBe(us));
