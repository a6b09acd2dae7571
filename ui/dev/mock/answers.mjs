// One answer per route of the HTTP contract.
import { HOUR, MIN, byId, equipment, iso, nowUs, products, random, reasons, shiftsIn, tags, units, us } from "./plant.mjs";
import { between, counts, free, jam, jammed, openRecord, tagsOf, valueAt } from "./history.mjs";
import { explain, kpiList, kpis, window_ } from "./kpis.mjs";

const jobs = new Map(units.slice(0, 4).map((u) => [u.id, [{ id: `job-${u.id}`, equipment_id: u.id, job_order: "JO-2211", product: "cola-05", lot: "L-0815", start: iso(nowUs() - 3 * HOUR), end: null, standard_rate_upm: 100, crew: "Crew B" }]]));
let setupNeeded = process.env.MOCK_SETUP === "1";
const started = nowUs();

const problem = (status, title, detail, extra = {}) => ({ status, headers: {}, body: { type: "about:blank", title, status, detail, ...extra } });
const ok = (body, status = 200, headers = {}) => ({ status, headers, body });
const items = (list) => ok({ items: list, next: null });

export const stateDoc = (id) => {
  const r = openRecord(id);
  return { equipment_id: id, state: r.state, mode: r.mode, reason: r.reason, external: r.external, since: iso(r.t0), settled: iso(nowUs() - 1e6), cls: r.state === "Execute" ? "APT" : r.state === "NO_DATA" ? "NODT" : "ADET" };
};
export const connectionDocs = () =>
  units.map((u) => {
    const name = u.path.split("/").pop();
    const down = openRecord(u.id).state === "NO_DATA";
    return { name: `plc-${name}`, driver: "opcua", endpoint: `opc.tcp://10.20.1.${u.id}:4840/`, up: !down, since: iso(openRecord(u.id).t0), cause: down ? "connect timed out after 3 s" : null, good_through: iso(down ? openRecord(u.id).t0 : nowUs() - 4e5), clock_offset_us: u.id === 6 ? 2_300_000 : 1800 * u.id, samples_per_s: down ? 0 : 14.2 + u.id, insecure: u.id % 3 === 0 };
  });
export const jobDocs = () => {
  const total = 14 * 24 * 60;
  const done = Math.min(total, Math.round(((nowUs() - started) / (6 * MIN)) * total));
  return [{ id: "import-1", title: "History import, 14 days", done, total, unit: "min", state: done < total ? "running" : "done", started: iso(started) }];
};

const me = { person: { id: "p-1", login: "anna", name: "Anna Novák", locale: "" }, grants: [{ role: "system administrator", node: null }, { role: "plant owner", node: { id: 1, path: "acme", name: "Acme Drinks" } }], permissions: { system: ["system.manage", "token.create"], at: { "plant.view": [1], "plant.edit": [1], "job.operate": [1], "timeline.edit": [1], "sim.operate": [1] } }, demo: true };

