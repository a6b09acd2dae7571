// What the invented machines did over the last fortnight, and what they do next: states, counts, jams.
import { HOUR, MIN, byId, nowUs, random, tags, units } from "./plant.mjs";

const CAUSES = [["mechanical/jam", "Aborted"], ["mechanical/torque", "Held"], ["mechanical/drive", "Aborted"], [null, "Stopped"]];
const rng = new Map(units.map((u) => [u.id, random(u.id * 7919)]));
export const records = new Map(units.map((u) => [u.id, []]));
export const changed = new Set();
export const jammed = new Map();
const dead = new Set(units.filter((u) => u.name === "Case packer").map((u) => u.id));

function nextState(id, previous) {
  const r = rng.get(id)();
  if (previous !== "Execute") return { state: "Execute", reason: null, external: false, last: (4 + rng.get(id)() * 26) * MIN };
  if (r < 0.35) return { state: "Suspended", reason: r < 0.2 ? "external/starved" : "external/blocked", external: true, last: (0.3 + rng.get(id)() * 3) * MIN };
  if (r < 0.42) return { state: "CHANGEOVER", reason: "setup/changeover", external: false, last: (5 + rng.get(id)() * 15) * MIN };
  if (r < 0.46) return { state: "Idle", reason: null, external: false, last: (2 + rng.get(id)() * 6) * MIN };
  if (r < 0.48) return { state: "NO_DATA", reason: null, external: false, last: (2 + rng.get(id)() * 20) * MIN };
  const [reason, state] = CAUSES[Math.floor(rng.get(id)() * CAUSES.length)];
  return { state, reason, external: false, last: (1 + rng.get(id)() * 9) * MIN };
}

function push(id, t0, next) {
  const list = records.get(id);
  const open = list.at(-1);
  if (open) open.t1 = t0;
  list.push({ t0, t1: null, state: next.state, mode: "Production", reason: next.reason, external: next.external, until: t0 + next.last });
  changed.add(id);
}

for (const u of units) {
  let t = nowUs() - 14 * 24 * HOUR;
  let state = "Idle";
  while (t < nowUs()) {
    const next = nextState(u.id, state);
    push(u.id, t, next);
    state = next.state;
    t += next.last;
  }
  if (dead.has(u.id)) push(u.id, nowUs() - 23 * MIN, { state: "NO_DATA", reason: null, external: false, last: 1e15 });
}

export const openRecord = (id) => records.get(id).at(-1);

/** Move every machine on to now; a jam holds the machine until somebody frees it. */
export function advance() {
  for (const u of units) {
    const open = openRecord(u.id);
    if (!jammed.has(u.id) && open.until <= nowUs()) push(u.id, nowUs(), nextState(u.id, open.state));
  }
}
export function jam(id, cause) {
  jammed.set(id, cause);
  push(id, nowUs(), { state: "Aborted", reason: `mechanical/${cause || "jam"}`, external: false, last: 1e15 });
}
export function free(id) {
  jammed.delete(id);
  push(id, nowUs(), { state: "Execute", reason: null, external: false, last: 20 * MIN });
}

export const between = (id, from, to) =>
  records.get(id).filter((r) => r.t0 < to && (r.t1 ?? Infinity) > from);

/** Microseconds of each state in [from, to). */
export function spent(id, from, to) {
  const total = {};
  for (const r of between(id, from, to)) {
    const key = r.external ? "EXTERNAL" : r.state;
    total[key] = (total[key] ?? 0) + Math.min(r.t1 ?? nowUs(), to) - Math.max(r.t0, from);
  }
  return total;
}

const upm = (id) => 92 + (id % 5);
export function counts(id, from, to) {
  const run = spent(id, from, Math.min(to, nowUs())).Execute ?? 0;
  const total = Math.floor((run / MIN) * upm(id));
  const scrap = Math.floor(total * (0.004 + (id % 4) * 0.003));
  return { good: total - scrap, scrap, rework: 0, infeed: 0 };
}

/** The invented signal behind a tag at a moment: what the trend shows. */
export function valueAt(tag, t) {
  const unit = byId.get(tag.equipment_id);
  const record = records.get(unit.id).findLast((r) => r.t0 <= t) ?? openRecord(unit.id);
  const wave = Math.sin(t / (7 * MIN)) * 2 + Math.sin(t / (0.4 * MIN));
  const byProperty = {
    state: { Execute: 6, Aborted: 9, Held: 11, Suspended: 5, Idle: 4, Stopped: 2, CHANGEOVER: 2, NO_DATA: 0 }[record.state],
    mode: 1,
    stop_reason: record.reason?.startsWith("mechanical") ? 11 : 0,
    starved: record.reason === "external/starved" ? 1 : 0,
    blocked: record.reason === "external/blocked" ? 1 : 0,
    speed: record.state === "Execute" ? upm(unit.id) + wave : 0,
    processed: Math.floor((t / MIN) * 60) % 4294967296,
    defective: Math.floor((t / MIN) * 0.4) % 4294967296,
    bowl_temp: 18 + wave / 2,
  };
  return { value: byProperty[tag.property], quality: record.state === "NO_DATA" ? 8 : 192 };
}
export const tagsOf = (id) => tags.filter((t) => t.equipment_id === id);
