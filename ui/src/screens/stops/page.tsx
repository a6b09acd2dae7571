// The page of stops: the period on top, the table below; the address keeps period, filters, order and the open stop.
import { Navigate } from "@tanstack/react-router";
import type { Equipment } from "@/api/types";
import { type EquipmentMap, useEquipment } from "@/app/equipment";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { Panel } from "@/design/panel";
import { words as noticeWords } from "@/design/words";
import css from "@/screens/stops/stops.module.css";
import { words } from "@/screens/stops/words";
import StopTable from "@/stops/stop-table";
import { isUnit, stopsOf, useEquipmentPath } from "@/view/place";
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
      <div className={css.titleRow}><h1>{say("title", { name: here.name })}</h1><PeriodChooser period={period} /></div>
      {period.window ? <Panel flush testid="stops-panel"><StopTable here={here} units={unitsOf(map, here)} window={period.window} /></Panel> : <NoWindow period={period} />}
    </div>
  );
}

export default function StopsPage() {
  const say = useWords(noticeWords);
  const { map, isPending, error, refetch } = useEquipment();
  const path = useEquipmentPath();
  if (isPending) return <Waiting lines={4} height={80} />;
  if (error) return <ProblemNotice error={error} onRetry={refetch} />;
  const first = map.roots[0];
  if (!path && first) return <Navigate to={stopsOf((map.groups(first)[0] ?? first).path)} replace />;
  const here = path ? map.byPath(path) : undefined;
  return here ? <StopsOf key={here.id} here={here} /> : <Empty title={say("missing")} hint={say("missingHint")} />;
}
