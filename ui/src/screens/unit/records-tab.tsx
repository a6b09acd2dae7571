// The state records of the period, newest first: the timeline as a table.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import type { Equipment } from "@/api/types";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { Give } from "@/giving/give";
import type { Table } from "@/giving/table";
import { useBars } from "@/history/records";
import css from "@/screens/unit/unit.module.css";
import { words } from "@/screens/unit/words";
import { words as timelineWords } from "@/timeline/words";
import { Lasting, When } from "@/show/show";
import { useEvidence } from "@/states/evidence";
import { useReasonName, useStateName } from "@/states/names";
import { StateSign } from "@/states/sign";
import { modeWords } from "@/states/words";
import type { Bar } from "@/timeline/paint";
import { asSpan, type Window } from "@/view/period";
import { useSearchText } from "@/view/search";
import { useLanguage } from "@/words/language";
import { useWords, wordFor } from "@/words/words";

const ROW_PX = 34;
const COLUMNS = ["start", "end", "duration", "state", "reason", "mode", "source"] as const;

function Row({ bar, top, index, marked }: { bar: Bar; top: number; index: number; marked: boolean }) {
  const say = useWords(words);
  const stateName = useStateName();
  const reasonName = useReasonName();
  const language = useLanguage();
  const evidenceOf = useEvidence();
  const { record, look } = bar;
  return (
    <div role="row" aria-rowindex={index + 2} className={css.record} data-marked={marked} style={{ transform: `translateY(${top}px)`, height: ROW_PX }} data-testid="state-record" data-state={record.state}>
      <span role="cell"><When at={record.start} as="full" /></span>
      <span role="cell">{bar.open ? say("now") : <When at={record.end} as="second" />}</span>
      <span role="cell" className={css.right}><Lasting us={(bar.t1 - bar.t0) * 1000} /></span>
      <span role="cell" className={css.stateCell}><StateSign sign={look.sign} tone={look.tone} />{stateName(look.word)}</span>
      <span role="cell" title={record.because ? evidenceOf(record.because) : undefined}>{reasonName(record.reason) ?? ""}{record.because && <span className="quiet"> · {evidenceOf(record.because)}</span>}</span>
      <span role="cell" className="quiet">{record.mode && wordFor(modeWords, language, record.mode)}</span>
      <span role="cell" className="quiet">{record.source === "person" ? say("person") : say("rule")}</span>
    </div>
  );
}

/** All of them, in the order in which they stand. */
function useTable(): (here: Equipment, bars: readonly Bar[]) => Table {
  const say = useWords(words);
  const language = useLanguage();
  const stateName = useStateName();
  const reasonName = useReasonName();
  const evidenceOf = useEvidence();
  return (here, bars) => ({
    name: `${say("history")} ${here.name}`,
    head: [say("start"), say("end"), `${say("duration")} (s)`, say("state"), "state", say("reason"), "reason", say("mode"), say("source"), "because"],
    rows: bars.map(({ record, look, t0, t1, open }) => [record.start, open ? null : record.end, (t1 - t0) / 1000, stateName(look.word), record.state, reasonName(record.reason) ?? null, record.reason, record.mode ? wordFor(modeWords, language, record.mode) : null, say(record.source === "person" ? "person" : "rule"), record.because ? evidenceOf(record.because) : null]),
  });
}

export default function RecordsTab({ here, window }: { here: Equipment; window: Window }) {
  const say = useWords(words);
  const sayTimeline = useWords(timelineWords);
  const { record } = useSearchText();
  const { bars, error, isPending, refetch } = useBars(here.id, window);
  const tableOf = useTable();
  const box = useRef<HTMLDivElement>(null);
  const rows = [...bars].reverse();
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => box.current, estimateSize: () => ROW_PX, overscan: 10 });
  const marked = record ? rows.findIndex((bar) => bar.record.start === record) : -1;
  useEffect(() => { if (marked >= 0) virtual.scrollToIndex(marked, { align: "center" }); }, [marked, virtual]);
  if (error) return <ProblemNotice error={error} onRetry={refetch} />;
  if (isPending) return <Waiting lines={6} />;
  if (rows.length === 0) return <Empty title={sayTimeline("nothing")} hint={sayTimeline("nothingHint")} />;
  return (
    <>
      <div className={css.give}><Give of={{ here, ...asSpan(window) }} table={() => tableOf(here, rows)} /></div>
      <div className={css.records} role="table" aria-label={say("history")} aria-rowcount={rows.length + 1} data-testid="records">
        <div role="row" className={css.recordHead}>{COLUMNS.map((key) => <span key={key} role="columnheader" className={key === "duration" ? css.right : undefined}>{say(key)}</span>)}</div>
        <div ref={box} className={css.recordBox} role="rowgroup" tabIndex={0} aria-label={say("history")}>
          <div role="presentation" className={css.runway} style={{ height: virtual.getTotalSize() }}>
            {virtual.getVirtualItems().map(({ index, start }) => {
              const bar = rows[index];
              return bar && <Row key={bar.record.start} bar={bar} top={start} index={index} marked={index === marked} />;
            })}
          </div>
        </div>
      </div>
    </>
  );
}
