import { describe, expect, it } from "vitest";
import type { Machine } from "@/screens/meaning/api";
import { doubled, meantOf, NO_CHOICE } from "@/screens/meaning/choice";

const because = { code: "sum", facts: {}, text: "" };
const counter = (tag: string, role: string, modulus: number | null = null) => ({ tag, role, modulus, confidence: "sure" as const, because, rises: 9, pieces: 9, resets: [], rollovers: [], against_name: false });
const value = (name: string, state: string | null) => ({ value: name, state, confidence: "sure" as const, seen_s: 60, dwells: 3, pieces: 9 });
const machine: Machine = {
  equipment_id: 1, equipment_path: "a/b", name: "B", start: "", end: "", progress: { heard_s: 1, running_s: 1, running_needed_s: 1, stops: 3, stops_needed: 3, enough: true },
  stands: { states: null, counters: {}, standard_rate_upm: null }, levels: [], silent: [], pieces_upm: [], spans: [],
  state: { tag: "s", way: "values", confidence: "sure", because, values: [value("1", "RUN"), value("2", "Stopped"), value("3", null)], timeout_s: null, explained: 1 },
  counters: [counter("a", "total", 65_536), counter("b", "scrap")],
  rate: { rate_upm: 59.97, confidence: "sure", because, paces: [], histogram: [] },
  contacts: [{ tag: "c", use: "starved", confidence: "likely", because }],
};

describe("what is taken over", () => {
  it("is all that is claimed, where nobody says otherwise", () =>
    expect(meantOf(machine, NO_CHOICE)).toEqual({ states: { values: { tag: "s", map: { 1: "RUN", 2: "Stopped" } }, starved: "c" }, counters: { total: { tag: "a", modulus: 65_536 }, scrap: { tag: "b" } }, standard_rate_upm: 60 }));
  it("leaves out what was dropped", () => expect(meantOf(machine, { ...NO_CHOICE, dropped: ["state", "b", "rate"] })).toEqual({ counters: { total: { tag: "a", modulus: 65_536 } } }));
  it("takes a person's word for a value, a role and a rate", () =>
    expect(meantOf(machine, { dropped: ["c"], states: { 3: "Held" }, roles: { a: "good" }, rate: "62,5" })).toEqual({ states: { values: { tag: "s", map: { 1: "RUN", 2: "Stopped", 3: "Held" } } }, counters: { good: { tag: "a", modulus: 65_536 }, scrap: { tag: "b" } }, standard_rate_upm: 62.5 }));
  it("says of three counters only two", () => expect(Object.keys(meantOf({ ...machine, counters: [counter("a", "total"), counter("b", "scrap"), counter("g", "good")] }, NO_CHOICE).counters ?? {})).toEqual(["total", "scrap"]));
  it("notices one role given twice", () => expect([doubled(machine, NO_CHOICE), doubled(machine, { ...NO_CHOICE, roles: { b: "total" } })]).toEqual([false, true]));
});
