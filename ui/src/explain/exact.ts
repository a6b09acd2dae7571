// The values of an explanation to their last digit: for whoever computes each step again by hand.
import type { ExplainNode } from "@/api/types";
import { valueText } from "@/explain/value";
import { formatMoment, NOTHING } from "@/show/format";
import { useReader } from "@/show/show";
import { useSearchText } from "@/view/search";
import type { Language } from "@/words/language";

const TO_S: Readonly<Record<string, number>> = { s: 0, ms: 3, us: 6, ns: 9 };

/** A whole number with its point moved to the left: 39595906945 µs are 39595.906945 s, whatever a float makes of it. */
function shifted(value: number, digits: number, language: Language): string {
  return new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(`${value}e-${digits}` as unknown as number); // a decimal text is read exactly
}

/** The value as it was computed; a time in seconds. */
export function exactNumber(value: number, unit: string, language: Language): string {
  const digits = TO_S[unit];
  if (digits !== undefined && Number.isInteger(value)) return `${shifted(value, digits, language)} s`;
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 15 }).format(value);
  return unit === "s" ? `${number} s` : number;
}

export function exactText(node: Pick<ExplainNode, "kind" | "value" | "unit">, language: Language): string | null {
  if (typeof node.value !== "number") return node.value === null && node.kind === "kpi" ? NOTHING : null;
  if (node.kind === "kpi" && (node.unit ?? "1") === "1") return new Intl.NumberFormat(language, { style: "percent", minimumFractionDigits: 2, maximumFractionDigits: 13 }).format(node.value);
  return exactNumber(node.value, node.unit ?? "", language);
}

export const useExact = (): boolean => useSearchText()["exact"] === "1";

/** A step's value: rounded for the eye, or exact where the reader asked for it. */
export function useValueText(): (node: ExplainNode) => string {
  const reader = useReader();
  const { language } = reader;
  const exact = useExact();
  return (node) => (node.unit === "moment" && typeof node.value === "string" ? (exact ? node.value : formatMoment(Date.parse(node.value), "full", reader)) : exact ? (exactText(node, language) ?? valueText(node, language)) : valueText(node, language));
}
