// What stands under the pointer or the keyboard's mark on a timeline, in words.
import { formatMoment, formatRatio } from "@/show/format";
import { Lasting, useReader } from "@/show/show";
import { useEvidence } from "@/states/evidence";
import { useReasonName, useStateName } from "@/states/names";
import { StateSign } from "@/states/sign";
import type { Lane } from "@/timeline/lanes";
import type { Bar } from "@/timeline/paint";
import { slowIn, type SlowSpan } from "@/timeline/slow";
import css from "@/timeline/timeline.module.css";
import { words } from "@/timeline/words";
import { useWords } from "@/words/words";

const SLOW_SHOWN = 3;

function Span({ t0, t1, open = false }: { t0: number; t1: number; open?: boolean }) {
  const say = useWords(words);
  const reader = useReader();
  const start = formatMoment(t0, t1 - t0 > 36 * 3_600_000 ? "minute" : "second", reader);
  return <span className="num">{open ? say("since", { start }) : say("span", { start, end: formatMoment(t1, "second", reader) })}</span>;
}

/** Where it ran slowly while this record says that it ran. */
function Slow({ bar, spans }: { bar: Bar; spans: readonly SlowSpan[] | undefined }) {
  const say = useWords(words);
  const reader = useReader();
  const found = slowIn(spans, bar.t0, bar.t1);
  const shown = found.slice(-SLOW_SHOWN).map((span) => say("slow", { share: formatRatio(span.share, reader.language, 0), start: formatMoment(span.t0, "minute", reader), end: formatMoment(span.t1, "minute", reader) }));
  return <>{found.length > shown.length && <span className={css.readSmall}>{say("slowMore", { n: found.length - shown.length })}</span>}{shown.map((text) => <span key={text} className={css.readSmall}>{text}</span>)}</>;
}

function StateReadout({ bar, lane, slow }: { bar: Bar; lane: string; slow: readonly SlowSpan[] | undefined }) {
  const say = useWords(words);
  const stateName = useStateName();
  const reasonName = useReasonName();
  const evidenceOf = useEvidence();
  const { record, look } = bar;
  const why = reasonName(record.reason);
  return (
    <>
      <span className={css.readHead}>
        <StateSign sign={look.sign} tone={look.tone} />
        <strong>{stateName(look.word)}</strong>
        <Lasting us={(bar.t1 - bar.t0) * 1000} />
      </span>
      {why && <span>{why}</span>}
      {record.because && <span className={css.readSmall}>{evidenceOf(record.because)}</span>}
      <span className={css.readSmall}>{`${lane} · `}<Span t0={bar.t0} t1={bar.t1} open={bar.open} /></span>
      <Slow bar={bar} spans={slow} />
      {record.comment && <span>{record.comment}</span>}
      {(record.source === "person" || record.edited_by) && <span className={css.readSmall}>{record.edited_by ? say("editedBy", { name: record.edited_by }) : say("edited")}</span>}
      {record.provisional && !bar.open && <span className={css.readSmall}>{say("provisional")}</span>}
    </>
  );
}

export function Readout({ lane, item }: { lane: Lane; item: number }) {
  const say = useWords(words);
  if (lane.kind === "states") {
    const bar = lane.bars[item];
    return bar ? <StateReadout bar={bar} lane={lane.label} slow={lane.slow} /> : null;
  }
  if (lane.kind === "spans") {
    const span = lane.spans[item];
    return span ? <><strong>{span.label}</strong><span className={css.readSmall}><Span t0={span.t0} t1={span.t1} /></span></> : null;
  }
  const column = lane.columns[item];
  return column ? <><strong>{say("scrapped", { good: column.good, scrap: column.scrap })}</strong><span className={css.readSmall}><Span t0={column.t0} t1={column.t1} /></span></> : null;
}
