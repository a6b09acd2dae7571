// The timeline of a line: the lanes of its machines above, the chosen segment and the list below; the address keeps it all.
import { Button } from "@mantine/core";
import { useMemo, useRef, useState } from "react";
import type { Equipment } from "@/api/types";
import { AtPlace } from "@/app/at-place";
import { useEquipment } from "@/app/equipment";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { Panel } from "@/design/panel";
import { Give } from "@/giving/give";
import { AsKnown, KnownNote } from "@/knowing/as-known";
import { isPast, useKnown } from "@/knowing/known";
import { useKnownMs } from "@/live/live";
import { type Act, type Chosen, chosenIn, Field } from "@/screens/timeline/field";
import { SegmentList } from "@/screens/timeline/list";
import { SegmentPanel } from "@/screens/timeline/panel";
import { useSegmentTable } from "@/screens/timeline/segment-table";
import css from "@/screens/timeline/timeline.module.css";
import { type Lanes, useLanes } from "@/screens/timeline/use-lanes";
import { words } from "@/screens/timeline/words";
import { inView, type Picture, type Segment, saidInView } from "@/segments/columns";
import { fitting } from "@/segments/query";
import { Num } from "@/show/show";
import { useStateName } from "@/states/names";
import { type View, zoomed } from "@/timeline/keys";
import { Legend } from "@/timeline/legend";
import { panned } from "@/trend/gestures";
import { NoWindow } from "@/view/no-window";
import { timelineOf } from "@/view/place";
import { PeriodChooser } from "@/view/period-chooser";
import { usePeriod, type Window } from "@/view/period";
import { useChangeSearch, useSearchText } from "@/view/search";
import { useWords } from "@/words/words";

/** What the address says is chosen: a machine and a moment at it. */
function useChosen(): [Chosen | null, (chosen: Chosen | null) => void] {
  const { sel, at } = useSearchText();
  const change = useChangeSearch();
  const [equipmentId, ms] = [Number(sel), Date.parse(at ?? "")];
  const chosen = sel && Number.isInteger(equipmentId) && Number.isFinite(ms) ? { equipmentId, ms } : null;
  return [chosen, (next) => change({ sel: next && String(next.equipmentId), at: next && new Date(next.ms).toISOString() }, "replace")];
}

function Tools({ view, onView }: { view: View; onView: (view: View) => void }) {
  const say = useWords(words);
  const middle = (view.t0 + view.t1) / 2;
  const ways = [["earlier", "←", panned(view, -0.5)], ["later", "→", panned(view, 0.5)], ["zoomIn", "+", zoomed(view, 0.5, middle)], ["zoomOut", "−", zoomed(view, 2, middle)]] as const;
  return <div className={css.ways}>{ways.map(([key, sign, to]) => <button key={key} type="button" className={css.way} onClick={() => onView(to)} aria-label={say(key)} title={say(key)} data-testid={`way-${key}`}>{sign}</button>)}</div>;
}

/** Many short records in one pixel: there is nothing to correct before one sees them. */
function Many({ segment, onView }: { segment: Segment; onView: (view: View) => void }) {
  const say = useWords(words);
  const stateName = useStateName();
  const margin = (segment.t1 - segment.t0) * 0.1;
  return (
    <div className={css.many} data-testid="many">
      <h2>{say("many", { n: segment.n, state: stateName(segment.look.word) })}</h2>
      <p className="quiet">{say("manyHint")}</p>
      <Button className={css.touch} onClick={() => onView({ t0: segment.t0 - margin, t1: segment.t1 + margin })} data-testid="zoom-to">{say("look")}</Button>
    </div>
  );
}

