// The six figures of an invented machine and the tree that opens under each of them.
import { MIN, byId, equipment, iso, nowUs, shiftsIn, tags, us } from "./plant.mjs";
import { between, counts, spent } from "./history.mjs";

export const kpiList = [
  ["oee_index", "OEE index", "Availability · Effectiveness · Quality ratio"],
  ["availability", "Availability", "APT / (PBT − NODT)"],
  ["effectiveness", "Effectiveness", "Σ PRI·PQ / Σ APT"],
  ["quality_ratio", "Quality ratio", "GQ / PQ"],
  ["teep", "TEEP", "OEE index · POT / elapsed time"],
  ["nee_index", "NEE index", "(AUPT / PBT) · Effectiveness · Quality ratio"],
].map(([id, name, formula]) => ({ id, name, formula, unit: "1", range: "0 … 100 %", standard: "ISO 22400-2", convention: "no_data: observed · unplanned_run: extend · micro_stop: delay" }));

const sourceOf = (e) => {
  if (e.level === "WorkUnit") return e;
  return equipment.find((c) => c.path === `${e.path}/${e.constraint}`) ?? null;
};

export function window_(query) {
  const shift = query.get("shift");
  const now = nowUs();
  if (shift === "current") return shiftsIn(now, now + 1).map((s) => ({ from: s.startUs, to: s.endUs, shift: s }))[0];
  return { from: us(query.get("start")), to: us(query.get("end")), shift: null };
}

export function kpis(id, { from, to, shift }) {
  const e = byId.get(id);
  const unit = sourceOf(e);
  const end = Math.min(to, nowUs());
  const t = unit ? spent(unit.id, from, end) : {};
  const elapsed = Math.max(end - from, 1);
  const planned = Math.min(30 * MIN, elapsed / 10);
  const nodt = t.NO_DATA ?? 0;
  const aust = t.CHANGEOVER ?? 0;
  const adot = t.Idle ?? 0;
  const pbt = elapsed - planned;
  const apt = Math.max((t.Execute ?? 0) - planned, 0);
  const adet = Math.max(pbt - nodt - aust - adot - apt, 0);
  const c = unit ? counts(unit.id, from, end) : { good: 0, scrap: 0, rework: 0, infeed: 0 };
  const pq = c.good + c.scrap;
  const rate = 100;
  const a = unit && pbt > nodt ? apt / (pbt - nodt) : null;
  const f = unit && apt ? Math.min(pq / ((apt / MIN) * rate), 1.04) : null;
  const q = pq ? c.good / pq : null;
  const oee = a != null && f != null && q != null ? a * f * q : null;
  const values = { oee_index: oee, availability: a, effectiveness: f, quality_ratio: q, teep: oee && oee * (pbt / elapsed), nee_index: oee && oee * 1.02 };
  const coverage = pbt ? 1 - nodt / pbt : null;
  const external = t.EXTERNAL ?? 0;
  const speed = f == null ? 0 : Math.max(apt * (1 - f), 0);
  const scrapUs = (c.scrap / rate) * MIN;
  return {
    equipment_id: id, start: iso(from), end: iso(to), until: iso(end), partial: false, hints: [], known: 1, shift: shift && { id: shift.id, name: shift.name, start: iso(shift.startUs), end: iso(shift.endUs), crew: shift.crew },
    as_of: null, settled: iso(end - 2e6), line_method: e.level === "WorkUnit" ? null : unit ? "constraint" : null,
    times: { elapsed_us: elapsed, not_planned_us: 0, planned_down_us: planned, pot_us: elapsed, pbt_us: pbt, apt_us: apt, aust_us: aust, adet_us: adet, adot_us: adot, nodt_us: nodt },
    counts: c, coverage: unit ? coverage : null,
    kpis: kpiList.map((k) => ({ id: k.id, name: k.name, value: values[k.id], unit: k.unit, low: coverage < 0.9 && oee ? values[k.id] * 0.9 : null, high: coverage < 0.9 && oee ? Math.min(values[k.id] * 1.07, 1) : null, convention: k.convention, standard: k.standard })),
    losses: unit ? [["elapsed", "Elapsed time", elapsed], ["not_planned", "Not planned", 0], ["planned_down", "Planned down", planned], ["no_data", "No data", nodt], ["setup", "Setup", aust], ["delay", "Delay", Math.max(adet - external, 0)], ["delay_external", "Delay from outside", Math.min(external, adet)], ["down", "Down", adot], ["speed", "Speed loss", speed], ["quality", "Quality loss", scrapUs], ["effective", "Effective", Math.max(apt - speed - scrapUs, 0)]].map(([key, label, v]) => ({ key, label, us: Math.round(v), units: Math.round((v / MIN) * rate) })) : [],
  };
}

const node = (key, kind, label, value, rest = {}) => ({ key, kind, label, value, unit: "", formula: null, convention: null, detail: {}, more: false, next: null, children: [], ...rest });
const FACTORS = { oee_index: ["availability", "effectiveness", "quality_ratio"], nee_index: ["effectiveness", "quality_ratio"] };
const COLUMNS = { apt_us: "Production time (APT)", held_us: "Planned busy time the ratio is held against", pri_pq_ns: "Ideal time of the pieces (PRI·PQ)", apt_rated_us: "Production time with a rate", gq: "Good quantity (GQ)", pq: "Produced quantity (PQ)", elapsed_us: "Elapsed time" };
const INPUTS = { availability: ["apt_us", "held_us"], effectiveness: ["pri_pq_ns", "apt_rated_us"], quality_ratio: ["gq", "pq"], teep: ["apt_us", "elapsed_us"] };

