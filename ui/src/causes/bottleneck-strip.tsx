// Which machine held a line back, as a strip over the period: one lane per machine, hatched while it moves on to another.
import type { BottleneckStretch, Causes } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import css from "@/causes/causes.module.css";
import { words } from "@/causes/words";
import { formatRatio } from "@/show/format";
import { When } from "@/show/show";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

export function BottleneckStrip({ found }: { found: Causes }) {
  const say = useWords(words);
  const language = useLanguage();
  const { map } = useEquipment();
  const t0 = Date.parse(found.start);
  const whole = Math.max(1, Date.parse(found.end) - t0);
  const place = (one: BottleneckStretch) => ({ insetInlineStart: `${((Date.parse(one.start) - t0) / whole) * 100}%`, inlineSize: `${((Date.parse(one.end) - Date.parse(one.start)) / whole) * 100}%` });
  return (
    <div className={css.strip} data-testid="bottleneck-strip">
      <h3 title={say("bottleneckHint")}>{say("bottleneck")}</h3>
      {found.bottlenecks.map((unit) => (
        <div key={unit.unit_id} className={css.lane} data-testid="bottleneck-lane">
          <span className={css.laneName}>{say("alone", { unit: map.byId(unit.unit_id)?.name ?? String(unit.unit_id), share: formatRatio(unit.share, language, 0) })}</span>
          <span className={css.track}>
            {found.strip.filter((one) => one.unit_id === unit.unit_id || one.then_id === unit.unit_id).map((one) => <span key={one.start} className={css.stretch} data-shifting={one.then_id !== null} style={place(one)} />)}
          </span>
        </div>
      ))}
      <div className={css.ends}><When at={found.start} as="time" /><When at={found.end} as="time" /></div>
      <p className={css.quiet}>{say("bottleneckHint")}</p>
    </div>
  );
}
