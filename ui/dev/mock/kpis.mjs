// The six figures of an invented machine and the tree that opens under each of them.
import { HOUR, MIN, byId, equipment, iso, nowUs, shiftsIn, tags, us } from "./plant.mjs";
import { between, counts, spent } from "./history.mjs";

export const kpiList = [
  ["oee_index", "OEE index", "Availability · Effectiveness · Quality ratio"],
  ["availability", "Availability", "APT / (PBT − NODT)"],
  ["effectiveness", "Effectiveness", "Σ PRI·PQ / Σ APT"],
  ["quality_ratio", "Quality ratio", "GQ / PQ"],
  ["teep", "TEEP", "OEE index · POT / elapsed time"],
  ["nee_index", "NEE index", "(AUPT / PBT) · Effectiveness · Quality ratio"],
].map(([id, name, formula]) => ({ id, name, formula, unit: "%", range: "0 … 100 %", standard: "ISO 22400-2", convention: "no_data: observed; micro_stop: delay" }));

const sourceOf = (e) => {
  if (e.level === "WorkUnit") return e;
  return equipment.find((c) => c.path === `${e.path}/${e.constraint}`) ?? null;
};

export function window_(query) {
  const shift = query.get("shift");
  const now = nowUs();
  if (shift === "current") return shiftsIn(now, now + 1).map((s) => ({ from: s.startUs, to: Math.min(now, s.endUs), shift: s }))[0];
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
    equipment_id: id, start: iso(from), end: iso(end), shift: shift && { id: shift.id, name: shift.name, start: iso(shift.startUs), end: iso(shift.endUs), crew: shift.crew },
    as_of: iso(nowUs()), settled: iso(end - 2e6), line_method: e.level === "WorkUnit" ? null : unit ? "constraint" : null,
    times: { elapsed_us: elapsed, not_planned_us: 0, planned_down_us: planned, pot_us: elapsed, pbt_us: pbt, apt_us: apt, aust_us: aust, adet_us: adet, adot_us: adot, nodt_us: nodt },
    counts: c, coverage: unit ? coverage : null,
    kpis: kpiList.map((k) => ({ id: k.id, name: k.name, value: values[k.id], unit: k.unit, low: coverage < 0.9 && oee ? values[k.id] * 0.9 : null, high: coverage < 0.9 && oee ? Math.min(values[k.id] * 1.07, 1) : null, convention: k.convention, standard: k.standard })),
    losses: unit ? [["setup", "Set-up", aust], ["failure", "Failures", Math.max(adet - external, 0)], ["external", "Starved and blocked", Math.min(external, adet)], ["idle", "Idle without a job", adot], ["no_data", "No data", nodt], ["speed", "Reduced speed", speed], ["scrap", "Scrap", scrapUs]].map(([key, label, v]) => ({ key, label, us: Math.round(v), units: Math.round((v / MIN) * rate) })) : [],
  };
}

const node = (key, kind, label, value, rest = {}) => ({ key, kind, label, value, unit: null, detail: {}, more: false, children: [], ...rest });

/** Children under a path of keys; built level by level as the server does. */
export function explain(kpi, { id, from, to, path }) {
  const e = byId.get(id);
  const unit = sourceOf(e);
  const doc = kpis(id, { from, to });
  const figure = doc.kpis.find((k) => k.id === kpi);
  const meta = kpiList.find((k) => k.id === kpi);
  const slices = unit ? between(unit.id, from, to) : [];
  const root = node(kpi, "kpi", meta.name, figure.value, { unit: "%", formula: meta.formula, convention: meta.convention, detail: { standard: meta.standard, coverage: doc.coverage, equipment: e.path } });
  const columns = [["apt", "Production time (APT)", doc.times.apt_us, "us"], ["pbt", "Planned busy time (PBT)", doc.times.pbt_us, "us"], ["nodt", "Time without data (NODT)", doc.times.nodt_us, "us"], ["good", "Good quantity (GQ)", doc.counts.good, "{#}"], ["total", "Produced quantity (PQ)", doc.counts.good + doc.counts.scrap, "{#}"]]
    .map(([key, label, value, u]) => node(key, "column", label, value, { unit: u, more: true }));
  const sliceNode = (r) => node(`slice:${Math.round(r.t0)}`, "slice", r.state, Math.min(r.t1 ?? nowUs(), to) - Math.max(r.t0, from), { unit: "us", more: true, detail: { start: iso(Math.max(r.t0, from)), end: iso(Math.min(r.t1 ?? nowUs(), to)), state: r.state, reason: r.reason, class: r.state === "Execute" ? "APT" : "ADET", good: counts(unit.id, Math.max(r.t0, from), Math.min(r.t1 ?? nowUs(), to)).good } });
  const levels = [
    () => ({ ...root, children: columns }),
    (key) => ({ ...columns.find((c) => c.key === key), children: slices.slice(0, 300).map(sliceNode) }),
    (key) => { const r = slices.find((s) => key === `slice:${Math.round(s.t0)}`); return { ...sliceNode(r), children: [node("record", "state-record", r.state, null, { more: true, detail: { start: iso(r.t0), end: iso(r.t1), state: r.state, reason: r.reason, source: "rule" } }), node("job", "job-response", "Cola 0.5 l", 100, { unit: "{#}/min", detail: { job_order: "JO-2211", product: "cola-05", start: iso(r.t0 - HOUR) } })] }; },
    () => node("record", "state-record", "Execute", null, { detail: { source: "rule" }, children: tags.filter((t) => t.equipment_id === unit.id).slice(0, 3).map((t) => node(`sample:${t.id}`, "sample", t.path, 6, { more: true, detail: { ts: iso(from), quality_name: "GOOD", ts_device: iso(from) } })) }),
    (key) => { const t = tags.find((x) => key === `sample:${x.id}`); return node(key, "sample", t.path, 6, { detail: { ts: iso(from), quality_name: "GOOD", ts_device: iso(from) }, children: [node("address", "address", t.address, null, { detail: { connection: t.connection, endpoint: "opc.tcp://127.0.0.1:4841/", address: t.address } })] }); },
    () => node("address", "address", "nsu=urn:dovetail:sim", null),
  ];
  const keys = path ? path.split("/") : [];
  return levels[Math.min(keys.length, 5)](keys.at(-1));
}
