// A shift is behind when its planned time should have brought more good pieces than it did; breaks ask for none.
import { describe, expect, it } from "vitest";
import type { Kpis, Loss } from "@/api/types";
import { paceOf } from "@/kpi/pace";

const loss = (key: string, units: number | null): Loss => ({ key, label: key, us: 0, units });
const shift = (good: number | null, losses: Loss[]) => ({ counts: { good, scrap: 0, rework: 0, infeed: 0 }, losses }) as unknown as Kpis;
const hour = [loss("elapsed", 6000), loss("not_planned", 0), loss("planned_down", 1000), loss("delay", 700)];

describe("paceOf", () => {
  it.each([
    [4200, { target: 5000, actual: 4200, pace: "behind" }],
    [4950, { target: 5000, actual: 4950, pace: "even" }],
    [5200, { target: 5000, actual: 5200, pace: "ahead" }],
  ])("%i good pieces of an hour with a break: %j", (good, paced) => expect(paceOf(shift(good, hour))).toEqual(paced));
  it("asks for no piece of time without data", () => expect(paceOf(shift(4200, [...hour, loss("no_data", 800)]))).toMatchObject({ target: 4200, pace: "even" }));
  it("calls nobody behind whose pieces nothing counts", () => expect(paceOf(shift(null, hour))).toBeNull());
  it("says nothing where nothing is known", () => expect(paceOf({ ...shift(0, hour), coverage: 0 })).toBeNull());
  it.each([["no rate", [loss("elapsed", null)]], ["no ledger", []]])("says nothing with %s", (_, losses) => expect(paceOf(shift(10, losses))).toBeNull());
  it("says nothing before the figures come", () => expect(paceOf(undefined)).toBeNull());
});
