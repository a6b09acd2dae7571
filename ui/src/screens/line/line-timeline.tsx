// The machines of a line under each other on one time axis: how a stop travels along the line.
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { shiftsQuery } from "@/api/queries";
import type { Equipment } from "@/api/types";
import { Empty, Waiting } from "@/design/notice";
import { Panel } from "@/design/panel";
import { useManyBars } from "@/history/records";
import { useKnownMs } from "@/live/live";
import { words } from "@/screens/line/words";
import { useSlowSpans } from "@/slow/ask";
import type { View } from "@/timeline/keys";
import type { Lane } from "@/timeline/lanes";
import { Legend } from "@/timeline/legend";
import { Timeline } from "@/timeline/timeline";
import { asSpan, usePeriod, type Window } from "@/view/period";
import { PeriodChooser } from "@/view/period-chooser";
import { Go, timelineOf, unitOf } from "@/view/place";
import { useChangeSearch } from "@/view/search";
import { words as periodWords } from "@/view/words";
import { useWords } from "@/words/words";

const SHORTEST_MS = 10_000;
const AROUND_MS = 30 * 60_000;

function Bands({ line, units, window }: { line: Equipment; units: readonly Equipment[]; window: Window }) {
  const say = useWords(words);
  const navigate = useNavigate();
  const change = useChangeSearch();
  const nowMs = useKnownMs();
  const bars = useManyBars(useMemo(() => units.map((unit) => unit.id), [units]), window);
  const shifts = useQuery(shiftsQuery(line.id, asSpan(window))).data ?? [];
  const slow = useSlowSpans(line.id, asSpan(window), window.live);
  const lanes: Lane[] = [
    ...units.map((unit, i) => ({ kind: "states" as const, key: unit.path, label: unit.name, height: 34, bars: bars[i] ?? [], slow: slow.get(unit.id) ?? [] })),
    { kind: "spans", key: "shifts", label: say("shifts"), height: 20, spans: shifts.map((shift) => ({ t0: Date.parse(shift.start), t1: Date.parse(shift.end), label: shift.crew ? `${shift.name} · ${shift.crew}` : shift.name })) },
  ];
  const zoom = ({ t0, t1 }: View) => change({ period: "custom", start: new Date(t0).toISOString(), end: new Date(Math.max(t1, t0 + SHORTEST_MS)).toISOString() });
  const pick = (lane: Lane, item: number) => {
    const bar = lane.kind === "states" ? lane.bars[item] : undefined;
    if (!bar) return;
    const span = { start: new Date(bar.t0 - AROUND_MS).toISOString(), end: new Date(bar.t1 + AROUND_MS).toISOString() };
    void navigate({ to: unitOf(lane.key), search: { tab: "history", period: "custom", ...span, record: bar.record.start } as never });
  };
  return <><Legend bars={bars.flat()} slow={slow.size > 0} /><Timeline lanes={lanes} view={window} nowMs={nowMs} onZoom={zoom} onPick={pick} testid="timeline" /></>;
}

export function LineTimeline({ line, units }: { line: Equipment; units: readonly Equipment[] }) {
  const say = useWords(words);
  const sayPeriod = useWords(periodWords);
  const period = usePeriod(line.id, line.timezone);
  const missing = period.name === "shift" ? "noShift" : period.name === "last-shift" ? "noLastShift" : "badRange";
  return (
    <Panel title={say("together")} tools={<><Go to={timelineOf(line.path)} {...(period.window ? { search: { period: "custom", ...asSpan(period.window) } } : {})} className="link" testid="to-timeline">{say("openTimeline")}</Go><PeriodChooser period={period} /></>} testid={`history-${line.path}`}>
      {period.window ? <Bands line={line} units={units} window={period.window} /> : period.isPending ? <Waiting lines={units.length} height={34} /> : <Empty compact icon="clock" title={sayPeriod(missing)} hint={sayPeriod("noShiftHint")} />}
    </Panel>
  );
}
