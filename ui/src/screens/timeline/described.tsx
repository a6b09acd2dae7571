// One segment in a line of words: for whoever hovers, and for whoever listens.
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { type Segment, hides, MARK } from "@/segments/columns";
import { segmentQuery } from "@/segments/query";
import { words } from "@/screens/timeline/words";
import css from "@/screens/timeline/timeline.module.css";
import { formatDuration, formatMoment, formatRatio } from "@/show/format";
import { useReader } from "@/show/show";
import { useEvidence } from "@/states/evidence";
import { useReasonName, useStateName } from "@/states/names";
import { StateSign } from "@/states/sign";
import type { SlowSpan } from "@/timeline/slow";
import { words as timelineWords } from "@/timeline/words";
import { useWords } from "@/words/words";

const DAY_MS = 86_400_000;
const REST_MS = 250;
const KEPT_MS = 60_000;
const SLOW_SHOWN = 3;

/** What stands beside a segment: who spoke, what has changed, what it hides. */
export function useMarks(): (segment: Segment) => string[] {
  const say = useWords(words);
  return ({ marks, n, holds, ...said }) => {
    const hidden = n > 1 ? [hides(said, holds, "void") && say("hidesVoid"), hides(said, holds, "stands") && say("hidesStands"), hides(said, holds, "produces") && say("hidesProduces")] : [];
    const own = [marks & MARK.edited && say("spoken"), marks & MARK.changed && say("changed"), marks & MARK.provisional && !(marks & MARK.open) && say("provisional")];
    return [...own, ...hidden].filter((text): text is string => typeof text === "string");
  };
}

/** The name of a segment: its state, or how many records it stands for. */
export function useSegmentName(): (segment: Segment) => string {
  const say = useWords(words);
  const stateName = useStateName();
  return ({ n, look }) => (n > 1 ? say("many", { n, state: stateName(look.word) }) : stateName(look.word));
}

/** What a reason rests on that nobody gave: asked for where a person rests on a segment. */
function Evidenced({ segment }: { segment: Segment }) {
  const evidenceOf = useEvidence();
  const [resting] = useDebouncedValue(`${segment.equipmentId}-${segment.t0}`, REST_MS);
  const rests = resting === `${segment.equipmentId}-${segment.t0}`;
  const { data } = useQuery({ ...segmentQuery(segment.equipmentId, Math.ceil(segment.t0)), enabled: rests, staleTime: KEPT_MS });
  const because = data?.record.because;
  return because ? <span className="quiet" data-testid="segment-evidence">{evidenceOf(because)}</span> : null;
}

export function Described({ segment, machine, slow }: { segment: Segment; machine: string; slow: readonly SlowSpan[] }) {
  const say = useWords(words);
  const sayTimeline = useWords(timelineWords);
  const reader = useReader();
  const reasonName = useReasonName();
  const nameOf = useSegmentName();
  const marksOf = useMarks();
  const { t0, t1, look, marks } = segment;
  const end = marks & MARK.open ? say("now") : formatMoment(t1, t1 - t0 > DAY_MS ? "minute" : "second", reader);
  const time = `${formatMoment(t0, "minute", reader)} – ${end}`;
  return (
    <>
      <StateSign sign={look.sign} tone={look.tone} />
      <strong>{machine}</strong>
      <span>{nameOf(segment)}</span>
      {segment.n === 1 && segment.reason && <span>{reasonName(segment.reason)}</span>}
      {segment.n === 1 && segment.reason && !(marks & MARK.person) && <Evidenced segment={segment} />}
      <span className={css.when}>{`${time} · ${formatDuration(Math.round((t1 - t0) / 1000) * 1e6, reader.language)}`}</span>
      {slow.slice(-SLOW_SHOWN).map((span) => <span key={span.t0} data-testid="described-slow">{sayTimeline("slow", { share: formatRatio(span.share, reader.language, 0), start: formatMoment(span.t0, "minute", reader), end: formatMoment(span.t1, "minute", reader) })}</span>)}
      {marksOf(segment).map((mark) => <span key={mark} className="quiet">{mark}</span>)}
    </>
  );
}
