// The figures beside a trend are of what is seen: no minute before it, and asked for no oftener than they can change.
import { describe, expect, it } from "vitest";
import { figuresSpan, figuresSpanThen } from "@/screens/trends/use-figures";

const H = 3_600_000;
const NOW = 1_000 * H + 10_500; // steps of an hour's trend are of a minute
const DAY = 24 * H;

describe("the stretch of the figures", () => {
  it.each([
    ["one that follows, in steps", { t0: NOW - H, t1: NOW }, true, { t0: 999 * H, t1: 1_000 * H }],
    ["one that is over", { t0: NOW - 2 * H, t1: NOW - H }, false, { t0: NOW - 2 * H, t1: NOW - H }],
    ["one that ended a moment ago", { t0: NOW - H - 2_000, t1: NOW - 2_000 }, false, { t0: NOW - H - 2_000, t1: NOW - 2_000 }],
    ["a day of which half is to come, from its beginning", { t0: 1_000 * H - 12 * H, t1: 1_000 * H + 12 * H }, false, { t0: 988 * H, t1: 1_000 * H }],
    ["one that is all to come", { t0: NOW + H, t1: NOW + 2 * H }, false, null],
  ])("is %s", (...[, view, following, span]) => expect(figuresSpan(view, { nowMs: NOW, following })).toEqual(span));
});

describe("the stretch of the figures compared with", () => {
  it("moves in the steps of the view, not every second", () => {
    const asked = Array.from({ length: 50 }, (_, s) => NOW - 10_500 + s * 1000).map((nowMs) => JSON.stringify(figuresSpanThen({ t0: nowMs - H, t1: nowMs }, -DAY, { nowMs, following: true })));
    expect([...new Set(asked)]).toEqual([JSON.stringify({ t0: 999 * H - DAY, t1: 1_000 * H - DAY })]);
  });
  it.each([
    ["another day whole, though this one is not over", { t0: 988 * H, t1: 1_012 * H }, -DAY, { t0: 964 * H, t1: 988 * H }],
    ["as far as it is over", { t0: NOW - 3 * H, t1: NOW - H }, 2 * H, { t0: NOW - H, t1: 1_000 * H }],
    ["the same where only what was known differs", { t0: NOW - 2 * H, t1: NOW - H }, 0, { t0: NOW - 2 * H, t1: NOW - H }],
  ])("is %s", (...[, view, shiftMs, span]) => expect(figuresSpanThen(view, shiftMs, { nowMs: NOW, following: false })).toEqual(span));
});
