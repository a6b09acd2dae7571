// As known when: what is known now, or what was at a moment; the address keeps it, so that a link shows the same.
import { type Search, useSearchText } from "@/view/search";

/** A place in the order of knowledge or a moment; anything else is none. */
export const knownOf = (text: string | undefined): string | null => (text && (/^\d{1,18}$/.test(text) || !Number.isNaN(Date.parse(text))) ? text : null);

/** What a question says of it; nothing where all that is known now is asked for. */
export interface Known { as_of?: string }
export const asKnown = (search: Search): Known => {
  const known = knownOf(search["as_of"]);
  return known === null ? {} : { as_of: known };
};

/** What the address says; nothing is edited while it is something. */
export const useKnown = (): Known => {
  const { as_of: known } = asKnown(useSearchText());
  return known === undefined ? NOW : { as_of: known };
};
const NOW: Known = {};
export const isPast = (known: Known): boolean => known.as_of !== undefined;

/** Now, on a screen of the present; on one of the past the moment up to which something was known, as the answer says it. */
export const momentOf = (known: Known, nowMs: number, answer: { now: string } | undefined): number => (isPast(known) && answer ? Date.parse(answer.now) : nowMs);

/** The moment that is named, ms; null where none is: now, or a place in the order of knowledge. */
export const momentIn = ({ as_of: known }: Known): number | null => (known === undefined || /^\d+$/.test(known) ? null : Date.parse(known));
