// A small bottling plant that exists only on the developer's screen: equipment, tags, products, reasons, shifts.

export const MIN = 60e6;
export const HOUR = 3600e6;
export const nowUs = () => Date.now() * 1000;
export const iso = (us) => (us == null ? null : new Date(us / 1000).toISOString().replace(/\.(\d{3})Z$/, `.$1${String(Math.round(us % 1000)).padStart(3, "0")}Z`));
export const us = (text) => Date.parse(text) * 1000;

/** Repeatable random numbers in [0, 1): the same seed gives the same plant. */
export function random(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const rows = [
  ["acme", "Acme Drinks", "Enterprise"],
  ["acme/brno", "Brno", "Site"],
  ["acme/brno/pack", "Packaging hall", "Area"],
  ["acme/brno/pack/line1", "Line 1", "ProductionLine", ["filler", "capper", "labeller", "palletiser"], "filler"],
  ["acme/brno/pack/line1/filler", "Filler", "WorkUnit"],
  ["acme/brno/pack/line1/capper", "Capper", "WorkUnit"],
  ["acme/brno/pack/line1/labeller", "Labeller", "WorkUnit"],
  ["acme/brno/pack/line1/palletiser", "Palletiser", "WorkUnit"],
  ["acme/brno/pack/line2", "Line 2", "ProductionLine", ["blower", "packer"], null],
  ["acme/brno/pack/line2/blower", "Blow moulder", "WorkUnit"],
  ["acme/brno/pack/line2/packer", "Case packer", "WorkUnit"],
  ["acme/brno/utilities", "Utilities", "Area"],
];

export const equipment = rows.map(([path, name, level, flow = [], constraint = null], i) => ({
  id: i + 1,
  path,
  name,
  level,
  parent_id: null,
  class_name: level === "WorkUnit" ? "packml-machine" : null,
  timezone: "Europe/Prague",
  flow,
  constraint,
  standard_rate_upm: level === "WorkUnit" ? 100 : null,
}));
for (const e of equipment) e.parent_id = equipment.find((p) => p.path === e.path.split("/").slice(0, -1).join("/"))?.id ?? null;

export const byId = new Map(equipment.map((e) => [e.id, e]));
export const units = equipment.filter((e) => e.level === "WorkUnit");

const properties = [
  ["state", "i64", null, "Status.StateCurrent"],
  ["mode", "i64", null, "Status.UnitModeCurrent"],
  ["stop_reason", "i64", null, "Admin.StopReason"],
  ["starved", "bool", null, "Status.EquipmentInterlock.Starved"],
  ["blocked", "bool", null, "Status.EquipmentInterlock.Blocked"],
  ["speed", "f64", "{#}/min", "Status.CurMachSpeed"],
  ["processed", "u64", "{#}", "Admin.ProdProcessedCount"],
  ["defective", "u64", "{#}", "Admin.ProdDefectiveCount"],
  ["bowl_temp", "f64", "Cel", "Status.Parameter.BowlTemperature"],
];
export const tags = units.flatMap((u) =>
  properties.map(([property, kind, unit, node], i) => ({
    id: u.id * 100 + i,
    equipment_id: u.id,
    path: `${u.path}.${property}`,
    property,
    kind,
    unit,
    connection: `plc-${u.path.split("/").pop()}`,
    address: `nsu=urn:dovetail:sim;s=${u.name}.${node}`,
  })),
);

export const products = [
  { id: "cola-05", name: "Cola 0.5 l", unit: "{#}", rates_upm: Object.fromEntries(units.map((u) => [u.path, 100])), units: { case: "12", kg: "100/53" } },
  { id: "lemon-10", name: "Lemonade 1.0 l", unit: "{#}", rates_upm: Object.fromEntries(units.map((u) => [u.path, 80])), units: {} },
];

export const reasons = [
  { key: "mechanical", name: "Mechanical", category: "failure", children: [
    { key: "jam", name: "Bottle jam", category: "failure", children: [] },
    { key: "torque", name: "Torque fault", category: "failure", children: [] },
    { key: "drive", name: "Drive fault", category: "failure", children: [] } ] },
  { key: "setup", name: "Set-up", category: "setup", children: [{ key: "changeover", name: "Product changeover", category: "setup", children: [] }] },
  { key: "organisational", name: "Organisational", category: "other", children: [{ key: "no-material", name: "No material", category: "other", children: [] }] },
];

const SHIFTS = [["Night", -2], ["Early", 6], ["Late", 14], ["Night", 22]];
/** Three shifts a day, one fixed hour east of UTC. */
export function shiftsIn(fromUs, toUs) {
  const found = [];
  for (let day = Math.floor((fromUs + HOUR) / (24 * HOUR)) - 1; day * 24 * HOUR <= toUs + HOUR; day++)
    for (const [name, hour] of SHIFTS.slice(1)) {
      const start = day * 24 * HOUR + (hour - 1) * HOUR;
      if (start < toUs && start + 8 * HOUR > fromUs)
        found.push({ id: `three-shift/${iso(day * 24 * HOUR).slice(0, 10)}/${name}`, name, startUs: start, endUs: start + 8 * HOUR, crew: name === "Early" ? "Crew A" : name === "Late" ? "Crew B" : "Crew C" });
    }
  return found;
}
