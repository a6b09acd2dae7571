// Pieces that nothing counts: a dash with its reason instead of a zero, and the way to a counter for those who may.
import { useQuery } from "@tanstack/react-query";
import { tagsQuery } from "@/api/queries";
import type { Counts, Equipment, Kpis } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import { may, useMe } from "@/app/gate";
import { Icon } from "@/design/icons";
import { questionOf } from "@/explain/open";
import { Opens } from "@/explain/opens";
import { isUntold, madeIn } from "@/kpi/made";
import css from "@/kpi/untold.module.css";
import { words } from "@/kpi/words";
import { Num } from "@/show/show";
import { Go, isUnit } from "@/view/place";
import { useWords } from "@/words/words";

interface MadeProps { kpis: Kpis | undefined; kind: keyof Counts; /** For a glove: nothing to press but what the work needs. */ plain?: boolean }
/** The pieces of one kind, the way into what they were counted from; where nothing tells of them, why. */
export function Made({ kpis, kind, plain = false }: MadeProps) {
  const say = useWords(words);
  const made = madeIn(kpis)?.[kind];
  if (!isUntold(kpis, kind)) return plain || made === undefined || made === null || !kpis ? <Num value={made} /> : <Opens question={questionOf(`quality_ratio/${kind}`, kpis)}><Num value={made} /></Opens>;
  return <span title={say("untold")} data-testid="untold"><Num value={null} /><span className="visually-hidden">{say("untold")}</span></span>;
}

/** To the machine's counters, in the connection that its signals come from. */
function ToCounters({ unit }: { unit: Equipment }) {
  const say = useWords(words);
  const { data } = useQuery(tagsQuery(unit.id));
  if (!data) return null;
  const connection = data.find((tag) => tag.connection)?.connection;
  return <Go to="/connect" search={connection ? { connection, machine: unit.path } : {}} className={css.way} testid="to-counters">{say("assign")}</Go>;
}

/** Said once on a page whose machine (of a line: the one that hands its pieces on) counts nothing. */
export function NoCounter({ here, blind, large = false }: { here: Equipment; blind: boolean; /** At the station: in short, for a glove. */ large?: boolean }) {
  const say = useWords(words);
  const { map } = useEquipment();
  const mayEdit = may(useMe(), "plant.edit");
  if (!blind) return null;
  const unit = isUnit(here) ? here : map.byPath(`${here.path}/${here.outfeed ?? here.flow.at(-1) ?? ""}`);
  return (
    <p className={css.notice} data-large={large} data-testid="no-counter">
      <Icon name="info" size={20} />
      <span>{large ? say("noCounterShort") : say("noCounter", { name: (unit ?? here).name })}</span>
      {mayEdit && unit && <ToCounters unit={unit} />}
    </p>
  );
}
