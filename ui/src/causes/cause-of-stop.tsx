// Beside a stop: the machine it comes from where that is another, and what the line would have made without it.
import type { Stop, StopCause } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import css from "@/causes/causes.module.css";
import { useCauseName } from "@/causes/name";
import { words } from "@/causes/words";
import { formatDuration, formatNumber } from "@/show/format";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

export function CauseOfStop({ stop, cause }: { stop: Stop; cause: StopCause }) {
  const say = useWords(words);
  const language = useLanguage();
  const causeName = useCauseName();
  const { map } = useEquipment();
  const { key, without } = cause;
  const anyway = without.anyway.reduce((sum, one) => sum + one.lost_us, 0);
  const elsewhere = key.unit_id !== stop.equipment_id;
  if (!elsewhere && !without.units) return null;
  return (
    <div className={css.quiet} data-testid="stop-cause">
      {elsewhere && <span>{say("comesFrom", { unit: map.byId(key.unit_id)?.name ?? String(key.unit_id), cause: causeName(key) })}</span>}
      {elsewhere && without.units ? " · " : null}
      {without.units ? <span title={say("withoutHint", { time: formatDuration(anyway, language) })}>{say("without", { n: formatNumber(without.units, language) })}</span> : null}
    </div>
  );
}
