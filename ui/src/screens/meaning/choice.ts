// What a person made of the claims: only what differs from them is kept, so that they may grow while one looks.
import type { Machine, Meant } from "@/screens/meaning/api";

export interface Choice {
  dropped: readonly string[];
  states: Readonly<Record<string, string>>;
  roles: Readonly<Record<string, string>>;
  rate: string | null;
}
export const NO_CHOICE: Choice = { dropped: [], states: {}, roles: {}, rate: null };

export const roleOf = (machine: Machine, choice: Choice, tag: string): string => choice.roles[tag] ?? machine.counters.find((one) => one.tag === tag)?.role ?? "";
export const stateOf = (machine: Machine, choice: Choice, value: string): string => choice.states[value] ?? machine.state?.values.find((one) => one.value === value)?.state ?? "";
export const rateOf = (machine: Machine, choice: Choice): string => choice.rate ?? (machine.rate && machine.rate.confidence !== "unknown" ? String(Math.round(machine.rate.rate_upm * 10) / 10) : "");

function statesOf(machine: Machine, choice: Choice): Record<string, unknown> | undefined {
  const { state } = machine;
  if (!state || choice.dropped.includes("state")) return undefined;
  const contacts = Object.fromEntries(machine.contacts.filter((one) => !choice.dropped.includes(one.tag)).map((one) => [one.use, one.tag]));
  if (state.way === "packml") return { packml: { state: state.tag }, ...contacts };
  if (state.way === "activity") return { activity: { tag: state.tag, timeout_s: state.timeout_s, otherwise: "Idle" }, ...contacts };
  const map = Object.fromEntries(state.values.map((one) => [one.value, stateOf(machine, choice, one.value)]).filter(([, meant]) => meant !== ""));
  return Object.keys(map).length > 0 ? { values: { tag: state.tag, map }, ...contacts } : undefined;
}

function countersOf(machine: Machine, choice: Choice): Record<string, unknown> | undefined {
  const kept = machine.counters.filter((one) => !choice.dropped.includes(one.tag) && roleOf(machine, choice, one.tag) !== "");
  const found = Object.fromEntries(kept.map((one) => [roleOf(machine, choice, one.tag), { tag: one.tag, ...(one.modulus ? { modulus: one.modulus } : {}) }]));
  if (found["total"] && found["good"] && found["scrap"]) delete found["good"]; // of the three two say it all
  return Object.keys(found).length > 0 ? found : undefined;
}

/** What is sent: nothing for what was dropped, and it stays as it is. */
export function meantOf(machine: Machine, choice: Choice): Meant {
  const states = statesOf(machine, choice);
  const counters = countersOf(machine, choice);
  const rate = choice.dropped.includes("rate") ? 0 : Number(rateOf(machine, choice).replace(",", "."));
  return { ...(states ? { states } : {}), ...(counters ? { counters } : {}), ...(rate > 0 ? { standard_rate_upm: rate } : {}) };
}

/** Two counters that a person gave the same role: the later one would win without a word. */
export function doubled(machine: Machine, choice: Choice): boolean {
  const roles = machine.counters.filter((one) => !choice.dropped.includes(one.tag)).map((one) => roleOf(machine, choice, one.tag)).filter(Boolean);
  return new Set(roles).size < roles.length;
}
