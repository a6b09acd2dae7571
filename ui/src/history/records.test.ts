// Between a change on the floor and the next reading of records, the timeline must not show the old state.
import { describe, expect, it } from "vitest";
import { withLive } from "@/history/records";

const record = (start: string, end: string | null, state: string) => ({ equipment_id: 1, start, end, state, mode: "Production", reason: null, external: false, source: "rule", provisional: false });
const now = { state: "Aborted", since: "2026-11-23T06:30:00Z", mode: "Production", reason: "mechanical/jam", external: false };

describe("withLive", () => {
  it("ends the open record where the live state began", () => {
    const shown = withLive([record("2026-11-23T06:00:00Z", null, "Execute")], now);
    expect(shown.map(({ state, end }) => [state, end])).toEqual([["Execute", "2026-11-23T06:30:00Z"], ["Aborted", null]]);
  });
  it("changes nothing when the records know it already", () => {
    const known = [record("2026-11-23T06:30:00Z", null, "Aborted")];
    expect(withLive(known, now)).toBe(known);
  });
  it("makes up nothing without records", () => expect(withLive([], now)).toEqual([]));
});
