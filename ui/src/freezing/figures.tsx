// A figure of a report in words and in the reader's way of writing numbers.
import { useEquipment } from "@/app/equipment";
import { lostPath } from "@/explain/lost";
import { laterBy, type Question } from "@/explain/open";
import type { Figure } from "@/freezing/ask";
import { kpiWords } from "@/kpi/words";
import { words } from "@/freezing/words";
import { formatDuration, formatMoment, formatNumber, formatRatio } from "@/show/format";
import { useReader } from "@/show/show";
import { useReasonName, useStateName } from "@/states/names";
import { stateWords } from "@/states/words";
import { useLanguage } from "@/words/language";
import { useWords, wordFor } from "@/words/words";

type Named = Pick<Figure, "key" | "label">;

/** What a figure is called: a KPI, a time or a count by its word, a loss or a stop by its reason. */
export function useFigureName(): (figure: Named) => string {
  const say = useWords(words);
  const language = useLanguage();
  const reader = useReader();
  const reasonName = useReasonName();
  const stateName = useStateName();
  const { map } = useEquipment();
  const reason = (code: string) => (code === "-" ? say("noReason") : reasonName(code));
  return ({ key, label }) => {
    const [kind = "", rest = ""] = key.split(/:(.*)/s);
    if (kind === "kpi") return rest in kpiWords.en ? wordFor(kpiWords, language, rest) : label;
    const isWord = ["all", "count"].includes(kind) || (kind === "time" && rest.endsWith("_us"));
    if (isWord && rest in words.en) return wordFor(words, language, rest);
    if (kind === "time") return say("timeOf", { name: reason(rest) ?? rest });
    if (kind === "stops") return say("stopsOf", { name: reason(rest) ?? rest });
    const [path = "", start = "", what = ""] = key.split(" ");
    const said = what in stateWords.en ? stateName(what) : reasonName(what);
    return [formatMoment(Date.parse(start), "full", reader), map.byPath(path)?.name ?? path, said].join(" · ");
  };
}

const LOST: Readonly<Record<string, string>> = { busy_us: "busy", no_data_us: "no_data", lost_us: "us" };
/** What is asked to explain a figure as it was known; null: it has no value, or its machine is out of sight. */
export function useFigureQuestion(): (figure: Pick<Figure, "key" | "value">, of: Omit<Question, "key">) => Question | null {
  const { map } = useEquipment();
  return ({ key, value }, of) => {
    const [kind = "", rest = ""] = key.split(/:(.*)/s);
    if (value === null) return null;
    if (kind === "kpi") return { ...of, key: rest };
    if (kind === "count") return { ...of, key: `quality_ratio/${rest}` };
    if (kind === "time" && rest.endsWith("_us")) return { ...of, key: `availability/${rest}` };
    if (kind === "all") return { ...of, key: lostPath([], LOST[rest] ?? "us") };
    if (kind === "time" || kind === "stops") return { ...of, key: lostPath([["bar", rest]], kind === "time" ? "us" : "stops") };
    const [path = "", start = ""] = key.split(" ");
    const unit = map.byPath(path);
    if (!unit || Number.isNaN(Date.parse(start))) return null;
    return { ...of, key: "availability/elapsed_us", equipmentId: unit.id, start, end: laterBy(start, value) };
  };
}

/** Its value, with the sign where it is a difference. */
export function useFigureValue(): (value: number | null, unit: string, as?: "difference") => string {
  const language = useLanguage();
  return (value, unit, as) => {
    if (value === null) return "–";
    const size = as ? Math.abs(value) : value;
    const text = unit === "us" ? formatDuration(size, language) : unit === "1" ? formatRatio(size, language, 2) : unit === "s" ? formatDuration(size * 1e6, language) : formatNumber(size, language, Number.isInteger(size) ? 0 : 1);
    return as ? `${value < 0 ? "−" : "+"}${text}` : text;
  };
}
