// The records on the way from whoever lost time to whoever it comes from, each with the way to it.
import type { CausePiece } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import css from "@/causes/causes.module.css";
import { words } from "@/causes/words";
import { formatMoment } from "@/show/format";
import { useReader } from "@/show/show";
import { Go, unitOf } from "@/view/place";
import { useWords } from "@/words/words";

const AROUND_MS = 15 * 60_000;

export function TrailSteps({ trail }: { trail: CausePiece["trail"] }) {
  const say = useWords(words);
  const reader = useReader();
  const { map } = useEquipment();
  const around = (at: string) => ({ start: new Date(Date.parse(at) - AROUND_MS).toISOString(), end: new Date(Date.parse(at) + AROUND_MS).toISOString() });
  return trail.map((step, i) => {
    const unit = map.byId(step.unit_id);
    const text = say("since", { unit: unit?.name ?? String(step.unit_id), says: say(step.says), time: formatMoment(Date.parse(step.record), "time", reader) });
    return unit ? <Go key={i} to={unitOf(unit.path)} search={{ tab: "history", period: "custom", ...around(step.record), record: step.record }} className={css.step}>{text}</Go> : <span key={i}>{text}</span>;
  });
}
