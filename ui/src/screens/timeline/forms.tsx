// The forms in which a segment is corrected: each asks for as little as it needs.
import { Button, SegmentedControl, Select, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { offeredReasonsQuery } from "@/api/queries";
import type { Equipment, StateRecord } from "@/api/types";
import type { SegmentNow } from "@/segments/query";
import { edgeBody, type Edits, mergeBody, PRODUCING, SAYABLE, sayable, splitAt } from "@/screens/timeline/edits";
import css from "@/screens/timeline/timeline.module.css";
import { words } from "@/screens/timeline/words";
import { exactWallOf, momentOfWall } from "@/show/format";
import { useZone } from "@/show/show";
import { useReasonName, useStateName } from "@/states/names";
import { groupsOf } from "@/stops/tree";
import { lookOf } from "@/states/look";
import { useWords } from "@/words/words";

const COMMENT_MAX = 2_000;
const SECOND_MS = 1_000;
export interface FormProps { unit: Equipment; now: SegmentNow; cursorMs: number; nowMs: number; edits: Edits; onDone: () => void }

const endMs = (record: StateRecord, nowMs: number) => (record.end ? Date.parse(record.end) : nowMs);

function Moment({ label, ms, onChange }: { label: string; ms: number; onChange: (ms: number) => void }) {
  const zone = useZone();
  const [isWhole] = useState(ms % SECOND_MS === 0);
  const [text, setText] = useState(() => exactWallOf(ms, zone).slice(0, isWhole ? 19 : 23));
  const change = (value: string) => {
    setText(value);
    onChange(momentOfWall(value, zone));
  };
  return <label className={css.labelled}><span>{label}</span><input type="datetime-local" step={isWhole ? 1 : 0.001} value={text} onChange={(event) => change(event.currentTarget.value)} className={css.input} data-testid="form-moment" data-autofocus /></label>;
}

function Form({ wrong, disabled, onSave, children }: { wrong: string | null; disabled: boolean; onSave: () => void; children: ReactNode }) {
  const say = useWords(words);
  return (
    <form className={css.form} onSubmit={(event) => { event.preventDefault(); onSave(); }}>
      {children}
      {wrong && <p role="alert" className={css.wrong}>{wrong}</p>}
      <Button type="submit" className={css.touch} disabled={disabled} data-testid="form-save">{say("save")}</Button>
    </form>
  );
}

/** A reason of those offered here; `undefined`: as it was, null: none. */
function ReasonSelect({ unit, at, value, onChange, label, unchanged }: { unit: Equipment; at: string; value: string | null | undefined; onChange: (reason: string | null | undefined) => void; label: string; unchanged?: boolean }) {
  const say = useWords(words);
  const reasonName = useReasonName();
  const { data } = useQuery(offeredReasonsQuery(unit.id, at));
  const keys = groupsOf(data?.items ?? []).flatMap((group) => group.leaves.map((leaf) => leaf.key));
  const options = [...(unchanged ? [{ value: "=", label: say("unchanged") }] : []), { value: "-", label: say("noReason") }, ...keys.map((key) => ({ value: key, label: reasonName(key) ?? key }))];
  return <Select label={label} size="md" searchable allowDeselect={false} value={value === undefined ? "=" : (value ?? "-")} onChange={(next) => onChange(next === "=" ? undefined : next === "-" || next === null ? null : next)} data={options} data-testid="form-reason" />;
}

export function SplitForm({ unit, now: { record }, cursorMs, nowMs, edits, onDone }: FormProps) {
  const say = useWords(words);
  const [t0, t1] = [Date.parse(record.start), endMs(record, nowMs)];
  const [ms, setMs] = useState(() => splitAt({ t0, t1 }, cursorMs));
  const [reason, setReason] = useState<string | null | undefined>(undefined);
  const inside = ms > t0 && ms < t1;
  const save = () => {
    onDone();
    edits.split(ms, reason);
  };
  return (
    <Form wrong={inside ? null : say("outside")} disabled={!inside} onSave={save}>
      <p className="quiet">{say("splitHint")}</p>
      <Moment label={say("at")} ms={ms} onChange={setMs} />
      {!PRODUCING.has(record.state) && <ReasonSelect unit={unit} at={record.start} value={reason} onChange={setReason} label={say("afterReason")} unchanged />}
    </Form>
  );
}

export function MergeForm({ now: { record, before, after }, edits, onDone }: FormProps) {
  const say = useWords(words);
  const stateName = useStateName();
  const reasonName = useReasonName();
  const [side, setSide] = useState<"before" | "after">(before ? "before" : "after");
  const [kept, setKept] = useState<"own" | "other">(sayable(record) ? "own" : "other");
  const other = side === "before" ? before : after;
  const chosen = kept === "own" ? record : other;
  const nameOf = (one: StateRecord) => [stateName(lookOf(one).word), reasonName(one.reason)].filter(Boolean).join(" · ");
  const save = () => {
    if (!other || !chosen) return;
    onDone();
    edits.say("merge", side === "before" ? mergeBody(other, record, chosen) : mergeBody(record, other, chosen));
  };
  const sides = [...(before ? [{ value: "before", label: `${say("withBefore")}: ${nameOf(before)}` }] : []), ...(after ? [{ value: "after", label: `${say("withAfter")}: ${nameOf(after)}` }] : [])];
  return (
    <Form wrong={chosen && !sayable(chosen) ? say("keepNone") : null} disabled={!chosen || !sayable(chosen)} onSave={save}>
      <SegmentedControl orientation="vertical" fullWidth size="md" value={side} onChange={(value) => setSide(value as "before")} data={sides} aria-label={say("merge")} data-testid="form-side" />
      {other && <label className={css.labelled}><span>{say("keep")}</span><SegmentedControl orientation="vertical" fullWidth size="md" value={kept} onChange={(value) => setKept(value as "own")} data={[{ value: "own", label: nameOf(record) }, { value: "other", label: nameOf(other) }]} aria-label={say("keep")} data-testid="form-kept" /></label>}
    </Form>
  );
}

export function EdgeForm({ now: { record, before, after }, nowMs, edits, onDone }: FormProps) {
  const say = useWords(words);
  const [which, setWhich] = useState<"start" | "end">("start");
  const at = which === "start" ? Date.parse(record.start) : endMs(record, nowMs);
  const [ms, setMs] = useState(at);
  const [low, high] = which === "start" ? [before ? Date.parse(before.start) : 0, endMs(record, nowMs)] : [Date.parse(record.start), after ? endMs(after, nowMs) : nowMs];
  const body = edgeBody(record, { before, after, which, ms });
  const wrong = ms > nowMs ? say("future") : !(ms > low && ms < high) ? say("order") : null;
  const choose = (next: "start" | "end") => {
    setWhich(next);
    setMs(next === "start" ? Date.parse(record.start) : endMs(record, nowMs));
  };
  const save = () => {
    if (!body) return;
    onDone();
    edits.say("edge", body);
  };
  return (
    <Form wrong={wrong} disabled={wrong !== null || !body || !sayable({ state: String(body["state"]) })} onSave={save}>
      {record.end && <SegmentedControl fullWidth size="md" value={which} onChange={(value) => choose(value as "start")} data={[{ value: "start", label: say("start") }, { value: "end", label: say("end") }]} aria-label={say("which")} data-testid="form-edge" />}
      <Moment key={which} label={say("newTime")} ms={at} onChange={setMs} />
      {body && !sayable({ state: String(body["state"]) }) && <p role="alert" className={css.wrong}>{say("keepNone")}</p>}
    </Form>
  );
}

export function StateForm({ unit, now: { record }, edits, onDone }: FormProps) {
  const say = useWords(words);
  const stateName = useStateName();
  const [state, setState] = useState<string>(SAYABLE.find((one) => one === record.state) ?? "Held");
  const [reason, setReason] = useState<string | null | undefined>(record.reason);
  const save = () => {
    onDone();
    edits.say("state", { start: record.start, end: record.end, state, ...(PRODUCING.has(state) ? {} : { reason: reason ?? null }) });
  };
  return (
    <Form wrong={null} disabled={false} onSave={save}>
      <Select label={say("stateWas")} size="md" allowDeselect={false} value={state} onChange={(next) => next && setState(next)} data={SAYABLE.map((value) => ({ value, label: stateName(value) }))} data-testid="form-state" data-autofocus />
      {!PRODUCING.has(state) && <ReasonSelect unit={unit} at={record.start} value={reason} onChange={setReason} label={say("reasonWas")} />}
    </Form>
  );
}

export function CommentForm({ now: { record }, edits, onDone }: FormProps) {
  const say = useWords(words);
  const [comment, setComment] = useState(record.comment ?? "");
  const same = comment.trim() === (record.comment ?? "");
  const save = () => {
    onDone();
    edits.say("comment", { start: record.start, end: record.end, comment: comment.trim() || null });
  };
  return (
    <Form wrong={null} disabled={same} onSave={save}>
      <Textarea label={say("comment")} placeholder={say("commentHint")} size="md" rows={3} maxLength={COMMENT_MAX} value={comment} onChange={(event) => setComment(event.currentTarget.value)} data-testid="form-comment" data-autofocus />
    </Form>
  );
}
