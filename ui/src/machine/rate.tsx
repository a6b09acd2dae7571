// The standard rate beside a speed: it opens into who gave it, where, and from when on it holds.
import type { ReactNode } from "react";
import type { Equipment } from "@/api/types";
import type { Question } from "@/explain/open";
import { Opens } from "@/explain/opens";
import { useNowMs } from "@/live/now";
import css from "@/machine/rate.module.css";

const MINUTE_MS = 60_000;
const rateOf = (equipmentId: number, nowMs: number): Question => ({ key: "standard-rate", equipmentId, start: new Date(nowMs - MINUTE_MS).toISOString(), end: new Date(nowMs).toISOString() });

export function StandardRate({ unit, className, children }: { unit: Equipment; className?: string | undefined; children: ReactNode }) {
  return <span className={className}><Opens question={rateOf(unit.id, useNowMs())} className={className ? css.rate : undefined} testid="rate">{children}</Opens></span>;
}
