// A person without a mouse reaches every segment of every machine.
import { describe, expect, it } from "vitest";
import { pictureOf } from "@/segments/columns";
import { showing, walked } from "@/screens/timeline/keys";

const lane = (id: number, ends: number[]) => ({ equipment_id: id, t0_us: ends.slice(0, -1).map((ms) => ms * 1000), t1_us: ends.slice(1).map((ms) => ms * 1000), look: ends.slice(1).map(() => 0), marks: ends.slice(1).map(() => 0), n: ends.slice(1).map(() => 1), holds: ends.slice(1).map(() => 4) });
const picture = pictureOf({ start: "", end: "", until: "", bucket_us: 1, records: 5, partial: false, looks: [{ state: "Execute", mode: "", reason: null, external: false, kind: "produces" }], lanes: [lane(1, [0, 100, 200, 300]), lane(2, [0, 150, 300])] });
const look = { picture, view: { t0: 50, t1: 250 } };

describe("keys", () => {
  it.each([
    ["ArrowRight", { lane: 0, ms: 50 }, { lane: 0, ms: 150 }],
    ["ArrowRight", { lane: 0, ms: 250 }, { lane: 0, ms: 250 }],
    ["ArrowLeft", { lane: 0, ms: 150 }, { lane: 0, ms: 50 }],
    ["ArrowLeft", { lane: 0, ms: 50 }, { lane: 0, ms: 50 }],
    ["ArrowDown", { lane: 0, ms: 120 }, { lane: 1, ms: 120 }],
    ["ArrowDown", { lane: 1, ms: 120 }, { lane: 1, ms: 120 }],
    ["ArrowUp", { lane: 1, ms: 120 }, { lane: 0, ms: 120 }],
    ["Home", { lane: 0, ms: 250 }, { lane: 0, ms: 50 }],
    ["End", { lane: 0, ms: 50 }, { lane: 0, ms: 250 }],
    ["ArrowLeft", null, { lane: 0, ms: 250 }],
  ])("%s from %j goes to %j", (key, from, to) => expect(walked(key, from, look)).toEqual(to));
  it("other keys are left alone", () => expect(walked("s", null, look)).toBeUndefined());
  it.each([[100, { t0: 50, t1: 250 }], [40, { t0: 20, t1: 220 }], [260, { t0: 80, t1: 280 }]])("%d is brought into view", (ms, view) => expect(showing(look.view, ms)).toEqual(view));
});
