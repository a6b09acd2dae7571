// Whether a shift keeps pace: the good pieces that its planned time so far should have brought, against those it did.
import type { Kpis } from "@/api/types";
import { madeIn } from "@/kpi/made";

/** Nobody expects a piece of the time outside the plan, and nobody knows what was made in time without data. */
const UNASKED: ReadonlySet<string> = new Set(["not_planned", "planned_down", "no_data"]);
const FREE_SHARE = 0.02; // as close as this nobody calls a shift behind

export type Pace = "ahead" | "even" | "behind";
export interface Paced { target: number; actual: number; pace: Pace }

/** Planned busy time so far, as far as it is known, × the mean standard rate; null where nothing that ran has a rate. */
export function paceOf(kpis: Kpis | undefined): Paced | null {
  const whole = kpis?.losses.find((loss) => loss.key === "elapsed")?.units;
  const made = madeIn(kpis);
  if (!kpis || typeof made?.good !== "number" || whole === null || whole === undefined) return null;
  const unasked = kpis.losses.filter((loss) => UNASKED.has(loss.key)).reduce((sum, loss) => sum + (loss.units ?? 0), 0);
  const target = Math.max(0, Math.round(whole - unasked));
  const actual = made.good;
  const pace = actual > target * (1 + FREE_SHARE) ? "ahead" : actual < target * (1 - FREE_SHARE) ? "behind" : "even";
  return { target, actual, pace };
}
