// The segment that is chosen: what is known of it, its reason in one touch more, and the ways to correct it.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { RefObject } from "react";
import { offeredReasonsQuery, stopsQuery } from "@/api/queries";
import type { Equipment, Stop } from "@/api/types";
import { Dialog } from "@/design/dialog";
import { Icon } from "@/design/icons";
import { ProblemNotice, Waiting } from "@/design/notice";
import { useMay } from "@/jobs/jobs";
import { isPast, useKnown } from "@/knowing/known";
import type { Act } from "@/screens/timeline/field";
import { useEdits } from "@/screens/timeline/edits";
import { CommentForm, EdgeForm, MergeForm, SplitForm, StateForm } from "@/screens/timeline/forms";
import css from "@/screens/timeline/timeline.module.css";
import { words } from "@/screens/timeline/words";
import { type SegmentNow, segmentQuery } from "@/segments/query";
import { formatDuration, formatMoment } from "@/show/format";
import { useReader } from "@/show/show";
import { Lock } from "@/signing/lock";
import { lookOf } from "@/states/look";
import { useReasonName, useStateName } from "@/states/names";
import { StateSign } from "@/states/sign";
import { useAnswer } from "@/stops/answer";
import { EditHistory, StopDialog } from "@/stops/dialog";
import { words as stopWords } from "@/stops/words";
import { useWords } from "@/words/words";

const FORMS = { split: SplitForm, merge: MergeForm, edge: EdgeForm, state: StateForm, comment: CommentForm } as const;
const QUICK_MAX = 4;
interface PanelProps { unit: Equipment; ms: number; nowMs: number; act: Act | null; onAct: (act: Act | null) => void; place: RefObject<HTMLElement | null> }

/** The stop that a moment lies in, as it is answered: several states may be one stop. */
function useStop(unit: Equipment, now: SegmentNow | undefined, ms: number): Stop | undefined {
  const stands = now !== undefined && lookOf(now.record).tone !== "normal";
  const span = { start: new Date(Math.floor(ms)).toISOString(), end: new Date(Math.floor(ms) + 1000).toISOString() };
  const { data } = useQuery({ ...stopsQuery(unit.id, { ...span, ...useKnown() }), enabled: stands });
  return stands ? data?.items.find((stop) => Date.parse(stop.start) <= ms && (stop.end === null || Date.parse(stop.end) > ms)) : undefined;
}

function Head({ now: { record }, unit, nowMs }: { now: SegmentNow; unit: Equipment; nowMs: number }) {
  const say = useWords(words);
  const reader = useReader();
  const stateName = useStateName();
  const reasonName = useReasonName();
  const look = lookOf(record);
  const [t0, t1] = [Date.parse(record.start), record.end ? Date.parse(record.end) : nowMs];
  const end = record.end ? formatMoment(t1, "second", reader) : say("still");
  return (
    <header className={css.head} data-tone={look.tone}>
      <StateSign sign={look.sign} tone={look.tone} size={30} />
      <div className={css.headWords}>
        <h2 data-testid="segment-state">{`${unit.name}: ${stateName(look.word)}`}</h2>
        <span className="num">{`${formatMoment(t0, "full", reader)} – ${end} · ${formatDuration(Math.floor((t1 - t0) / 1000) * 1e6, reader.language)}`}</span>
        <strong data-testid="segment-reason">{reasonName(record.reason) ?? (look.tone === "normal" || look.tone === "void" ? "" : say("reasonNone"))}</strong>
        {record.comment && <span data-testid="segment-comment">{record.comment}</span>}
        <span className="quiet">{record.edited_by ? say("saidBy", { name: record.edited_by }) : say("fromSignals")}</span>
        <Lock equipmentId={unit.id} fromMs={t0} toMs={t1} />
        {record.evidence_changed && <span className={css.changed} data-testid="segment-changed"><Icon name="info" size={16} />{say("changed")}</span>}
      </div>
    </header>
  );
}

