// Where the pieces of a connection's past lie on a band, in percent of its width.
import type { LinkPeriod } from "@/api/types";

export interface Piece { state: "up" | "down"; left: number; width: number; key: string }
interface Span { t0: number; t1: number }

const LEAST_PERCENT = 0.25; // an outage of a second must be seen on a band of a week

/** Cut to the window; `nowMs` ends what still lasts. Outages come last, so that they lie on top. */
export function piecesOf(periods: readonly LinkPeriod[], span: Span, nowMs: number): Piece[] {
  const percent = (ms: number) => ((ms - span.t0) / (span.t1 - span.t0)) * 100;
  const pieces = periods.flatMap((period) => {
    const t0 = Math.max(Date.parse(period.start), span.t0);
    const t1 = Math.min(period.end ? Date.parse(period.end) : nowMs, span.t1);
    if (t1 <= t0) return [];
    const wide = percent(t1) - percent(t0);
    const width = period.state === "down" ? Math.max(wide, LEAST_PERCENT) : wide;
    return [{ state: period.state, left: Math.min(percent(t0), 100 - width), width, key: `${period.state} ${period.start}` }];
  });
  return pieces.sort((a, b) => Number(a.state === "down") - Number(b.state === "down"));
}
