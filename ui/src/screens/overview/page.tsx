// The live overview: every line below the chosen equipment, with its figures and tiles.
import type { Equipment } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import { may, useMe } from "@/app/gate";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { words as noticeWords } from "@/design/words";
import { useCurrentShift } from "@/kpi/current-shift";
import { ShiftFigures, Since } from "@/kpi/shift-figures";
import { Line } from "@/screens/overview/line";
import css from "@/screens/overview/overview.module.css";
import { words } from "@/screens/overview/words";
import { Go, isLine, LeadOn, overviewOf, unitOf, useEquipmentPath } from "@/view/place";
import { useWords } from "@/words/words";

/** A site or an area as a whole: times and ideal times of all its lines together, never a mean of their ratios. */
function Whole({ here }: { here: Equipment }) {
  const { kpis } = useCurrentShift(here.id);
  return (
    <section className={css.whole} data-testid="whole">
      <div><h2 className={css.lineName}>{here.name}</h2><Since kpis={kpis} /></div>
      <ShiftFigures line={here} kpis={kpis} />
    </section>
  );
}

export default function Overview() {
  const say = useWords(words);
  const sayNotice = useWords(noticeWords);
  const me = useMe();
  const { map, isPending, error, refetch } = useEquipment();
  const path = useEquipmentPath();
  if (isPending) return <Waiting lines={4} height={80} />;
  if (error) return <ProblemNotice error={error} onRetry={refetch} />;
  const first = map.roots[0];
  if (!first) return <Empty icon="plant" title={say("noPlant")} hint={say("noPlantHint")} action={may(me, "plant.edit") ? <Go to="/connect" className="link" testid="connect-first">{say("connectFirst")}</Go> : undefined} />;
  if (!path) return <LeadOn from="/overview" to={overviewOf((map.groups(first)[0] ?? first).path)} />;
  const here = map.byPath(path);
  if (!here) return <Empty title={sayNotice("missing")} hint={sayNotice("missingHint")} />;
  if (here.level === "WorkUnit") return <LeadOn from="/overview" to={unitOf(here.path)} />;
  const lines = map.groups(here);
  return (
    <>
      <h1 className="visually-hidden">{here.name}</h1>
      {!isLine(here) && lines.length > 0 && <Whole here={here} />}
      {lines.length === 0 ? <Empty icon="line" title={say("noUnits")} hint={say("noUnitsHint")} /> : lines.map((line) => <Line key={line.id} line={line} map={map} />)}
    </>
  );
}
