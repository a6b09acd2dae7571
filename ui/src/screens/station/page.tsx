// The station of a work unit or a line: state on top, the shift's stops at the left, the job and the large buttons at the right.
import { Navigate } from "@tanstack/react-router";
import type { Equipment } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { words as noticeWords } from "@/design/words";
import { useMay } from "@/jobs/jobs";
import { useCurrentShift } from "@/kpi/current-shift";
import { Bar, Top } from "@/screens/station/head";
import { JobCard } from "@/screens/station/job-card";
import { useScanner } from "@/screens/station/scanned";
import css from "@/screens/station/station.module.css";
import { StopList } from "@/screens/station/stop-list";
import { isUnit, stationOf, useEquipmentPath } from "@/view/place";
import { useWords } from "@/words/words";

function Station({ here, units }: { here: Equipment; units: readonly Equipment[] }) {
  const { kpis } = useCurrentShift(here.id);
  const mayAnswer = useMay("timeline.edit", here);
  useScanner(here, useMay("job.operate", here));
  return (
    <main className={css.station} data-testid="station">
      <Bar here={here} />
      <Top here={here} units={units} />
      <div className={css.work}>
        <StopList here={here} mayAnswer={mayAnswer} />
        <JobCard here={here} units={units} kpis={kpis} />
      </div>
    </main>
  );
}

export default function StationPage() {
  const say = useWords(noticeWords);
  const { map, isPending, error, refetch } = useEquipment();
  const path = useEquipmentPath();
  if (isPending) return <Waiting lines={4} height={110} />;
  if (error) return <ProblemNotice error={error} onRetry={refetch} />;
  const first = map.roots[0];
  const found = path ? map.byPath(path) : first;
  if (!found) return <Empty title={say("missing")} hint={say("missingHint")} />;
  const units = isUnit(found) ? [found] : map.children(found.id).filter(isUnit);
  if (units.length > 0 && path) return <Station key={found.id} here={found} units={units} />;
  const line = map.groups(found)[0];
  return line ? <Navigate to={stationOf(line.path)} replace /> : <Empty title={say("missing")} hint={say("missingHint")} />;
}
