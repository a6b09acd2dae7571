// What the steps of a figure that is no KPI are called: cycle times, their bars and cycles, the end of a job.
import type { ExplainNode } from "@/api/types";
import { words as cycleWords } from "@/cycles/words";
import { columnWords } from "@/explain/column-words";
import { endWords } from "@/explain/end-words";
import { useListLabel } from "@/explain/list-label";
import { lostWords } from "@/explain/lost-words";
import { isWord } from "@/groups/ask";
import { useGroupName } from "@/groups/names";
import { words as groupWords } from "@/groups/words";
import { useProductName } from "@/jobs/jobs";
import type { By } from "@/losses/ask";
import { useKeyName } from "@/losses/names";
import { rateWords } from "@/explain/words";
import { formatNumber } from "@/show/format";
import { useLanguage } from "@/words/language";
import { useWords, wordFor } from "@/words/words";

/** Sums over slices as the ledger names them; those it has no name for have one here. */
const SUMS: Readonly<Record<string, keyof typeof columnWords.en>> = { apt: "apt_us", pieces: "pq", ideal: "ideal_ns", good: "good" };

/** What a step of lost time says: of which losses, or what of them is summed; null: it is of something else. */
function useLostLabel(): (key: string, word: string, rest: string) => string | null {
  const say = useWords(lostWords);
  const language = useLanguage();
  const nameOf = useKeyName();
  const named: Readonly<Record<string, By>> = { bar: "reason", reason: "reason", product: "product", shift: "shift", crew: "crew", machine: "equipment" };
  return (key, word, rest) => {
    if (!key.startsWith("lost-time")) return null;
    const by = named[word];
    if (by) return nameOf(by, decodeURIComponent(rest));
    return word in lostWords.en ? wordFor(lostWords, language, word) : word === "lost-time" ? say("losses") : null;
  };
}

/** What a step of a group says: by which word, and what it says. */
function useGroupLabel(): (key: string, word: string, rest: string) => string | null {
  const say = useWords(groupWords);
  const nameOf = useGroupName();
  return (key, word, rest) => (!key.startsWith("group") ? null : word === "group" ? say("nav") : isWord(word) ? nameOf(word, decodeURIComponent(rest)) : null);
}

/** Null: a step that is called as everywhere. */
export function useFigureLabel(): (node: ExplainNode) => string | null {
  const say = useWords(cycleWords);
  const sayEnd = useWords(endWords);
  const language = useLanguage();
  const productName = useProductName();
  const lostLabel = useLostLabel();
  const groupLabel = useGroupLabel();
  const listLabel = useListLabel();
  const seconds = (value: unknown) => say("short", { time: formatNumber(Number(value), language, 3) });
  return (node) => {
    const { key, kind, label, detail } = node;
    const [word = "", rest = ""] = (key.split("/").at(-1) ?? "").split(/:(.*)/s);
    const listed = listLabel(node, word, rest);
    if (listed !== null) return listed;
    if (kind === "column" && word === "sum") return rest === "rated" ? say("rated") : wordFor(columnWords, language, SUMS[rest] ?? rest);
    if (kind === "cycle") return say("each", { time: seconds(detail["each_s"]) });
    if (kind === "span") return typeof detail["shift"] === "string" ? detail["shift"] : sayEnd("span");
    if (kind !== "figure") return null;
    if (word === "stretch") return sayEnd("stretch", { n: formatNumber(Number(rest) + 1, language), of: formatNumber(Number(detail["of"]), language) });
    if (key.startsWith("standard-rate")) return wordFor(rateWords, language, word);
    const kept = lostLabel(key, word, rest) ?? groupLabel(key, word, rest);
    if (kept !== null) return kept;
    if (word === "job") return label;
    if (word in endWords.en) return wordFor(endWords, language, word);
    if (word === "product") return rest === "-" ? say("none") : productName(rest);
    if (word === "bin") return say("between", { low: seconds(detail["low_s"]), high: seconds(detail["high_s"]) });
    if (word === "slower") return say("longer", { low: seconds(detail["low_s"]) });
    return word === "cycle-times" ? say("title") : wordFor(cycleWords, language, word);
  };
}
