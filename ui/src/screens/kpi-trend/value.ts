// How the value of a KPI is written: a ratio in percent, a time in its own words, all else with its unit.
import { formatDuration, formatMeasured, formatRatio, NOTHING, unitSymbol } from "@/show/format";
import type { Language } from "@/words/language";

const PER_US: Readonly<Record<string, number>> = { us: 1, ms: 1e3, s: 1e6, min: 60e6, h: 3600e6 };

export function kpiText(value: number | null | undefined, unit: string, language: Language): string {
  if (value === null || value === undefined) return NOTHING;
  if (unit === "1" || unit === "") return formatRatio(value, language);
  const perUs = PER_US[unit];
  if (perUs !== undefined) return formatDuration(value * perUs, language);
  const symbol = unitSymbol(unit).replace("{#}", "");
  return symbol ? `${formatMeasured(Math.round(value * 10) / 10, language)}\u2009${symbol}` : formatMeasured(value, language);
}
