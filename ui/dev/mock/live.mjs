// The live socket of the invented plant: topics, documents and columns in binary frames.
import { advance, changed, tagsOf, valueAt } from "./history.mjs";
import { connectionDocs, jobDocs, stateDoc } from "./answers.mjs";
import { kpis, window_ } from "./kpis.mjs";
import { nowUs } from "./plant.mjs";

const clients = new Set();
const current = new URLSearchParams("shift=current");

function documentOf(topic) {
  const [head, id, what] = topic.split("/");
  if (topic === "jobs") return { items: jobDocs() };
  if (topic === "connections") return { items: connectionDocs() };
  if (head === "equipment" && what === "state") return stateDoc(Number(id));
  if (head === "equipment" && what === "kpi") return kpis(Number(id), window_(current));
  if (head === "equipment" && what === "counts") return kpis(Number(id), window_(current)).counts;
  return null;
}
const head = (no, kind) => { const b = Buffer.alloc(8); b.writeUInt32LE(no, 0); b.writeUInt8(kind, 4); return b; };
const documentFrame = (no, doc) => Buffer.concat([head(no, 1), Buffer.from(JSON.stringify(doc))]);
function columnsFrame(no, id) {
  const list = tagsOf(id);
  const n = list.length;
  const texts = Object.fromEntries(list.filter((tag) => tag.kind === "str").map((tag) => [tag.id, String(valueAt(tag, nowUs()).value)]));
  const text = Buffer.from(Object.keys(texts).length > 0 ? JSON.stringify(texts) : "");
  const body = Buffer.alloc(8 + n * 34);
  body.writeUInt32LE(n, 0);
  body.writeUInt32LE(text.length, 4);
  const now = BigInt(Math.round(nowUs()));
  list.forEach((tag, i) => {
    const v = valueAt(tag, nowUs());
    body.writeBigInt64LE(BigInt(tag.id), 8 + i * 8);
    body.writeBigInt64LE(now, 8 + n * 8 + i * 8);
    body.writeDoubleLE(tag.kind === "str" ? Number.NaN : Number(v.value), 8 + n * 16 + i * 8);
    body.writeBigInt64LE(now, 8 + n * 24 + i * 8);
    body.writeUInt16LE(v.quality, 8 + n * 32 + i * 2);
  });
  return Buffer.concat([head(no, 3), body, text]);
}
const frame = (topic, no) => (topic.startsWith("tags/") ? columnsFrame(no, Number(topic.split("/")[1])) : documentFrame(no, documentOf(topic)));

export function attach(socket) {
  const topics = new Map();
  const client = { socket, topics };
  clients.add(client);
  socket.on("close", () => clients.delete(client));
  socket.on("message", (data) => {
    const { op, topics: wanted } = JSON.parse(data);
    for (const topic of wanted ?? []) {
      if (op === "unsubscribe") { topics.delete(topic); continue; }
      const no = topics.get(topic) ?? topics.size + 1 + Math.floor(Math.random() * 1e6);
      topics.set(topic, no);
      socket.send(JSON.stringify({ op: "subscribed", topic, no }));
      try { socket.send(frame(topic, no)); } catch { socket.send(JSON.stringify({ op: "refused", topic, problem: { status: 404, title: "Not found" } })); }
    }
  });
}
let tick = 0;
setInterval(() => {
  advance();
  tick += 1;
  for (const { socket, topics } of clients)
    for (const [topic, no] of topics) {
      const [, id, what] = topic.split("/");
      const due = what === "state" ? changed.has(Number(id)) : what === "kpi" || what === "counts" ? tick % 4 === 0 : topic.startsWith("tags/") ? tick % 2 === 0 : tick % 8 === 0;
      if (due) { try { socket.send(frame(topic, no)); } catch { /* this topic has nothing to say */ } }
    }
  changed.clear();
}, 250);
