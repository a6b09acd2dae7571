// A machine of which nothing is known did not make nothing.
import { describe, expect, it } from "vitest";
import type { Kpis } from "@/api/types";
import { madeIn } from "@/kpi/made";

const shift = (coverage: number | null, good: number) => ({ coverage, counts: { good, scrap: 0, rework: 0, infeed: 0 } }) as unknown as Kpis;

describe("madeIn", () => {
  it.each([
    [1, 12, 12],
    [1, 0, 0], // it stood all the time
    [0.4, 0, 0],
    [0, 0, undefined], // nothing is known
    [0, 7, 7], // but for what somebody entered
    [null, 0, 0], // no time was planned yet
  ])("covered by %j, %j good pieces are shown as %j", (coverage, good, shown) => expect(madeIn(shift(coverage, good))?.good).toBe(shown));
  it("says nothing before the figures come", () => expect(madeIn(undefined)).toBeNull());
});
