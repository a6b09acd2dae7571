// What is filled in becomes the change that is sent, and a connection that stands becomes what is filled in.
import { describe, expect, it } from "vitest";
import type { Definition } from "@/screens/connect/api";
import { bodyOf, type Draft, draftFrom, emptyDraft, machinePath, modulusOf, newSignal, propertyOf, segmentOf, statesOf, stepOf, suggested } from "@/screens/connect/draft";

const empty = emptyDraft("Europe/Prague", { plant: "Plant", line: "Line 1" });
const signals = [{ ...newSignal(), property: "running", address: "10001" }, { ...newSignal(), property: "pieces", address: "40007:uint32" }];
const draft: Draft = { ...empty, driver: "modbus", name: "plc1", options: { host: "plc" }, signals, place: { ...empty.place, name: "Füller 1", rate: "60" }, counters: { total: "pieces", good: "", scrap: "" } };
const kinds = { [signals[0]?.key ?? 0]: "bool", [signals[1]?.key ?? 0]: "i64" } as const;

describe("names", () => {
  it.each([["Füller 1", "fuller-1", "fuller_1"], ["Größe (mm)", "grosse-mm", "grosse_mm"], ["40001", "40001", "at_40001"], ["  ", "", ""]])("%s", (text, segment, property) => {
    expect([segmentOf(text), propertyOf(text)]).toEqual([segment, property]);
  });
});

describe("a change", () => {
  it("makes the plant around the first machine", () => {
    const body = bodyOf(draft, { version: 0, roots: [], kinds });
    expect(body.plant_name).toBe("Plant");
    expect(body.machine?.path).toBe("plant/line-1/fuller-1");
    expect(body.machine?.above).toEqual([{ path: "plant", level: "Enterprise", name: "Plant", timezone: "Europe/Prague" }, { path: "plant/line-1", level: "ProductionLine", name: "Line 1" }]);
    expect(body.machine?.signals.map((signal) => signal.kind)).toEqual(["bool", "i64"]);
    expect(body.machine?.counters).toEqual({ total: { tag: "pieces", modulus: 4_294_967_296 } });
  });
  it("goes below what is there", () => {
    const there = { ...draft, place: { ...draft.place, below: "acme/pack/line2" } };
    expect(bodyOf(there, { version: 4, roots: ["acme"], kinds }).machine).toMatchObject({ path: "acme/pack/line2/fuller-1", above: [] });
    expect(machinePath(draft, ["acme"])).toBe("acme/line-1/fuller-1");
  });
});

describe("what the signals mean", () => {
  const said = (meaning: Partial<Draft["meaning"] & object>) => statesOf({ ...draft, meaning: { way: "running", tag: "running", timeout: "30", map: [], otherwise: "Idle", ...meaning } });
  it.each([
    [{ map: [["true", "RUN"], ["false", "Stopped"]] as const }, { values: { tag: "running", map: { true: "RUN", false: "Stopped" } } }],
    [{ way: "activity" as const, tag: "pieces", timeout: "12" }, { activity: { tag: "pieces", timeout_s: 12, otherwise: "Idle" } }],
    [{ way: "packml" as const, tag: "state" }, { packml: { state: "state" } }],
    [{ way: "hand" as const, tag: "" }, { by_hand: true }],
    [{ way: "word" as const, map: [["", "RUN"]] as const }, null],
    [{ tag: "" }, null],
  ])("%j", (meaning, states) => expect(said(meaning)).toEqual(states));
  it.each([["modbus", "40001", 65_536], ["modbus", "30007:uint32", 4_294_967_296], ["modbus", "30005:float32", null], ["opcua", "ns=1;i=5", null]])("a counter of %s at %s begins anew at %s", (driver, address, modulus) => expect(modulusOf(driver, address)).toBe(modulus));
});

describe("a connection that stands", () => {
  const states = { values: { tag: "word", map: { "1": "RUN", "2": { state: "Held" } } }, micro_stop_s: 60 };
  const found: Definition = {
    name: "plc1", version: 3, driver: "modbus", options: { host: "plc" }, time: "device", alert_after_min: 10,
    machines: [{ path: "acme/press", name: "Press", standard_rate_upm: 30, calendar: null, inherited: 0, states, counters: { good: { tag: "pieces", max_rate_upm: 90 }, rework: { tag: "rework" } }, signals: [{ property: "word", address: "40001", kind: "i64", deadband: 2 }, { property: "pieces", address: "40002", kind: "u64" }] }],
  };
  it("comes back as it was when nothing is changed", () => {
    const body = bodyOf(draftFrom(found, undefined, empty), { version: 3, roots: ["acme"], kinds: {} });
    expect(body.link).toMatchObject({ time: "device", alert_after_min: 10 });
    expect(body.machine).toMatchObject({ path: "acme/press", calendar: null, counters: found.machines[0]?.counters, states: { micro_stop_s: 60, values: { tag: "word", map: { "1": "RUN", "2": "Held" } } } });
    expect(body.machine?.signals[0]).toMatchObject({ deadband: 2, kind: "i64" });
  });
});

it("a fault leads to the page where it is mended", () => expect(["/link/options/host", "/machine/signals/2/address", "/machine/states/values"].map(stepOf)).toEqual(["device", "signals", "machine"]));

describe("what is likely", () => {
  const of = (...names: [string, "bool" | "i64"][]) => {
    const made = names.map(([property]) => ({ ...newSignal(), property, address: property }));
    return suggested({ ...draft, signals: made, counters: { total: "", good: "", scrap: "" } }, Object.fromEntries(made.map((signal, n) => [signal.key, names[n]?.[1] ?? "i64"])));
  };
  it.each([
    ["a contact that says running", [["ready", "bool"], ["running", "bool"], ["pieces", "i64"]] as [string, "bool" | "i64"][], "running", "running", { total: "pieces", good: "", scrap: "" }],
    ["a state word", [["state", "i64"], ["good_count", "i64"], ["scrap_count", "i64"]] as [string, "bool" | "i64"][], "word", "state", { total: "", good: "good_count", scrap: "scrap_count" }],
    ["nothing but a counter", [["total", "i64"], ["speed", "i64"]] as [string, "bool" | "i64"][], "activity", "total", { total: "total", good: "", scrap: "" }],
  ])("%s", (...row) => expect(of(...row[1])).toMatchObject({ meaning: { way: row[2], tag: row[3] }, counters: row[4] }));
});