interface ShownProps { here: Equipment; window: Window; lanes: Lanes & { picture: Picture }; onView: (view: View) => void }
function Shown({ here, window, lanes, onView }: ShownProps) {
  const say = useWords(words);
  const { map } = useEquipment();
  const past = isPast(useKnown());
  const presentMs = useKnownMs();
  const nowMs = past ? Math.min(presentMs, lanes.picture.untilMs) : presentMs;
  const [chosen, choose] = useChosen();
  const [act, setAct] = useState<Act | null>(null);
  const panel = useRef<HTMLElement>(null);
  const { picture } = lanes;
  const tableOf = useSegmentTable(here);
  const names = useMemo(() => new Map(picture.lanes.map((lane) => [lane.equipmentId, map.byId(lane.equipmentId)?.name ?? ""])), [picture, map]);
  const found = chosenIn(picture, chosen);
  const unit = found && map.byId(found.segment.equipmentId);
  const listed = found?.lane ?? picture.lanes[0];
  const segments = useMemo(() => (listed ? inView(picture, listed, window) : []), [picture, listed, window]);
  const tones = useMemo(() => saidInView(picture, window), [picture, window]);
  const open = () => {
    if (!found) return;
    if (found.segment.n > 1) onView({ t0: found.segment.t0, t1: found.segment.t1 });
    else panel.current?.querySelector<HTMLElement>("button:not(:disabled)")?.focus();
  };
  if (picture.lanes.length === 0) return <Panel><Empty icon="line" title={say("noMachines")} hint={say("noMachinesHint")} /></Panel>;
  return (
    <>
      <Panel title={<span className="quiet">{say("records", { n: picture.records })}</span>} tools={<><Tools view={window} onView={onView} /><Give of={{ here, start: window.t0, end: window.t1 }} table={() => tableOf(picture, window)} /></>} testid="timeline-panel">
        {picture.partial && <p className="quiet">{say("partial")}</p>}
        <Field lanes={lanes} view={window} nowMs={nowMs} names={names} chosen={chosen} onView={onView} onChoose={choose} onAct={(next) => found && found.segment.n === 1 && !past && setAct(next)} onOpen={open} />
        <Legend bars={tones} slow={lanes.slow.size > 0} />
      </Panel>
      <div className={css.below}>
        <Panel flush testid="segment-panel">
          {found && found.segment.n > 1 && <Many segment={found.segment} onView={onView} />}
          {found && unit && chosen && found.segment.n === 1 && <SegmentPanel key={unit.id} unit={unit} ms={chosen.ms} nowMs={nowMs} act={act} onAct={setAct} place={panel} />}
          {!found && <Empty icon="hand" title={say("nothing")} hint={say("nothingHint")} />}
        </Panel>
        <Panel flush title={<>{say("list", { name: names.get(listed?.equipmentId ?? 0) ?? "" })} <Num value={segments.length} /></>}>
          <SegmentList machine={names.get(listed?.equipmentId ?? 0) ?? ""} segments={segments} chosen={found?.segment ?? null} onChoose={(segment) => choose({ equipmentId: segment.equipmentId, ms: (segment.t0 + segment.t1) / 2 })} />
        </Panel>
      </div>
    </>
  );
}

function TimelineOf({ here }: { here: Equipment }) {
  const say = useWords(words);
  const change = useChangeSearch();
  const period = usePeriod(here.id, here.timezone);
  const view = (next: View) => {
    const { t0, t1 } = fitting(next);
    change({ period: "custom", start: new Date(t0).toISOString(), end: new Date(t1).toISOString() }, "replace");
  };
  return (
    <div className={css.page}>
      <div className={css.titleRow}><h1>{say("title", { name: here.name })}</h1><AsKnown /><PeriodChooser period={period} /></div>
      <KnownNote />
      {period.window ? <Asked here={here} window={period.window} onView={view} /> : <NoWindow period={period} />}
    </div>
  );
}

function Asked({ here, window, onView }: { here: Equipment; window: Window; onView: (view: View) => void }) {
  const past = isPast(useKnown());
  const lanes = useLanes(here, window, window.live && !past);
  if (lanes.error) return <ProblemNotice error={lanes.error} onRetry={lanes.refetch} />;
  return lanes.picture ? <Shown here={here} window={window} lanes={{ ...lanes, picture: lanes.picture }} onView={onView} /> : <Waiting lines={5} height={50} />;
}

export default function TimelinePage() {
  return <AtPlace at={timelineOf} Shown={TimelineOf} />;
}
