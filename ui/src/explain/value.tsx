// The value of a step, in the form that its unit asks for.
import type { ExplainNode, Scalar } from "@/api/types";
import { formatDuration, formatMeasured, NOTHING, unitSymbol } from "@/show/format";
import { columnWords } from "@/explain/column-words";
import { useFigureLabel } from "@/explain/figure-label";
import { factWords, kindWords, words } from "@/explain/words";
import { kpiText } from "@/kpi/kpi-text";
import { words as countWords, kpiWords } from "@/kpi/words";
import { type Look, lookOf } from "@/states/look";
import { useReasonName, useStateName } from "@/states/names";
import { type Language, useLanguage } from "@/words/language";
import { speak, wordFor } from "@/words/words";

export const PER_US: Readonly<Record<string, number>> = { us: 1, ns: 1e-3, s: 1e6 };

function scalarText(value: Scalar, unit: string, language: Language): string {
  if (value === null) return NOTHING;
  if (typeof value === "boolean") return speak(factWords, language)(value ? "yes" : "no");
  if (typeof value === "string") return value;
  const perUs = PER_US[unit];
  if (perUs !== undefined) return formatDuration(value * perUs, language);
  const symbol = unitSymbol(unit);
  return symbol ? `${formatMeasured(value, language)}\u2009${symbol}` : formatMeasured(value, language);
}

export function valueText(node: ExplainNode, language: Language): string {
  if (node.kind === "kpi" && typeof node.value === "number") return kpiText({ value: node.value, unit: node.unit ?? "1" }, language, 2);
  if (node.kind === "state-record" && node.value === null) return speak(words, language)("running");
  if (node.kind === "address") return "";
  return scalarText(node.value, node.unit ?? "", language);
}

const text = (value: unknown): string | null => (typeof value === "string" ? value : null);

/** How the state in a slice or a state record looks; null for steps without one. */
export function lookIn(node: ExplainNode): Look | null {
  const state = text(node.detail["state"]);
  if (!state) return null;
  return lookOf({ state, mode: text(node.detail["mode"]) ?? "", reason: text(node.detail["reason"]), external: node.detail["external"] === true, cls: text(node.detail["cls"]) });
}

/** The label of a step in the reader's language where we know the word. */
export function useStepLabel(): (node: ExplainNode) => string {
  const language = useLanguage();
  const stateName = useStateName();
  const reasonName = useReasonName();
  const figureLabel = useFigureLabel();
  return (node) => {
    const figure = figureLabel(node);
    if (figure !== null) return figure;
    const look = lookIn(node);
    const said = ["state", "reason", "comment"].map((name) => text(node.detail[name]));
    if (node.kind === "timeline-edit") return [said[0] && stateName(said[0]), reasonName(said[1] ?? null), said[2]].filter(Boolean).join(" · ") || node.label;
    if (look) return [stateName(look.word), reasonName(text(node.detail["reason"]))].filter(Boolean).join(" · ");
    const { kind, quantity } = node.detail;
    if (node.kind === "count-record" && typeof quantity === "number") return `${formatMeasured(quantity, language)} ${wordFor(countWords, language, String(kind))}`;
    const step = node.key.split("/").at(-1) ?? "";
    if (node.kind === "column" && step in columnWords.en) return wordFor(columnWords, language, step);
    return node.kind === "kpi" ? wordFor(kpiWords, language, step).replace(/^\w+_.*$/, node.label) : node.label;
  };
}

export const useKindName = (): ((kind: string) => string) => {
  const language = useLanguage();
  return (kind) => wordFor(kindWords, language, kind);
};