/** One node and its children, as the server answers it: a node's key is its path. */
export function explain(kpi, { id, from, to, path }) {
  const e = byId.get(id);
  const unit = sourceOf(e);
  const doc = kpis(id, { from, to });
  const t = doc.times;
  const values = { apt_us: t.apt_us, held_us: t.pbt_us - t.nodt_us, pri_pq_ns: (doc.counts.good + doc.counts.scrap) * 600_000_000, apt_rated_us: t.apt_us, gq: doc.counts.good, pq: doc.counts.good + doc.counts.scrap, elapsed_us: t.elapsed_us };
  const kpiNode = (key, name) => { const meta = kpiList.find((k) => k.id === name); return node(key, "kpi", meta.name, doc.kpis.find((k) => k.id === name).value, { unit: "1", formula: meta.formula, convention: meta.convention, detail: { standard: meta.standard, range: meta.range }, more: true }); };
  const columnNode = (key, name) => node(key, "column", COLUMNS[name], Math.round(values[name]), { unit: name.endsWith("_ns") ? "ns" : name.endsWith("q") ? "{#}" : "us", formula: "Σ elapsed_us over slices", detail: { measure: "elapsed_us", classes: ["APT"], flag: null }, more: true });
  const spanOf = (r) => [Math.max(r.t0, from), Math.min(r.t1 ?? nowUs(), to)];
  const sliceNode = (key, r) => { const [a, b] = spanOf(r); return node(key, "slice", r.reason ? `${r.state} · ${r.reason}` : r.state, Math.round(b - a), { unit: "us", more: true, detail: { state: r.state, mode: r.mode, reason: r.reason, external: r.external, unplanned: false, plan: "BUSY", cls: r.state === "Execute" ? "APT" : "ADET", day: "2026-11-23", shift_id: "three-shift/2026-11-23/Late", crew: "Crew B", start: iso(a), end: iso(b), elapsed_us: Math.round(b - a), jobs: [] } }); };
  const recordNode = (key, r) => node(key, "state-record", r.state, r.t1 ? Math.round(r.t1 - r.t0) : null, { unit: "us", more: true, detail: { state: r.state, mode: r.mode, reason: r.reason, external: r.external, start: iso(r.t0), end: iso(r.t1), source: "rule" } });
  const sampleNode = (key, tag) => node(key, "sample", tag.path, 6, { unit: tag.unit ?? "", more: true, detail: { tag_id: tag.id, tag: tag.path, ts: iso(from), quality: 192, quality_name: "GOOD", ts_device: iso(from - 1200) } });
  const slices = unit ? between(unit.id, from, to).filter((r) => r.state === "Execute") : [];
  const steps = path ? path.split("/") : [kpi];
  const last = steps.at(-1);
  const full = steps.join("/");
  const [word, rest] = last.split(":");
  if (kpiList.some((k) => k.id === last)) {
    const here = kpiNode(full, last);
    return { ...here, children: [...(FACTORS[last] ?? []).map((f) => kpiNode(`${full}/${f}`, f)), ...(INPUTS[last] ?? []).map((c) => columnNode(`${full}/${c}`, c))] };
  }
  if (COLUMNS[last]) return { ...columnNode(full, last), children: slices.slice(0, 50).map((r) => sliceNode(`${full}/slice:${Math.round(spanOf(r)[0])}`, r)), next: slices.length > 50 ? "more" : null };
  const at = Number(rest);
  const record = slices.find((r) => Math.round(spanOf(r)[0]) === at || Math.round(r.t0) === at) ?? slices[0];
  if (word === "slice") {
    const count = node(`${full}/count-record:0`, "count-record", "96 good", 96, { unit: "{#}", more: true, detail: { kind: "good", quantity: 96, origin: "counter", spread: false, tag_id: unit.id * 100 + 6, start: iso(record.t0), end: iso(record.t0 + MIN), to_this_slice: 96 } });
    const job = node(`${full}/job-response:job-5`, "job-response", "cola-05", 100, { unit: "{#}/min", formula: "PRI = 60 s / standard rate", detail: { product: "cola-05", share_ppm: 1_000_000, pri_ns: 600_000_000 } });
    return { ...sliceNode(full, record), children: [recordNode(`${full}/state-record:${Math.round(record.t0)}`, record), count, job] };
  }
  const own = tags.filter((x) => x.equipment_id === unit.id);
  if (word === "state-record") return { ...recordNode(full, record), children: own.slice(0, 4).map((x) => sampleNode(`${full}/sample:${x.id}:${Math.round(from)}`, x)) };
  if (word === "count-record") return { ...node(full, "count-record", "96 good", 96, { unit: "{#}", detail: { kind: "good", quantity: 96, origin: "counter" } }), children: own.slice(6, 7).map((x) => sampleNode(`${full}/sample:${x.id}:${Math.round(from)}`, x)) };
  const tag = tags.find((x) => x.id === at) ?? own[0];
  const address = node(word === "address" ? full : `${full}/address:${tag.id}`, "address", tag.address, tag.address, { detail: { connection: tag.connection, driver: "opcua", endpoint: "opc.tcp://127.0.0.1:4841/", address: tag.address, scale: 1, offset: 0 } });
  return word === "sample" ? { ...sampleNode(full, tag), children: [address] } : address;
}
