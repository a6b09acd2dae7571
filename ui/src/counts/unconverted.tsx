// Counts of which nobody has said what they come to: summed by machine, unit and product, with the way on.
import { useQuery } from "@tanstack/react-query";
import { unconvertedQuery } from "@/api/queries";
import { useEquipment } from "@/app/equipment";
import css from "@/counts/counts.module.css";
import { grouped } from "@/counts/to-mend";
import { unitWords } from "@/counts/unit-words";
import { Icon } from "@/design/icons";
import { Panel } from "@/design/panel";
import { useProductName } from "@/jobs/jobs";
import { formatMoment, formatNumber } from "@/show/format";
import { useReader } from "@/show/show";
import { Go, unitOf } from "@/view/place";
import { useWords } from "@/words/words";

/** Nothing where everything is converted: most plants. */
export function UnconvertedCounts() {
  const say = useWords(unitWords);
  const reader = useReader();
  const product = useProductName();
  const { map } = useEquipment();
  const { data } = useQuery(unconvertedQuery());
  if (!data?.items.length) return null;
  return (
    <Panel title={say("title")} testid="unconverted">
      <p className="quiet">{[say("hint"), data.next && say("more")].filter(Boolean).join(" ")}</p>
      <ul className={css.list}>
        {grouped(data.items).map(({ key, first, quantity, end }) => {
          const unit = map.byId(first.equipment_id);
          return (
            <li key={key} className={css.jump} data-waits data-testid="unconverted-count">
              <div className={css.jumpHead}>
                <Icon name="jam" size={18} />
                {unit && <Go to={unitOf(unit.path)} search={{ tab: "counts" }} className={css.where}>{unit.name}</Go>}
                <strong>{say("what", { n: formatNumber(quantity, reader.language), unit: first.unit, kind: say(first.kind) })}</strong>
                <span className="quiet">{[`${formatMoment(Date.parse(first.start), "full", reader)} – ${formatMoment(Date.parse(end), "full", reader)}`, first.by ?? say("byCounter")].join(" · ")}</span>
              </div>
              <p>{say(first.why, { product: product(first.product ?? ""), unit: first.unit })}</p>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}
