// A shift is behind when its known planned time should have brought more good pieces than it did.
import { describe, expect, it } from "vitest";
import type { LiveKpi, ShiftPace } from "@/api/types";
import { paceOf } from "@/kpi/pace";

const nothing: ShiftPace = { planned: null, due: null, good: null, difference: null, difference_min: null, projected: null, basis: null, missing: null };
const shift = (pace: Partial<ShiftPace>) => ({ pace: { ...nothing, ...pace } }) as LiveKpi;
const made = (good: number) => shift({ due: 5000, good, difference: good - 5000 });

describe("paceOf", () => {
  it.each([
    [4200, { target: 5000, actual: 4200, pace: "behind" }],
    [4900, { target: 5000, actual: 4900, pace: "even" }],
    [5100, { target: 5000, actual: 5100, pace: "even" }],
    [5200, { target: 5000, actual: 5200, pace: "ahead" }],
  ])("%i good pieces of 5000 due: %j", (good, paced) => expect(paceOf(made(good))).toEqual(paced));
  it("calls nobody behind whose pieces nothing counts", () => expect(paceOf(shift({ due: 5000 }))).toBeNull());
  it("says nothing where no rate says what is due", () => expect(paceOf(shift({ good: 10 }))).toBeNull());
  it("says nothing before the figures come", () => expect(paceOf(undefined)).toBeNull());
});
