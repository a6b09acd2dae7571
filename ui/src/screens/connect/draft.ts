// What a person has filled in so far, and how it is sent: the screen keeps words, the server says what they come to.
import type { Equipment } from "@/api/types";
import type { Definition, Driver, LinkBody, PutBody, SignalBody } from "@/screens/connect/api";
import type { Options } from "@/screens/connect/schema";

export const KINDS = ["f64", "i64", "u64", "bool", "str", "json"] as const;
export type Kind = (typeof KINDS)[number];
/** `kind` empty: the one that fits what comes. */
export interface Signal { key: number; property: string; address: string; kind: Kind | ""; unit: string; scale: string; offset: string; scan: string }

export const WAYS = ["running", "activity", "word", "packml", "watch", "hand"] as const;
export type Way = (typeof WAYS)[number];
export interface Meaning { way: Way; tag: string; timeout: string; map: readonly (readonly [string, string])[]; otherwise: string }
export const COUNTERS = ["total", "good", "scrap"] as const;
export type Counters = Readonly<Record<(typeof COUNTERS)[number], string>>;

/** Where the machine stands: below a node of the plant, on a new line, or it is there already. */
export interface Place { machine: string; below: string; plant: string; line: string; name: string; zone: string; rate: string; calendar: string }

export interface Draft {
  driver: string;
  name: string;
  options: Options;
  secrets: Readonly<Record<string, string>>;
  signals: readonly Signal[];
  place: Place;
  meaning: Meaning | null;
  counters: Counters;
  /** What of the plant code this form does not show is sent back as it was. */
  kept: { states: Record<string, unknown> | null; counters: Record<string, Record<string, unknown>>; time: string; alert: number | null; deadbands: Readonly<Record<string, number>> };
}

export const NEW_LINE = "+";
export const AROUND = "around-the-clock";
let keys = 0;
export const newSignal = (): Signal => ({ key: ++keys, property: "", address: "", kind: "", unit: "", scale: "1", offset: "0", scan: "default" });

const plain = (text: string) => text.replaceAll("ß", "ss").normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
/** A piece of a path: `Füller 1` is `fuller-1`. */
export const segmentOf = (text: string): string => plain(text).replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 60);
/** The name of a tag: `Stück gut` is `stuck_gut`. */
export const propertyOf = (text: string): string => plain(text).replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "").replace(/^(?=\d)/, "at_").slice(0, 60);

export const emptyDraft = (zone: string, names: { plant: string; line: string }): Draft => ({
  driver: "", name: "", options: {}, secrets: {}, signals: [], meaning: null, counters: { total: "", good: "", scrap: "" },
  place: { machine: "", below: NEW_LINE, plant: names.plant, line: names.line, name: "", zone, rate: "", calendar: AROUND },
  kept: { states: null, counters: {}, time: "auto", alert: null, deadbands: {} },
});

/** The path the machine has or will have; empty while it has no name. */
export function machinePath({ place }: Draft, roots: readonly string[]): string {
  if (place.machine) return place.machine;
  const own = segmentOf(place.name);
  if (!own) return "";
  if (place.below !== NEW_LINE) return `${place.below}/${own}`;
  return [roots[0] ?? segmentOf(place.plant), segmentOf(place.line), own].join("/");
}

/** Where a counter begins anew, as far as its address tells: one register at 65536, two at 2³². */
export function modulusOf(driver: string, address: string): number | null {
  if (driver !== "modbus" || /float|string|\.\d+$/.test(address) || /^[01]/.test(address)) return null;
  if (/64/.test(address)) return null;
  return /u?int32/.test(address) ? 4_294_967_296 : 65_536;
}

export const linkOf = (draft: Draft): LinkBody => ({ driver: draft.driver, options: draft.options, secrets: draft.secrets, time: draft.kept.time, alert_after_min: draft.kept.alert });

const number = (text: string, otherwise: number): number => (text.trim() === "" || !Number.isFinite(Number(text)) ? otherwise : Number(text));

/** A signal as the server takes it; while trying, no kind means: find one. */
export const signalBody = (signal: Signal, kind: Kind | "" = signal.kind): SignalBody => ({
  property: signal.property || "unnamed", address: signal.address, kind: kind || null, unit: signal.unit || null, scale: number(signal.scale, 1), offset: number(signal.offset, 0), scan: signal.scan,
});

