// The roles as the page offers them: four, and whatever else somebody already has.
import type { Listed } from "@/api/types";

export const OFFERED = ["viewer", "operator", "engineer", "administrator"] as const;
export type Offered = (typeof OFFERED)[number];
const HALVES = ["plant-owner", "system-administrator"];

/** The one role on the whole tree; the two halves of an administrator are one. Null: several, or none. */
export function roleOf(person: Pick<Listed, "roles">): string | null {
  if (person.roles.length === HALVES.length && HALVES.every((half) => person.roles.includes(half))) return "administrator";
  return person.roles.length === 1 ? (person.roles[0] ?? null) : null;
}

/** Whether the search finds the person: every word of it, in name or login, whatever the case and the accents. */
export function matches(person: Pick<Listed, "name" | "login">, text: string): boolean {
  const plain = (some: string) => some.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();
  const where = plain(`${person.name} ${person.login}`);
  return plain(text).split(/\s+/).every((word) => where.includes(word));
}
