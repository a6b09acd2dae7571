// What the steps of a figure that is no KPI are called: cycle times, their bars and cycles.
import type { ExplainNode } from "@/api/types";
import { words as cycleWords } from "@/cycles/words";
import { columnWords } from "@/explain/column-words";
import { useProductName } from "@/jobs/jobs";
import { formatNumber } from "@/show/format";
import { useLanguage } from "@/words/language";
import { useWords, wordFor } from "@/words/words";

/** Sums over slices as the ledger names them; those it has no name for have one here. */
const SUMS: Readonly<Record<string, keyof typeof columnWords.en>> = { apt: "apt_us", pieces: "pq", ideal: "ideal_ns", good: "good" };

/** Null: a step that is called as everywhere. */
export function useFigureLabel(): (node: ExplainNode) => string | null {
  const say = useWords(cycleWords);
  const language = useLanguage();
  const productName = useProductName();
  const seconds = (value: unknown) => say("short", { time: formatNumber(Number(value), language, 3) });
  return ({ key, kind, detail }) => {
    const [word = "", rest = ""] = (key.split("/").at(-1) ?? "").split(/:(.*)/s);
    if (kind === "column" && word === "sum") return rest === "rated" ? say("rated") : wordFor(columnWords, language, SUMS[rest] ?? rest);
    if (kind === "cycle") return say("each", { time: seconds(detail["each_s"]) });
    if (kind !== "figure") return null;
    if (word === "product") return rest === "-" ? say("none") : productName(rest);
    if (word === "bin") return say("between", { low: seconds(detail["low_s"]), high: seconds(detail["high_s"]) });
    if (word === "slower") return say("longer", { low: seconds(detail["low_s"]) });
    return word === "cycle-times" ? say("title") : wordFor(cycleWords, language, word);
  };
}
