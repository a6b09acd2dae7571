// The work unit page: now at the top, the chosen period below, details in tabs; the address keeps all of it.
import { Tabs } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { kpisQuery } from "@/api/queries";
import type { Equipment, Kpis } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import { Icon } from "@/design/icons";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { Panel } from "@/design/panel";
import { words as noticeWords } from "@/design/words";
import { Freeze } from "@/freezing/freeze";
import { Give } from "@/giving/give";
import { Coverage, Figure } from "@/kpi/figure";
import { useCurrentShift } from "@/kpi/current-shift";
import { useWaterfallTable } from "@/kpi/tables";
import { Waterfall } from "@/kpi/waterfall";
import { isBlind } from "@/kpi/made";
import { PacePanel } from "@/kpi/pace-panel";
import { Made, NoCounter } from "@/kpi/untold";
import { words as kpiText } from "@/kpi/words";
import { useNowMs } from "@/live/now";
import { LossesOfUnit } from "@/losses/of-unit";
import { UnitHead } from "@/screens/unit/head";
import { HistoryPanel } from "@/screens/unit/history";
import css from "@/screens/unit/unit.module.css";
import { words } from "@/screens/unit/words";
import { NoWindow } from "@/view/no-window";
import { Go, stationOf, useEquipmentPath } from "@/view/place";
import { PeriodChooser } from "@/view/period-chooser";
import { type Period, soFar, usePeriod, type Window } from "@/view/period";
import { useChangeSearch, useSearchText } from "@/view/search";
import { useWords } from "@/words/words";

const TrendTab = lazy(() => import("./trend-tab"));
const TagsTab = lazy(() => import("./tags-tab"));
const RecordsTab = lazy(() => import("./records-tab"));
const StopTable = lazy(() => import("@/stops/stop-table"));
const KpiTable = lazy(() => import("@/kpi/kpi-table"));
const CyclesPanel = lazy(() => import("@/cycles/panel"));
const CountsTab = lazy(() => import("@/counts/counts-tab"));
const TABS = ["losses", "kpis", "stops", "counts", "cycles", "trend", "tags", "history"] as const;
const FIGURES = ["availability", "effectiveness", "quality_ratio", "teep", "nee_index"] as const;

/** The figures of the window: live for the running shift, asked for otherwise. */
function useFigures(equipmentId: number, period: Period): { kpis: Kpis | undefined; error: Error | null } {
  const current = useCurrentShift(equipmentId);
  const nowMs = useNowMs();
  const shift = period.name === "shift";
  const { data, error } = useQuery({ ...kpisQuery(equipmentId, period.window ? soFar(period.window, nowMs) : { shift: "current" }), placeholderData: keepPreviousData, enabled: !shift && period.window !== null });
  return shift ? current : { kpis: data, error };
}

function FigureRow({ kpis }: { kpis: Kpis | undefined }) {
  const say = useWords(kpiText);
  const counts = (["good", "scrap", "rework"] as const).filter((kind) => kind !== "rework" || (kpis?.counts.rework ?? 0) > 0);
  return (
    <div className={`live ${css.figures}`} data-testid="figures">
      <Figure kpi="oee_index" kpis={kpis} size="large" />
      {FIGURES.map((kpi) => <Figure key={kpi} kpi={kpi} kpis={kpis} />)}
      <span className={css.rule} />
      {counts.map((kind) => <div key={kind} className={css.count} data-testid={`count-${kind}`}><span className={css.label}>{say(kind)}</span><span className={css.number}><Made kpis={kpis} kind={kind} /></span></div>)}
      <Coverage kpis={kpis} />
    </div>
  );
}

function Losses({ equipment, window, figures }: DetailsProps) {
  const tableOf = useWaterfallTable();
  return (
    <>
      {figures.kpis ? <><div className={css.give}><Give of={{ here: equipment, start: figures.kpis.start, end: figures.kpis.until ?? figures.kpis.end }} table={() => tableOf(equipment.name, figures.kpis ? [figures.kpis] : [])} /></div><Waterfall kpis={figures.kpis} /></> : figures.error ? <ProblemNotice error={figures.error} /> : <Waiting lines={8} />}
      <LossesOfUnit equipment={equipment} window={window} />
    </>
  );
}

interface DetailsProps { equipment: Equipment; window: Window; figures: { kpis: Kpis | undefined; error: Error | null } }
function Details({ equipment, window, figures }: DetailsProps) {
  const say = useWords(words);
  const change = useChangeSearch();
  const { tab = "losses" } = useSearchText();
  const chosen = TABS.find((name) => name === tab) ?? "losses";
  return (
    <Panel flush testid="details">
      <Tabs value={chosen} onChange={(next) => change({ tab: next })} keepMounted={false}>
        <Tabs.List aria-label={say("tabs")}>{TABS.map((name) => <Tabs.Tab key={name} value={name} data-testid={`tab-${name}`}>{say(name)}</Tabs.Tab>)}</Tabs.List>
        <Tabs.Panel value={chosen}>
          <Suspense fallback={<Waiting />}>
            {chosen === "losses" && <Losses equipment={equipment} window={window} figures={figures} />}
            {chosen === "kpis" && <KpiTable here={equipment} window={window} tools={<Freeze here={equipment} window={window} view="kpis" />} />}
            {chosen === "stops" && <StopTable here={equipment} units={[equipment]} window={window} />}
            {chosen === "counts" && <CountsTab unit={equipment} window={window} />}
            {chosen === "cycles" && <CyclesPanel equipment={equipment} window={window} />}
            {chosen === "trend" && <TrendTab equipmentId={equipment.id} window={window} />}
            {chosen === "tags" && <TagsTab equipmentId={equipment.id} />}
            {chosen === "history" && <RecordsTab here={equipment} window={window} />}
          </Suspense>
        </Tabs.Panel>
      </Tabs>
    </Panel>
  );
}

function Unit({ equipment }: { equipment: Equipment }) {
  const say = useWords(words);
  const period = usePeriod(equipment.id, equipment.timezone);
  const figures = useFigures(equipment.id, period);
  return (
    <div className={css.page}>
      <div className={css.titleRow}><div className={css.title}><h1>{equipment.name}</h1><Go to={stationOf(equipment.path)} className={css.way} testid="way-station"><Icon name="hand" />{say("station")}</Go></div><PeriodChooser period={period} /></div>
      <UnitHead equipment={equipment} />
      {!period.window && <NoWindow period={period} />}
      {period.window && (
        <>
          <Panel><FigureRow kpis={figures.kpis} /><NoCounter here={equipment} blind={isBlind(figures.kpis)} />{period.name === "shift" && <PacePanel here={equipment} />}{figures.error && <ProblemNotice error={figures.error} compact />}</Panel>
          <HistoryPanel equipment={equipment} window={period.window} />
          <Details equipment={equipment} window={period.window} figures={figures} />
        </>
      )}
    </div>
  );
}

export default function UnitPage() {
  const say = useWords(noticeWords);
  const { map, isPending, error, refetch } = useEquipment();
  const path = useEquipmentPath();
  if (isPending) return <Waiting lines={4} height={80} />;
  if (error) return <ProblemNotice error={error} onRetry={refetch} />;
  const equipment = path ? map.byPath(path) : undefined;
  return equipment ? <Unit key={equipment.id} equipment={equipment} /> : <Empty title={say("missing")} hint={say("missingHint")} />;
}
