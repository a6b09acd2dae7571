// The work units of a line under each other on one time axis: how a stop travels along the line.
import { useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import type { Equipment } from "@/api/types";
import { Panel } from "@/design/panel";
import { useManyBars } from "@/history/records";
import { useKnownMs } from "@/live/live";
import css from "@/screens/overview/overview.module.css";
import { words } from "@/screens/overview/words";
import type { Lane } from "@/timeline/lanes";
import { Legend } from "@/timeline/legend";
import { useLastHours } from "@/timeline/strip";
import { Timeline } from "@/timeline/timeline";
import { unitOf } from "@/view/place";
import { useWords } from "@/words/words";

const HOURS = 8;

export function LineHistory({ line, units }: { line: Equipment; units: readonly Equipment[] }) {
  const say = useWords(words);
  const navigate = useNavigate();
  const window = useLastHours(HOURS);
  const nowMs = useKnownMs();
  const bars = useManyBars(useMemo(() => units.map((unit) => unit.id), [units]), window);
  const lanes: Lane[] = units.map((unit, i) => ({ kind: "states", key: unit.path, label: unit.name, height: 28, bars: bars[i] ?? [] }));
  const pick = (lane: Lane, item: number) => {
    const record = lane.kind === "states" ? lane.bars[item]?.record : undefined;
    if (record) void navigate({ to: unitOf(lane.key), search: { tab: "history", period: "24h", record: record.start } as never });
  };
  return (
    <div className={css.history}>
      <Panel title={say("together", { n: HOURS })} tools={<Legend bars={bars.flat()} />} testid={`history-${line.path}`}>
        <Timeline lanes={lanes} view={window} nowMs={nowMs} onPick={pick} testid="timeline" />
      </Panel>
    </div>
  );
}
