// The timeline of the work unit in the chosen period.
import type { Equipment } from "@/api/types";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { Panel } from "@/design/panel";
import { useKnownMs } from "@/live/live";
import { useLanes } from "@/screens/unit/use-history";
import { words } from "@/screens/unit/words";
import { formatMoment } from "@/show/format";
import { useReader } from "@/show/show";
import type { View } from "@/timeline/keys";
import type { Lane } from "@/timeline/lanes";
import { Legend } from "@/timeline/legend";
import { Timeline } from "@/timeline/timeline";
import { words as timelineWords } from "@/timeline/words";
import type { Window } from "@/view/period";
import { useChangeSearch } from "@/view/search";
import { useWords } from "@/words/words";

const SHORTEST_MS = 10_000;
const LONGEST_MS = 92 * 86_400_000;

function Span({ window }: { window: Window }) {
  const reader = useReader();
  return <span className="quiet num">{`${formatMoment(window.t0, "minute", reader)} – ${formatMoment(window.t1, "minute", reader)}`}</span>;
}

export function HistoryPanel({ equipment, window }: { equipment: Equipment; window: Window }) {
  const say = useWords(words);
  const sayTimeline = useWords(timelineWords);
  const change = useChangeSearch();
  const nowMs = useKnownMs();
  const { lanes, bars, error, isPending, refetch } = useLanes(equipment.id, window);
  const zoom = ({ t0, t1 }: View) => {
    const span = Math.min(Math.max(t1 - t0, SHORTEST_MS), LONGEST_MS);
    change({ period: "custom", start: new Date(t0).toISOString(), end: new Date(t0 + span).toISOString() });
  };
  const pick = (lane: Lane, item: number) => {
    const record = lane.kind === "states" ? lane.bars[item]?.record : undefined;
    if (record) change({ tab: "history", record: record.start });
  };
  return (
    <Panel title={<>{say("timeline")} <Span window={window} /></>} tools={<Legend bars={bars} slow={lanes.some((lane) => lane.kind === "states" && (lane.slow?.length ?? 0) > 0)} />} testid="timeline-panel">
      {error && <ProblemNotice error={error} onRetry={refetch} compact />}
      {!error && isPending && <Waiting lines={3} height={30} />}
      {!error && !isPending && bars.length === 0 && <Empty compact icon="clock" title={sayTimeline("nothing")} hint={sayTimeline("nothingHint")} />}
      {bars.length > 0 && <Timeline lanes={lanes} view={window} nowMs={nowMs} onZoom={zoom} onPick={pick} testid="timeline" />}
    </Panel>
  );
}
