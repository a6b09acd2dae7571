// A link to a trend must show a colleague the same picture.
import { describe, expect, it } from "vitest";
import { askedOf, changeOf, HOUR_MS, viewOf } from "@/screens/trends/state";

describe("the address of a trend", () => {
  it.each([
    [{ start: "2026-11-26T10:00:00.000Z", end: "2026-11-26T11:00:00.000Z", pens: "4.0,7.2o", a: "2026-11-26T10:10:00.000Z", b: "2026-11-26T10:20:00.000Z", shift: "-86400000", bands: "states,stops", as_of: "2026-11-26T12:00:00.000Z", beside: "0" }],
    [{ span: "86400", pens: "4.0" }],
  ])("%j says the same after a round trip", (search) => {
    const again = Object.fromEntries(Object.entries(changeOf(askedOf(search))).filter(([, value]) => value !== null));
    expect(again).toEqual(search);
  });
  it.each([
    [{}, { spanMs: HOUR_MS }],
    [{ span: "x" }, { spanMs: HOUR_MS }],
    [{ span: "-5" }, { spanMs: HOUR_MS }],
    [{ start: "2026-11-26T10:00:00Z", end: "2026-11-26T09:00:00Z" }, { spanMs: HOUR_MS }],
    [{ start: "nonsense", end: "2026-11-26T09:00:00Z", span: "60" }, { spanMs: 60_000 }],
  ])("%j is %j", (search, when) => expect(askedOf(search).when).toEqual(when));
  it("follows now when it says no ends", () => expect(viewOf({ spanMs: 1000 }, 5000)).toEqual({ t0: 4000, t1: 5000 }));
  it("passes over bands it does not know", () => expect(askedOf({ bands: "jobs,x" }).bands).toEqual(["jobs"]));
  it.each([["0", "0"], ["17", "17"], ["2026-11-26T12:00:00Z", "2026-11-26T12:00:00Z"], ["yesterday", null], ["", null], ["1234567890123456789", null]])("reads what was known at %j as %j", (text, known) => expect(askedOf({ as_of: text, beside: text })).toMatchObject({ asOf: known, beside: known }));
  it.each(["0", "1e300", "-3e15", "soon", "Infinity"])("leaves out a shift of %s", (shift) => expect(askedOf({ shift }).shiftMs).toBeNull());
});
