// What a step is called under the sums of a list: of stops, of causes of lost time, of slow running.
import type { Cause, ExplainNode } from "@/api/types";
import { useCauseName } from "@/causes/name";
import { listWords } from "@/explain/list-words";
import { useKeyName } from "@/losses/names";
import { formatDuration, formatMoment } from "@/show/format";
import { useReader } from "@/show/show";
import { useProductName } from "@/jobs/jobs";
import { useLanguage } from "@/words/language";
import { useWords, wordFor } from "@/words/words";

const LISTS: ReadonlySet<string> = new Set(["stops", "causes", "speed-loss"]);
const text = (value: unknown): string | null => (typeof value === "string" ? value : null);

/** Null: a step of something else, or one that is called as everywhere. */
export function useListLabel(): (node: ExplainNode, word: string, rest: string) => string | null {
  const say = useWords(listWords);
  const language = useLanguage();
  const reader = useReader();
  const keyName = useKeyName();
  const causeName = useCauseName();
  const productName = useProductName();
  return ({ key, kind, label, detail }, word, rest) => {
    if (!LISTS.has(key.split("/")[0] ?? "")) return null;
    if (kind === "cause") return `${label}: ${causeName({ unit_id: Number(detail["unit_id"]), role: detail["role"] as Cause["role"], reason: text(detail["reason"]) })}`;
    if (word === "slow" && kind === "stretch") return label.split(", ").filter(Boolean).map(productName).join(", ") || say("stretch");
    if (kind !== "figure") return null;
    if (word === "machine") return keyName("equipment", rest);
    if (word === "reason") return keyName("reason", decodeURIComponent(rest));
    if (word === "at" || word === "since") return say(word, { time: formatMoment(Number(rest.split(".")[0]) / 1000, "second", reader) });
    if (word === "longer") return say(word, { time: formatDuration(Number(rest), language) });
    return wordFor(listWords, language, word);
  };
}