/** The `states` of plant code, or null while nothing (or nothing whole) is said. */
export function statesOf({ meaning, kept }: Draft): Record<string, unknown> | null {
  if (!meaning || meaning.way === "watch") return kept.states;
  const more = Object.fromEntries(Object.entries(kept.states ?? {}).filter(([name]) => !["packml", "machinery", "values", "activity", "by_hand"].includes(name)));
  if (meaning.way === "hand") return { ...more, by_hand: true };
  if (!meaning.tag) return null;
  if (meaning.way === "packml") return { ...more, packml: { state: meaning.tag } };
  if (meaning.way === "activity") return { ...more, activity: { tag: meaning.tag, timeout_s: number(meaning.timeout, 30), otherwise: meaning.otherwise } };
  const map = meaning.map.filter(([value, state]) => value.trim() !== "" && state !== "");
  return map.length === 0 ? null : { ...more, values: { tag: meaning.tag, map: Object.fromEntries(map) } };
}

export function countersOf(draft: Draft): Record<string, unknown> {
  const found = Object.entries(draft.kept.counters).filter(([name]) => !(COUNTERS as readonly string[]).includes(name));
  for (const name of COUNTERS) {
    const tag = draft.counters[name];
    if (!tag) continue;
    const { tag: before, ...said } = draft.kept.counters[name] ?? {};
    const address = draft.signals.find((signal) => signal.property === tag)?.address ?? "";
    const modulus = before === tag ? null : modulusOf(draft.driver, address);
    found.push([name, { ...(before === tag ? said : {}), tag, ...(modulus ? { modulus } : {}) }]);
  }
  return Object.fromEntries(found);
}

interface Standing { version: number; roots: readonly string[]; kinds: Readonly<Record<number, Kind>> }
/** The whole change. `kinds`: what each signal (by key) was last read as. */
export function bodyOf(draft: Draft, { version, roots, kinds }: Standing): PutBody {
  const { place } = draft;
  const path = machinePath(draft, roots);
  const onNewLine = !place.machine && place.below === NEW_LINE;
  const line = path.split("/").slice(0, -1).join("/");
  const above = onNewLine ? [...(roots.length === 0 ? [{ path: segmentOf(place.plant), level: "Enterprise", name: place.plant, timezone: place.zone }] : []), { path: line, level: "ProductionLine", name: place.line }] : [];
  const machine = {
    path, name: place.name || null, standard_rate_upm: place.rate ? number(place.rate, 0) : null, calendar: place.calendar || null, above,
    signals: draft.signals.filter((signal) => signal.address).map((signal) => ({ ...signalBody(signal, signal.kind || (kinds[signal.key] ?? "")), deadband: draft.kept.deadbands[signal.property] ?? 0 })),
    states: statesOf(draft), counters: countersOf(draft),
  };
  return { connection: draft.name, seen: version, link: linkOf(draft), machine: path ? machine : null, plant_name: version === 0 ? place.plant : null };
}

function meaningFrom(states: Record<string, unknown> | null): Meaning | null {
  const values = states?.["values"] as { tag: string; map: Record<string, string | { state: string }> } | undefined;
  const activity = states?.["activity"] as { tag: string; timeout_s: number; otherwise?: string } | undefined;
  const packml = states?.["packml"] as { state: string } | undefined;
  const base = { tag: "", timeout: "30", map: [], otherwise: "Idle" };
  if (values) {
    const map = Object.entries(values.map).map(([value, said]) => [value, typeof said === "string" ? said : said.state] as const);
    const rich = Object.values(values.map).some((said) => typeof said !== "string" && Object.keys(said).length > 1);
    return rich ? null : { ...base, way: map.length === 2 && map.every(([value]) => ["true", "false", "0", "1"].includes(value)) ? "running" : "word", tag: values.tag, map };
  }
  if (activity) return { ...base, way: "activity", tag: activity.tag, timeout: String(activity.timeout_s), otherwise: activity.otherwise ?? "Idle" };
  if (packml && Object.keys(packml).length === 1) return { ...base, way: "packml", tag: packml.state };
  return states?.["by_hand"] ? { ...base, way: "hand" } : null;
}

