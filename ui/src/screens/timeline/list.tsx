// The segments of a machine in view as a list: for whoever reads rather than looks, and to jump to one.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef } from "react";
import { Empty } from "@/design/notice";
import { MARK, type Segment } from "@/segments/columns";
import { useMarks, useSegmentName } from "@/screens/timeline/described";
import css from "@/screens/timeline/timeline.module.css";
import { words } from "@/screens/timeline/words";
import { formatMoment } from "@/show/format";
import { Lasting, useReader, When } from "@/show/show";
import { useReasonName } from "@/states/names";
import { StateSign } from "@/states/sign";
import { useWords } from "@/words/words";

const ROW_PX = 40;
const DAY_MS = 86_400_000;
interface ListProps { machine: string; segments: readonly Segment[]; chosen: Segment | null; onChoose: (segment: Segment) => void }

function Row({ segment, index, top, chosen, long, onChoose }: { segment: Segment; index: number; top: number; chosen: boolean; long: boolean; onChoose: () => void }) {
  const say = useWords(words);
  const reader = useReader();
  const reasonName = useReasonName();
  const nameOf = useSegmentName();
  const marks = useMarks()(segment);
  const { t0, t1, look } = segment;
  const reason = segment.n === 1 && segment.kind === "stands" ? reasonName(segment.reason) : null;
  return (
    <div role="row" aria-rowindex={index + 2} aria-selected={chosen} className={css.row} style={{ transform: `translateY(${top}px)`, height: ROW_PX }} data-testid="segment-row">
      <span role="cell"><button type="button" className={css.rowButton} onClick={onChoose} aria-label={say("select", { state: nameOf(segment), time: formatMoment(t0, long ? "minute" : "second", reader) })}><When at={t0} as={long ? "minute" : "second"} /></button></span>
      <span role="cell">{segment.marks & MARK.open ? say("now") : <When at={t1} as={long ? "minute" : "second"} />}</span>
      <span role="cell" className={css.right}><Lasting us={Math.round((t1 - t0) / 1000) * 1e6} /></span>
      <span role="cell" className={css.stateCell}><StateSign sign={look.sign} tone={look.tone} />{segment.n > 1 ? say("merged", { n: segment.n }) : nameOf(segment)}</span>
      <span role="cell" title={reason ?? undefined}>{reason?.split(" · ").at(-1)}</span>
      <span role="cell" className="quiet">{marks.join(" · ")}</span>
    </div>
  );
}

export function SegmentList({ machine, segments, chosen, onChoose }: ListProps) {
  const say = useWords(words);
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({ count: segments.length, getScrollElement: () => box.current, estimateSize: () => ROW_PX, overscan: 8 });
  const at = useMemo(() => segments.findIndex((one) => one.t0 === chosen?.t0), [segments, chosen?.t0]);
  useEffect(() => { if (at >= 0) virtual.scrollToIndex(at, { align: "auto" }); }, [at, virtual]);
  const long = (segments.at(-1)?.t1 ?? 0) - (segments[0]?.t0 ?? 0) > DAY_MS; // then a time alone does not say the day
  const title = say("list", { name: machine });
  if (segments.length === 0) return <Empty compact icon="clock" title={say("empty")} hint={say("emptyHint")} />;
  return (
    <div className={css.list} role="table" aria-label={title} aria-rowcount={segments.length + 1} data-long={long} data-testid="segment-list">
      <div role="row" className={css.listHead}>{(["from", "to", "duration", "stateColumn", "reasonColumn", "marks"] as const).map((key) => <span key={key} role="columnheader" className={key === "duration" ? css.right : undefined}>{say(key)}</span>)}</div>
      <div ref={box} className={css.listBox} role="rowgroup" tabIndex={0} aria-label={title}>
        <div role="presentation" className={css.runway} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const segment = segments[index];
            return segment && <Row key={segment.t0} segment={segment} index={index} top={start} chosen={index === at} long={long} onChoose={() => onChoose(segment)} />;
          })}
        </div>
      </div>
    </div>
  );
}
