// The value of a KPI as its unit asks for: a share, a duration, pieces or pieces per hour.
import { formatDuration, formatMeasured, formatNumber, formatRatio, NOTHING, unitSymbol } from "@/show/format";
import { kpiWords, whyWords } from "@/kpi/words";
import type { Language } from "@/words/language";
import { wordFor } from "@/words/words";

/** What the screens call a KPI; one of a plant's own package by its own name. */
export function nameOfKpi({ id, name }: { id: string; name: string }, language: Language): string {
  const found = wordFor(kpiWords, language, id);
  return found === id ? name : found;
}

/** Why a figure has no value, in words; nothing where it has one. */
export function whyNone({ value, why }: { value: number | null; why?: string | null }, language: Language): string | undefined {
  return value === null && why ? wordFor(whyWords, language, why) : undefined;
}

export function kpiText({ value, unit }: { value: number | null; unit: string | null }, language: Language, digits = 1): string {
  if (value === null) return NOTHING;
  if (unit === "1" || unit === null) return formatRatio(value, language, digits);
  if (unit === "s") return formatDuration(value * 1e6, language);
  const rounded = Number.isInteger(value) ? formatMeasured(value, language) : formatNumber(value, language, 1);
  const symbol = unitSymbol(unit);
  return symbol ? `${rounded}\u2009${symbol}` : rounded;
}
