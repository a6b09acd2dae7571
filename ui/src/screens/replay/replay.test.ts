// Only what somebody changed is tried, with everything else as it is; what would be another is told, the known figures first.
import { describe, expect, it } from "vitest";
import { differing, documentsOf, type Figures } from "@/screens/replay/api";

const held = { "plant.yaml": "a: 1", "reasons.yaml": "b: 2" };
const figures = (kpis: Record<string, number | null>): Figures => ({ kpis, times: {}, counts: {} });

describe("the files of a replay", () => {
  it.each([
    [{}, null],
    [{ "plant.yaml": "a: 1" }, null],
    [{ "plant.yaml": "a: 2" }, { "plant.yaml": "a: 2", "reasons.yaml": "b: 2" }],
    [{ "more.yaml": "c: 3" }, { ...held, "more.yaml": "c: 3" }],
  ])("changed %j sends %j", (changed, sent) => expect(documentsOf(held, changed as Record<string, string>)).toEqual(sent));
});

describe("what would be another", () => {
  it("is told in order, and nothing else is", () => {
    const pair = { was: figures({ teep: 0.4, availability: 0.9, oee_index: 0.5, mttr: null }), would: figures({ teep: 0.3, availability: 0.9, oee_index: 0.6, mttr: 2 }) };
    expect(differing(pair, "kpis", ["oee_index", "availability"])).toEqual(["oee_index", "mttr", "teep"]);
  });
});
