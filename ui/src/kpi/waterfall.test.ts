// The steps of the waterfall must meet: what one leaves is where the next one hangs.
import { describe, expect, it } from "vitest";
import { fallsOf } from "@/kpi/waterfall";

const loss = (key: string, us: number) => ({ key, label: key, us, units: null });

describe("waterfall", () => {
  it("goes from elapsed down to effective", () => {
    const falls = fallsOf([loss("elapsed", 100), loss("planned_down", 10), loss("delay", 30), loss("quality", 5), loss("effective", 55)]);
    expect(falls.map(({ from, to }) => [from, to])).toEqual([[0, 1], [0.9, 1], [0.6, 0.9], [0.55, 0.6], [0, 0.55]]);
  });
  it("rises where a machine ran faster than its rate", () => {
    const falls = fallsOf([loss("elapsed", 100), loss("delay", 40), loss("speed", -10), loss("effective", 70)]);
    expect(falls[2]).toMatchObject({ from: 0.6, to: 0.7 });
  });
  it("ends at the production time where nothing counts pieces", () => {
    const falls = fallsOf([loss("elapsed", 100), loss("delay", 40), loss("production", 60)]);
    expect(falls[2]).toMatchObject({ from: 0, to: 0.6 });
  });
  it("shows nothing of nothing", () => expect(fallsOf([loss("elapsed", 0)])).toEqual([]));
});
