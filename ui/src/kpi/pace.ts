// Whether a shift keeps pace: the good pieces that its known planned time should have brought, against those it did.
import type { LiveKpi } from "@/api/types";

const FREE_SHARE = 0.02; // as close as this nobody calls a shift behind

export type Pace = "ahead" | "even" | "behind";
export interface Paced { target: number; actual: number; pace: Pace }

/** Null where nobody can say: nothing counts, nothing that ran has a rate, or nothing is known of the time. */
export function paceOf(live: LiveKpi | undefined): Paced | null {
  const { due = null, good = null, difference = null } = live?.pace ?? {};
  if (due === null || good === null || difference === null) return null;
  const free = due * FREE_SHARE;
  return { target: due, actual: good, pace: difference > free ? "ahead" : difference < -free ? "behind" : "even" };
}