const sampleItems = (id, from, to) => {
  const tag = tags.find((t) => t.id === id);
  const n = 200;
  return Array.from({ length: n }, (_, i) => from + ((to - from) * i) / n).map((t) => { const v = valueAt(tag, t); return { ts: iso(t), value: v.value, quality: v.quality, quality_name: v.quality === 192 ? "GOOD" : "BAD_NOT_CONNECTED", ts_device: iso(t - 2000) }; });
};
function series(query) {
  const tag = tags.find((t) => t.id === Number(query.get("tag")));
  const [from, to, px] = [us(query.get("start")), Math.min(us(query.get("end")), nowUs()), Number(query.get("px"))];
  const noise = random(tag.id);
  const out = { tag: tag.id, unit: tag.unit, t0_us: [], min: [], max: [], first: [], last: [], n: [], n_good: [] };
  for (let i = 0; i < px; i++) {
    const t = from + ((to - from) * i) / px;
    const v = valueAt(tag, t);
    const good = v.quality === 192;
    const spread = tag.kind === "f64" && v.value ? noise() * 1.5 : 0;
    out.t0_us.push(Math.round(t));
    out.min.push(good ? v.value - spread : null); out.max.push(good ? v.value + spread : null);
    out.first.push(good ? v.value : null); out.last.push(good ? v.value : null); out.n.push(4); out.n_good.push(good ? 4 : 0);
  }
  return out;
}
const countItems = (id, from, to) => {
  const list = [];
  for (let t = Math.floor(from / MIN) * MIN; t < Math.min(to, nowUs()); t += MIN) {
    const c = counts(id, t, t + MIN);
    if (c.good) list.push({ start: iso(t), end: iso(t + MIN), kind: "good", quantity: c.good, origin: "counter", tag_id: id * 100 + 6, spread: false });
    if (c.scrap) list.push({ start: iso(t), end: iso(t + MIN), kind: "scrap", quantity: c.scrap, origin: "counter", tag_id: id * 100 + 7, spread: false });
  }
  return list;
};
const lastOf = (tag) => { const v = valueAt(tag, nowUs()); return { value: v.quality === 192 ? v.value : null, ts: iso(nowUs() - 5e5), quality: v.quality, quality_name: v.quality === 192 ? "GOOD" : "BAD_NOT_CONNECTED", ts_device: iso(nowUs() - 502e3) }; };
const simDoc = () => ({ units: units.slice(0, 4).map((u, i) => ({ path: u.path, name: u.name, state: openRecord(u.id).state, jammed: jammed.has(u.id), cause: jammed.get(u.id) ?? null, buffer_before: i ? 30 + i * 11 : null, buffer_after: i < 3 ? 41 + i * 11 : null, speed_upm: openRecord(u.id).state === "Execute" ? 96 : 0, unplugged: false })), speed: 1 });

