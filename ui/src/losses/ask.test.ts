// A link to an analysis shows a colleague the same, and what is compared is as long as what is seen.
import { describe, expect, it } from "vitest";
import { askedIn, type Bar, below, earlier, paired, restricted } from "@/losses/ask";
import { momentOfWall } from "@/show/format";

const DAY = 86_400_000;
const bar = (key: string | null, us: number): Bar => ({ key, us, stops: 1, lost_units: null, unrated_us: us, share: null, cumulated: null });
const window = (t0: number, t1: number) => ({ t0: t0 * DAY, t1: t1 * DAY, live: true, shift: null });

describe("losses", () => {
  it("are asked for as the address says", () => expect(askedIn({ by: "crew", measure: "lost_units", why: "mechanical", unit: "4", planned: "1", compare: "week", pick: "-" })).toEqual({ by: "crew", level: null, measure: "lost_units", compare: "week", planned: true, only: { reason: "mechanical", equipment: "4" }, pick: "-" }));
  it.each([
    [{ level: "1", pick: "mechanical" }, 2],
    [{ level: "2", pick: "mechanical/infeed" }, null],
    [{ level: "2", pick: "-" }, undefined],
    [{ pick: "mechanical/infeed/jam" }, undefined],
    [{ level: "1", by: "shift", pick: "Early" }, undefined],
  ])("%j leads to level %j below it", (search, level) => expect(below(askedIn(search))).toBe(level));
  it("by reason in minutes where the address says nothing it knows", () => expect(askedIn({ by: "colour", measure: "" })).toMatchObject({ by: "reason", measure: "minutes", compare: "none", only: {} }));
  it("are restricted in the server's words", () => expect(restricted({ only: { reason: "-", shift: "Early", equipment: "4" }, planned: true })).toEqual({ reason: "-", shift_name: "Early", unit: "4", planned: "true" }));
  it.each([
    [window(10, 11), 99, "previous", [9, 10]],
    [window(10, 11), 10.5, "previous", [9, 9.5]],
    [window(10, 11), 99, "week", [3, 4]],
    [window(10, 20), 99, "week", [-4, 6]],
  ] as const)("%j seen until %d is compared %s with %j", (...[seen, until, how, found]) => expect(earlier(seen, until * DAY, { compare: how, zone: "UTC" })).toEqual({ t0: found[0] * DAY, t1: found[1] * DAY }));
  it.each([
    ["2026-03-29T00:00", "2026-03-30T00:00", "previous", "2026-03-28T00:00", "2026-03-29T00:00"],
    ["2026-03-30T00:00", "2026-03-31T00:00", "previous", "2026-03-29T00:00", "2026-03-30T00:00"],
    ["2026-03-30T06:00", "2026-03-30T14:00", "week", "2026-03-23T06:00", "2026-03-23T14:00"],
    ["2026-10-19T00:00", "2026-10-26T00:00", "week", "2026-10-12T00:00", "2026-10-19T00:00"],
  ] as const)("%s to %s is compared %s by the plant's clock, also where it was changed", (...[from, to, how, begin, end]) => {
    const [t0, t1, b0, b1] = [from, to, begin, end].map((wall) => momentOfWall(wall, "Europe/Prague")) as [number, number, number, number];
    expect(earlier({ t0, t1, live: false, shift: null }, t1, { compare: how, zone: "Europe/Prague" })).toEqual({ t0: b0, t1: b1 });
  });
  it("with nothing where nothing is asked", () => expect(earlier(window(1, 2), 9 * DAY, { compare: "none", zone: "UTC" })).toBeNull());
  it("of now and before stand in pairs, what is gone last", () => expect(paired([bar("jam", 9), bar(null, 4)], [bar("wash", 5), bar("jam", 2)]).map(({ key, now, before }) => [key, now?.us, before?.us])).toEqual([["jam", 9, 2], [null, 4, undefined], ["wash", undefined, 5]]));
});
