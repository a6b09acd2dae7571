// What a group is called, in the reader's language.
import { useEquipment } from "@/app/equipment";
import { said, type Word } from "@/groups/ask";
import { words } from "@/groups/words";
import { useProductName } from "@/jobs/jobs";
import { useReasonName, useStateName } from "@/states/names";
import { modeWords } from "@/states/words";
import { useLanguage } from "@/words/language";
import { useWords, wordFor } from "@/words/words";

const NONE = "-";
const MONDAY_MS = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;

export function useGroupName(): (word: Word, value: string | number | null | undefined) => string {
  const say = useWords(words);
  const language = useLanguage();
  const { map } = useEquipment();
  const productName = useProductName();
  const reasonName = useReasonName();
  const stateName = useStateName();
  return (word, value) => {
    const text = said(value);
    if (text === NONE) return say(`none_${word}`);
    switch (word) {
      case "product": return productName(text);
      case "reason": return reasonName(text) ?? text;
      case "state": return stateName(text);
      case "mode": return wordFor(modeWords, language, text);
      case "equipment": return map.byId(Number(text))?.name ?? text;
      case "weekday": return new Intl.DateTimeFormat(language, { weekday: "long", timeZone: "UTC" }).format(MONDAY_MS + (Number(text) - 1) * DAY_MS);
      case "day": return new Intl.DateTimeFormat(language, { dateStyle: "medium", timeZone: "UTC" }).format(Date.parse(text));
      case "month": return new Intl.DateTimeFormat(language, { month: "long", year: "numeric", timeZone: "UTC" }).format(Date.parse(`${text}-01`));
      default: return text;
    }
  };
}
