// A person without a mouse reaches every record.
import { describe, expect, it } from "vitest";
import { moved, zoomed } from "@/timeline/keys";
import type { Lane } from "@/timeline/lanes";

const span = (t0: number, t1: number) => ({ t0, t1, label: `${t0}` });
const lanes: Lane[] = [
  { kind: "spans", key: "a", label: "A", height: 10, spans: [span(0, 10), span(10, 20), span(20, 30)] },
  { kind: "spans", key: "b", label: "B", height: 10, spans: [span(0, 15), span(15, 30)] },
];
const look = { lanes, view: { t0: 5, t1: 30 } };

describe("keys", () => {
  it.each([
    ["ArrowLeft", { lane: 0, item: 2 }, { lane: 0, item: 1 }],
    ["ArrowLeft", { lane: 0, item: 0 }, { lane: 0, item: 0 }],
    ["ArrowRight", { lane: 0, item: 2 }, { lane: 0, item: 2 }],
    ["ArrowDown", { lane: 0, item: 2 }, { lane: 1, item: 1 }],
    ["ArrowDown", { lane: 1, item: 1 }, { lane: 1, item: 1 }],
    ["ArrowUp", { lane: 1, item: 1 }, { lane: 0, item: 1 }],
    ["Home", { lane: 0, item: 2 }, { lane: 0, item: 0 }],
    ["End", { lane: 0, item: 0 }, { lane: 0, item: 2 }],
    ["ArrowLeft", null, { lane: 0, item: 2 }],
  ])("%s from %j goes to %j", (key, from, to) => expect(moved(key, from, look)).toEqual(to));
  it("other keys are left alone", () => expect(moved("a", null, look)).toBeUndefined());
  it("zooms around a moment", () => expect(zoomed({ t0: 0, t1: 100 }, 0.5, 20)).toEqual({ t0: 10, t1: 60 }));
});
