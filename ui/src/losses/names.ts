// What the keys of bars are called, and how their sizes are written.
import { useEquipment } from "@/app/equipment";
import { useProductName } from "@/jobs/jobs";
import { type Bar, type By, type Measure, NONE } from "@/losses/ask";
import { words } from "@/losses/words";
import { formatDuration, formatNumber, NOTHING } from "@/show/format";
import { useReasonName } from "@/states/names";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

export function useKeyName(): (by: By, key: string | number | null) => string {
  const say = useWords(words);
  const { map } = useEquipment();
  const reasonName = useReasonName();
  const productName = useProductName();
  return (by, key) => {
    if (key === null || key === NONE) return say(`none_${by}`);
    if (by === "reason") return reasonName(String(key)) ?? String(key);
    if (by === "product") return productName(String(key));
    return by === "equipment" ? (map.byId(Number(key))?.name ?? String(key)) : String(key);
  };
}

export function useSizeText(): (bar: Bar | undefined, measure: Measure) => string {
  const language = useLanguage();
  return (bar, measure) => {
    if (!bar) return NOTHING;
    if (measure === "minutes") return formatDuration(Math.round(bar.us / 1e6) * 1e6, language);
    return formatNumber(measure === "count" ? bar.stops : bar.lost_units, language);
  };
}
