// What the address says of a trend, and what it is changed to: the whole view can be sent to a colleague.
import { knownOf } from "@/knowing/known";
import { type Pen, pensOf, textOf } from "@/trend/pens";
import { allowed, LONGEST_MS } from "@/trend/gestures";
import type { View } from "@/timeline/keys";
import type { Change, Search } from "@/view/search";

export const BANDS = ["states", "jobs", "stops", "alarms"] as const;
export type Band = (typeof BANDS)[number];

/** `spanMs`: the last so long, following now; else a fixed view. */
export type When = { spanMs: number } | { view: View };
/** `asOf`: corrections made after this moment, or this place in the order of knowledge, do not count; `beside`: the same of second curves. */
export interface Asked { when: When; pens: readonly Pen[]; a: number | null; b: number | null; shiftMs: number | null; bands: readonly Band[]; asOf: string | null; beside: string | null }

export const HOUR_MS = 3_600_000;
const SPAN_MAX_S = 20 * 366 * 86_400;

const momentOf = (text: string | undefined): number | null => {
  const ms = Date.parse(text ?? "");
  return Number.isNaN(ms) ? null : ms;
};

function whenOf({ start, end, span }: Search): When {
  const [t0, t1] = [momentOf(start), momentOf(end)];
  if (t0 !== null && t1 !== null && t1 > t0) return { view: allowed({ t0, t1 }) };
  const s = Number(span);
  return { spanMs: s > 0 && s <= SPAN_MAX_S ? s * 1000 : HOUR_MS };
}

export function askedOf(search: Search): Asked {
  const shift = Number(search["shift"]);
  const bands = (search["bands"] ?? "").split(",");
  return {
    when: whenOf(search), pens: pensOf(search["pens"]), a: momentOf(search["a"]), b: momentOf(search["b"]),
    shiftMs: search["shift"] && shift !== 0 && Math.abs(shift) <= LONGEST_MS ? shift : null,
    bands: BANDS.filter((band) => bands.includes(band)), asOf: knownOf(search["as_of"]), beside: knownOf(search["beside"]),
  };
}

const iso = (ms: number): string => new Date(Math.round(ms)).toISOString();

export function changeOf(to: Partial<Asked>): Change {
  const { when, pens, a, b, shiftMs, bands, asOf, beside } = to;
  return {
    ...(when && ("view" in when ? { start: iso(when.view.t0), end: iso(when.view.t1), span: null, period: null } : { start: null, end: null, period: null, span: String(Math.round(when.spanMs / 1000)) })),
    ...(pens && { pens: textOf(pens) }),
    ...(a !== undefined && { a: a === null ? null : iso(a) }),
    ...(b !== undefined && { b: b === null ? null : iso(b) }),
    ...(shiftMs !== undefined && { shift: shiftMs === null ? null : String(Math.round(shiftMs)) }),
    ...(bands && { bands: bands.join(",") || null }),
    ...(asOf !== undefined && { as_of: asOf }),
    ...(beside !== undefined && { beside }),
  };
}

/** The view that is meant; one that follows ends now. */
export const viewOf = (when: When, nowMs: number): View => ("view" in when ? when.view : { t0: nowMs - when.spanMs, t1: nowMs });
