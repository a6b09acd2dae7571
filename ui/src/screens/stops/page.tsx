// The page of stops: the period on top, the table below; the address keeps period, filters, order and the open stop.
import type { Equipment } from "@/api/types";
import { AtPlace } from "@/app/at-place";
import { type EquipmentMap, useEquipment } from "@/app/equipment";
import { Panel } from "@/design/panel";
import css from "@/screens/stops/stops.module.css";
import { words } from "@/screens/stops/words";
import StopTable from "@/stops/stop-table";
import { AsKnown } from "@/knowing/as-known";
import { isUnit, stopsOf } from "@/view/place";
import { usePeriod } from "@/view/period";
import { PeriodChooser } from "@/view/period-chooser";
import { NoWindow } from "@/view/no-window";
import { useWords } from "@/words/words";

const unitsOf = (map: EquipmentMap, here: Equipment): Equipment[] => (isUnit(here) ? [here] : map.groups(here).flatMap((line) => map.children(line.id).filter(isUnit)));

function StopsOf({ here }: { here: Equipment }) {
  const say = useWords(words);
  const { map } = useEquipment();
  const period = usePeriod(here.id, here.timezone);
  return (
    <div className={css.page}>
      <div className={css.titleRow}><h1>{say("title", { name: here.name })}</h1><AsKnown /><PeriodChooser period={period} /></div>
      {period.window ? <Panel flush testid="stops-panel"><StopTable here={here} units={unitsOf(map, here)} window={period.window} /></Panel> : <NoWindow period={period} />}
    </div>
  );
}

export default function StopsPage() {
  return <AtPlace at={stopsOf} Shown={StopsOf} />;
}