/** What was used last and what the machine suggests: the second of the two touches. */
function Quick({ unit, stop }: { unit: Equipment; stop: Stop }) {
  const sayStop = useWords(stopWords);
  const reasonName = useReasonName();
  const answer = useAnswer();
  const { data } = useQuery({ ...offeredReasonsQuery(unit.id, stop.start), placeholderData: keepPreviousData });
  const keys = [...new Set([...(data?.suggested ? [data.suggested] : []), ...(data?.last_used ?? [])])].slice(0, QUICK_MAX);
  return (
    <div className={css.quick}>
      {keys.map((key) => (
        <button key={key} type="button" className={css.quickReason} aria-pressed={stop.reason === key} onClick={() => void answer([stop], { reason: key })} data-testid={`quick-${key}`}>
          <span>{reasonName(key)}</span>
          <span className={css.hint}>{sayStop(key === data?.suggested ? "suggested" : "lastUsed")}</span>
        </button>
      ))}
    </div>
  );
}

/** `waits`: what is shown is still the segment that was chosen before, and nobody means that one. */
interface ActsProps { now: SegmentNow; stop: Stop | undefined; waits: boolean; onAct: (act: Act) => void }
function Acts({ now, stop, waits, onAct }: ActsProps) {
  const say = useWords(words);
  const may: Readonly<Record<Act, boolean>> = { reason: stop !== undefined, split: true, merge: now.before !== null || now.after !== null, edge: now.before !== null || now.after !== null, state: true, comment: true, history: stop !== undefined };
  return (
    <div className={css.acts}>
      {(Object.keys(may) as Act[]).map((act) => <button key={act} type="button" className={css.act} disabled={waits || !may[act]} onClick={() => onAct(act)} data-testid={`act-${act}`}>{say(act)}</button>)}
    </div>
  );
}

function Dialogs({ unit, now, stop, ms, nowMs, act, onClose }: { unit: Equipment; now: SegmentNow; stop: Stop | undefined; ms: number; nowMs: number; act: Act | null; onClose: () => void }) {
  const say = useWords(words);
  const edits = useEdits({ unit, version: now.version });
  if (act === "reason") return stop ? <StopDialog key={stop.stop_id} stop={stop} history="shown" onClose={onClose} /> : null;
  if (act === "history") return <Dialog opened onClose={onClose} title={say("history")} size="lg" closeButtonProps={{ "aria-label": say("close"), size: 48 }}>{stop && <EditHistory stop={stop} onDone={onClose} />}</Dialog>;
  if (!act) return null;
  const Form = FORMS[act];
  return <Dialog opened onClose={onClose} title={say(act)} size="md" closeButtonProps={{ "aria-label": say("close"), size: 48 }}><Form unit={unit} now={now} cursorMs={ms} nowMs={nowMs} edits={edits} onDone={onClose} /></Dialog>;
}

export function SegmentPanel({ unit, ms, nowMs, act, onAct, place }: PanelProps) {
  const say = useWords(words);
  const known = useKnown();
  const may = useMay("timeline.edit", unit);
  const mayEdit = may && !isPast(known);
  const { data: now, error, isPending, isPlaceholderData: waits } = useQuery({ ...segmentQuery(unit.id, Math.floor(ms), known), placeholderData: keepPreviousData, refetchInterval: isPast(known) ? false : 15_000 });
  const stop = useStop(unit, waits ? undefined : now, ms);
  if (error && asked404(error)) return <p className={css.none}>{say("untold")}</p>;
  if (error && !now) return <ProblemNotice error={error} compact />;
  if (isPending || !now) return <Waiting lines={3} height={40} />;
  return (
    <section ref={place} tabIndex={-1} className={css.segment} aria-label={say("title", { name: unit.name })} aria-busy={waits} data-testid="segment">
      <Head now={now} unit={unit} nowMs={nowMs} />
      {!may && <p className="quiet">{say("mayNot")}</p>}
      {mayEdit && stop && <Quick unit={unit} stop={stop} />}
      {mayEdit && <Acts now={now} stop={stop} waits={waits} onAct={onAct} />}
      {mayEdit && !waits && <Dialogs unit={unit} now={now} stop={stop} ms={ms} nowMs={nowMs} act={act} onClose={() => onAct(null)} />}
    </section>
  );
}

const asked404 = (error: Error): boolean => "status" in error && error.status === 404;