/** A connection that stands, as the form shows it; of several machines the one that is asked for. */
export function draftFrom(found: Definition, wanted: string | undefined, empty: Draft): Draft {
  const machine = found.machines.find((one) => one.path === wanted) ?? found.machines[0];
  const text = (value: unknown, otherwise: string) => (value === undefined || value === null ? otherwise : String(value));
  const signals = (machine?.signals ?? []).map((one): Signal => ({
    ...newSignal(), property: text(one["property"], ""), address: text(one["address"], ""), kind: (one["kind"] ?? "f64") as Kind, unit: text(one["unit"], ""), scale: text(one["scale"], "1"), offset: text(one["offset"], "0"), scan: text(one["scan"], "default"),
  }));
  const counters = machine?.counters ?? {};
  const tag = (name: string) => text(counters[name]?.["tag"], "");
  return {
    ...empty, driver: found.driver, name: found.name, options: found.options, signals,
    place: { ...empty.place, machine: machine?.path ?? "", name: machine?.name ?? "", rate: text(machine?.standard_rate_upm, ""), calendar: machine ? machine.calendar ?? "" : empty.place.calendar },
    meaning: meaningFrom(machine?.states ?? null), counters: { total: tag("total"), good: tag("good"), scrap: tag("scrap") },
    kept: { states: machine?.states ?? null, counters, time: found.time, alert: found.alert_after_min, deadbands: Object.fromEntries((machine?.signals ?? []).flatMap((one) => (one["deadband"] ? [[text(one["property"], ""), Number(one["deadband"])] as const] : []))) },
  };
}

/** The form as something that was found fills it in: `driver`, `name` and `options` of the address; a person looks at it. */
export function draftOf(search: Readonly<Record<string, string>>, drivers: readonly Driver[], empty: Draft): Draft {
  const driver = drivers.find((one) => one.name === search["driver"]);
  if (!driver) return empty;
  try {
    const said = JSON.parse(search["options"] ?? "{}") as Options;
    return { ...empty, driver: driver.name, name: segmentOf(search["name"] ?? ""), options: { ...driver.start, ...said } };
  } catch {
    return { ...empty, driver: driver.name, options: driver.start };
  }
}

const HOLDS = new Set(["Site", "Area", "ProcessCell", "ProductionLine", "ProductionUnit", "StorageZone", "WorkCenter", "WorkCell", "Unit"]);
/** Nodes of the plant that a machine can stand below. */
export const places = (nodes: readonly Pick<Equipment, "path" | "level" | "name">[]) => nodes.filter((node) => HOLDS.has(node.level));

export const STEPS = ["device", "signals", "machine", "review"] as const;
export type Step = (typeof STEPS)[number];
/** On which page of the form a fault is mended. */
export const stepOf = (pointer: string): Step => (pointer.startsWith("/machine/signals") ? "signals" : pointer.startsWith("/machine") ? "machine" : "device");

const named = (signals: readonly Signal[], pattern: RegExp) => signals.find((signal) => pattern.test(signal.property))?.property ?? "";
/** What the signals' names and kinds make likely, where nothing has been said yet; a person looks at it before it holds. */
export function suggested(draft: Draft, kinds: Readonly<Record<number, Kind>>): Partial<Draft> {
  const { signals, meaning, counters } = draft;
  const kindOf = (signal: Signal) => signal.kind || kinds[signal.key];
  const counts = signals.filter((signal) => ["i64", "u64", "f64"].includes(kindOf(signal) ?? ""));
  const said = counters.total || counters.good || counters.scrap;
  const scrap = named(counts, /scrap|reject|bad|defect|ausschuss|nio/);
  const good = named(counts, /good|gut|\bio\b/);
  const total = good && scrap ? "" : named(counts, /total|count|piece|processed|produced|stueck|stuck|menge|zahl/);
  const found = said ? counters : { total: total === scrap ? "" : total, good: total ? "" : good, scrap };
  if (meaning) return { counters: found };
  const base = { timeout: "30", otherwise: "Idle", map: [] as Meaning["map"] };
  const running = signals.find((signal) => kindOf(signal) === "bool" && /run|lauf|betrieb|prod|active/.test(signal.property)) ?? signals.find((signal) => kindOf(signal) === "bool");
  if (running) return { counters: found, meaning: { ...base, way: "running", tag: running.property, map: ON_OFF } };
  const word = named(counts, /state|status|zustand/);
  if (word) return { counters: found, meaning: { ...base, way: "word", tag: word } };
  const counter = found.total || found.good;
  return counter ? { counters: found, meaning: { ...base, way: "activity", tag: counter } } : { counters: found };
}

export const ON_OFF: Meaning["map"] = [["true", "RUN"], ["false", "Stopped"]];
