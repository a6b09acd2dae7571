// What is written when an edge moves or two segments become one: never more time than was meant, never a reason for a run.
import { describe, expect, it } from "vitest";
import type { StateRecord } from "@/api/types";
import { edgeBody, mergeBody, splitAt } from "@/screens/timeline/edits";

const at = (minute: number) => new Date(Date.UTC(2026, 0, 5, 6, minute)).toISOString();
const ms = (minute: number) => Date.parse(at(minute));
const record = (from: number, to: number | null, said: { state: string; reason?: string }): StateRecord => ({ equipment_id: 1, start: at(from), end: to === null ? null : at(to), mode: "Production", reason: null, ...said, external: false, source: "rule", provisional: false });
const [run, held, idle] = [record(0, 10, { state: "Execute" }), record(10, 20, { state: "Held", reason: "mechanical/jam" }), record(20, null, { state: "Idle" })];

describe("move-edge", () => {
  const said = { state: "Held", mode: "Production", reason: "mechanical/jam" };
  it.each([
    ["start", 7, { start: at(7), end: at(10), ...said }],
    ["start", 12, { start: at(10), end: at(12), state: "Execute", mode: "Production" }],
    ["end", 22, { start: at(20), end: at(22), ...said }],
    ["end", 15, { start: at(15), end: at(20), state: "Idle", mode: "Production", reason: null }],
  ] as const)("of its %s to minute %i", (which, minute, body) => expect(edgeBody(held, { before: run, after: idle, which, ms: ms(minute) })).toEqual({ what: "move-edge", ...body }));
  it.each([["start", 10], ["end", 20]] as const)("of its %s to where it is says nothing", (which, minute) => expect(edgeBody(held, { before: run, after: idle, which, ms: ms(minute) })).toBeNull());
  it("cannot move the end of what goes on", () => expect(edgeBody(idle, { before: held, after: null, which: "end", ms: ms(30) })).toBeNull());
});

describe("merge", () => {
  it("keeps what one of them says, over both", () => expect(mergeBody(run, held, held)).toEqual({ what: "merge", start: at(0), end: at(20), state: "Held", mode: "Production", reason: "mechanical/jam" }));
  it("gives a run no reason", () => expect(mergeBody(run, held, run)).toEqual({ what: "merge", start: at(0), end: at(20), state: "Execute", mode: "Production" }));
  it("goes on where the second one does", () => expect(mergeBody(held, idle, held)["end"]).toBeNull());
});

describe("split", () => {
  it.each([
    [[0, 60_000], 20_400, 20_000], [[0, 60_000], 90_000, 30_000], [[38_900, 39_600], 0, 39_000], [[39_100, 39_900], 0, 39_500], [[39_100, 39_900], 39_200, 39_500],
  ] as const)("of %j ms with the cursor at %d is offered at %d", ([t0, t1], cursor, wanted) => {
    expect(splitAt({ t0, t1 }, cursor)).toBe(wanted);
  });
});
