// A machine of which nothing is known did not make nothing.
import { describe, expect, it } from "vitest";
import type { Kpis } from "@/api/types";
import { isBlind, isUntold, madeIn } from "@/kpi/made";

const shift = (coverage: number | null, good: number | null, scrap: number | null = 0) => ({ coverage, counts: { good, scrap, rework: scrap, infeed: null } }) as unknown as Kpis;

describe("madeIn", () => {
  it.each([
    [1, 12, 12],
    [1, 0, 0], // it stood all the time
    [0.4, 0, 0],
    [0, 0, undefined], // nothing is known
    [0, 7, 7], // but for what somebody entered
    [null, 0, 0], // no time was planned yet
  ])("covered by %j, %j good pieces are shown as %j", (coverage, good, shown) => expect(madeIn(shift(coverage, good))?.good).toBe(shown));
  it.each([
    [12, 0, [false, false]],
    [12, null, [false, true]], // scrap is only what people enter
    [null, 3, [true, false]], // somebody entered scrap, and of the good ones nothing tells
    [null, null, [true, true]],
  ])("nothing tells of %j good and %j scrapped pieces: %j", (good, scrap, untold) => expect([isBlind(shift(1, good, scrap)), isUntold(shift(1, good, scrap), "scrap")]).toEqual(untold));
  it("calls nobody blind before the figures come", () => expect([isUntold(undefined, "good"), isBlind(undefined)]).toEqual([false, false]));
  it("says nothing before the figures come", () => expect(madeIn(undefined)).toBeNull());
});
