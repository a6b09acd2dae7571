// The line page: the line's figures on top, its machines in flow order below, and what happened on one time axis.
import { useEquipment } from "@/app/equipment";
import type { Equipment, Kpis } from "@/api/types";
import { Icon, type IconName } from "@/design/icons";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { Panel } from "@/design/panel";
import { words as noticeWords } from "@/design/words";
import { CausesPanel } from "@/causes/causes-panel";
import { Give, GiveSeen } from "@/giving/give";
import { useCurrentShift, useLiveKpi } from "@/kpi/current-shift";
import { isBlind } from "@/kpi/made";
import { PacePanel } from "@/kpi/pace-panel";
import { ShiftFigures, ShiftName } from "@/kpi/shift-figures";
import { useTopTable } from "@/kpi/top-table";
import { NoCounter } from "@/kpi/untold";
import css from "@/screens/line/line.module.css";
import { LineTimeline } from "@/screens/line/line-timeline";
import { Machines } from "@/screens/line/machines";
import { words } from "@/screens/line/words";
import { andonOf, boardOf, Go, isUnit, stationOf, stopsOf, useEquipmentPath } from "@/view/place";
import { useWords } from "@/words/words";

const WAYS: readonly ["stops" | "board" | "station" | "andon", IconName, (path: string) => string][] = [["stops", "stop", stopsOf], ["board", "board", boardOf], ["station", "hand", stationOf], ["andon", "screen", andonOf]];

function Ways({ line }: { line: Equipment }) {
  const say = useWords(words);
  return (
    <nav className={css.ways} aria-label={say("ways")}>
      {WAYS.map(([key, icon, to]) => <Go key={key} to={to(line.path)} className={css.way} testid={`way-${key}`}><Icon name={icon} />{say(key)}</Go>)}
    </nav>
  );
}

/** How the line's OEE is made: a number nobody can place is a number nobody trusts. */
function Method({ line, units }: { line: Equipment; units: readonly Equipment[] }) {
  const say = useWords(words);
  const nameOf = (key: string | null) => units.find((unit) => unit.path === `${line.path}/${key}`)?.name ?? key ?? "";
  if (line.line === "aggregate") return <p className={css.method} data-testid="line-method">{say("methodSummed", { units: line.flow.map(nameOf).join(", ") })}</p>;
  if (!line.constraint) return null;
  return <p className={css.method} data-testid="line-method">{say("method", { constraint: nameOf(line.constraint), outfeed: nameOf(line.outfeed ?? line.flow.at(-1) ?? null) })}</p>;
}

function Line({ line }: { line: Equipment }) {
  const say = useWords(words);
  const { map } = useEquipment();
  const { kpis, error } = useCurrentShift(line.id);
  const live = useLiveKpi(line.id);
  const tableOf = useTopTable();
  const units = map.children(line.id).filter(isUnit);
  if (units.length === 0) return <Empty icon="line" title={say("noUnits")} hint={say("noUnitsHint")} />;
  return (
    <div className={css.page}>
      <div className={css.titleRow}>
        <div><h1>{line.name}</h1><ShiftName kpis={kpis} /></div>
        <div className={css.tools}><Ways line={line} /><Give of={{ here: line, start: kpis?.start, end: kpis?.until ?? kpis?.end }} table={() => tableOf(line, kpis as Kpis, live)} disabled={!kpis} /></div>
      </div>
      <Panel testid="line-top">
        <ShiftFigures line={line} kpis={kpis} />
        {kpis?.line_method && <Method line={line} units={units} />}
        <NoCounter here={line} blind={isBlind(kpis)} />
        <PacePanel here={line} />
        {error && !kpis && <ProblemNotice error={error} compact />}
      </Panel>
      <Panel title={say("machines")} flush tools={<GiveSeen of={{ here: line, start: kpis?.start, end: kpis?.until ?? kpis?.end }} name={`${say("machines")} ${line.name}`} />} testid="machines"><Machines line={line} units={units} /></Panel>
      <CausesPanel line={line} />
      <LineTimeline line={line} units={units} />
    </div>
  );
}

export default function LinePage() {
  const say = useWords(noticeWords);
  const { map, isPending, error, refetch } = useEquipment();
  const path = useEquipmentPath();
  if (isPending) return <Waiting lines={4} height={80} />;
  if (error) return <ProblemNotice error={error} onRetry={refetch} />;
  const line = path ? map.byPath(path) : undefined;
  return line ? <Line key={line.id} line={line} /> : <Empty title={say("missing")} hint={say("missingHint")} />;
}