const routes = [
  ["GET", /^\/health$/, () => ok({ status: "ok" })],
  ["GET", /^\/setup$/, () => ok({ needed: setupNeeded })],
  ["POST", /^\/setup$/, ({ body }) => { if (body.token !== "first") return problem(403, "This set-up token is not valid", "The token has been used or has expired.", { hint: "Start the server again: it prints a new one." }); setupNeeded = false; return ok(me, 201, { "set-cookie": "mock=1; Path=/" }); }],
  ["POST", /^\/session$/, ({ body }) => (body.once || body.password === "dovetail" ? ok(me, 201, { "set-cookie": "mock=1; Path=/" }) : problem(401, "Login or password is wrong", "Nobody was signed in.", { hint: "Passwords are case-sensitive." }))],
  ["DELETE", /^\/session$/, () => ok(undefined, 204, { "set-cookie": "mock=; Path=/; Max-Age=0" })],
  ["PUT", /^\/me\/locale$/, ({ body }) => { me.person.locale = body.locale; return ok({}); }],
  ["GET", /^\/me$/, () => ok(me)],
  ["GET", /^\/equipment$/, () => items(equipment)],
  ["GET", /^\/equipment\/(\d+)$/, ({ id }) => ok(byId.get(id))],
  ["GET", /^\/equipment\/(\d+)\/tags$/, ({ id }) => items(tagsOf(id).map((t) => ({ ...t, last: lastOf(t) })))],
  ["GET", /^\/equipment\/(\d+)\/state$/, ({ id }) => (openSafe(id) ? ok(stateDoc(id)) : problem(404, "Not found", "This equipment has no state."))],
  ["GET", /^\/equipment\/(\d+)\/state-records$/, ({ id, from, to }) => items(between(id, from, to).map((r) => ({ equipment_id: id, start: iso(r.t0), end: iso(r.t1), state: r.state, mode: r.mode, reason: r.reason, external: r.external, source: "rule", provisional: r.t1 == null })))],
  ["GET", /^\/equipment\/(\d+)\/count-records$/, ({ id, from, to }) => items(countItems(id, from, to))],
  ["GET", /^\/equipment\/(\d+)\/job-responses$/, ({ id, from, to }) => items((jobs.get(id) ?? []).filter((j) => us(j.start) < to && (j.end ? us(j.end) : Infinity) > from))],
  ["GET", /^\/equipment\/(\d+)\/shifts$/, ({ from, to }) => items(shiftsIn(from, to).map((s) => ({ id: s.id, name: s.name, start: iso(s.startUs), end: iso(s.endUs), crew: s.crew })))],
  ["GET", /^\/equipment\/(\d+)\/kpis$/, ({ id, query }) => ok(kpis(id, window_(query)))],
  ["GET", /^\/equipment\/(\d+)\/slices$/, ({ id, from, to }) => items(between(id, from, to).map((r) => ({ equipment_id: id, start: iso(r.t0), end: iso(r.t1), state: r.state, reason: r.reason, external: r.external, cls: r.state === "Execute" ? "APT" : "ADET", plan: "BUSY", product: "cola-05" })))],
  ["POST", /^\/job-responses$/, ({ body }) => { const list = jobs.get(body.equipment_id) ?? []; for (const j of list) j.end ??= iso(nowUs()); const job = { id: `job-${Date.now()}`, job_order: null, lot: null, standard_rate_upm: null, crew: null, ...body, start: iso(nowUs()), end: null }; jobs.set(body.equipment_id, [...list, job]); return ok(job, 201, { "x-known": "7", "x-audit-id": "7" }); }],
  ["POST", /^\/job-responses\/([\w-]+)\/end$/, ({ key }) => { const job = [...jobs.values()].flat().find((j) => j.id === key); job.end = iso(nowUs()); return ok(job, 200, { "x-audit-id": "8" }); }],
  ["POST", /^\/audit\/(\d+)\/undo$/, () => ok({})],
  ["GET", /^\/products$/, () => items(products)],
  ["GET", /^\/reasons$/, () => items(reasons)],
  ["GET", /^\/connections$/, () => items(connectionDocs())],
  ["GET", /^\/jobs$/, () => items(jobDocs())],
  ["GET", /^\/kpis$/, () => items(kpiList)],
  ["GET", /^\/kpis\/(\w+)\/explain$/, ({ key, query }) => ok(explain(key, { id: Number(query.get("equipment_id")), from: us(query.get("start")), to: us(query.get("end")), path: query.get("path") ?? "" }))],
  ["GET", /^\/tags\/(\d+)\/samples$/, ({ id, from, to }) => items(sampleItems(id, from, to))],
  ["GET", /^\/series$/, ({ query }) => ok(series(query))],
  ["GET", /^\/sim$/, () => ok(simDoc())],
  ["POST", /^\/sim\/jam$/, ({ body }) => { jam(units.find((u) => u.path === body.unit).id, body.cause); return ok({}); }],
  ["POST", /^\/sim\/free$/, ({ body }) => { free(units.find((u) => u.path === body.unit).id); return ok({}); }],
];
const openSafe = (id) => units.some((u) => u.id === id);
const OPEN = ["/health", "/setup", "/session"];

export async function answer({ method, path, query, body, cookie }) {
  if (process.env.MOCK_DELAY) await new Promise((done) => setTimeout(done, Number(process.env.MOCK_DELAY)));
  if (!OPEN.includes(path) && !cookie.includes("mock=1")) return problem(401, "Nobody is signed in", "The session has ended.");
  for (const [verb, pattern, handler] of routes) {
    const match = verb === method && pattern.exec(path);
    if (!match) continue;
    const from = query.get("start") ? us(query.get("start")) : 0;
    const to = query.get("end") ? us(query.get("end")) : nowUs();
    return handler({ id: Number(match[1]), key: match[1], query, body, from, to });
  }
  return problem(404, "Not found", `Nothing answers ${method} ${path}.`);
}
