// A correction being made: what was wrong, of when, what it was, and why; with what it would do before it is said.
import { Button, NumberInput, SegmentedControl, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { Wiring } from "@/api/types";
import css from "@/corrections/corrections.module.css";
import { askedOf, correct, type Grade, GRADES, type How, HOWS, type What, WHATS, type Wish } from "@/corrections/corrections";
import { Preview } from "@/corrections/preview";
import { useReread } from "@/corrections/reread";
import { words } from "@/corrections/words";
import { Dialog } from "@/design/dialog";
import { ProblemNotice } from "@/design/notice";
import { showToast } from "@/design/toast";
import { exactWallOf, momentOfWall, unitSymbol } from "@/show/format";
import { useZone } from "@/show/show";
import { useWords } from "@/words/words";

export interface Span { t0: number; t1: number }
interface PartProps { tag: Wiring; wish: Wish; onWish: (change: Partial<Wish>) => void }

const REASON_MAX = 2_000;
const NUMBERS = ["f64", "i64", "u64"];

function Moment({ label, ms, onMs, wrong, testid }: { label: string; ms: number; onMs: (ms: number) => void; wrong: boolean; testid: string }) {
  const zone = useZone();
  const [text, setText] = useState(() => exactWallOf(ms, zone));
  const type = (typed: string) => { setText(typed); onMs(momentOfWall(typed, zone)); };
  return <label className={css.field}><span>{label}</span><input type="datetime-local" step="0.001" className={css.input} value={text} onChange={(event) => type(event.currentTarget.value)} aria-invalid={wrong} data-testid={testid} /></label>;
}

function WhenPart({ wish, onWish }: PartProps) {
  const say = useWords(words);
  const wrong = wish.what !== "insert" && !(wish.t1 > wish.t0);
  return (
    <>
      <div className={css.pair}>
        <Moment label={say(wish.what === "insert" ? "at" : "from")} ms={wish.t0} onMs={(t0) => onWish({ t0 })} wrong={wrong} testid="correction-from" />
        {wish.what !== "insert" && <Moment label={say("to")} ms={wish.t1} onMs={(t1) => onWish({ t1 })} wrong={wrong} testid="correction-to" />}
      </div>
      {wrong && <span role="alert" className={css.wrong}>{say("order")}</span>}
    </>
  );
}

function ValueField({ tag, wish, onWish }: PartProps) {
  const say = useWords(words);
  const label = [say("valueOf"), unitSymbol(tag.unit)].filter(Boolean).join(" · ");
  if (tag.kind === "bool") return <div className={css.field}><span>{label}</span><SegmentedControl size="sm" value={wish.value || "true"} onChange={(value) => onWish({ value })} data={(["true", "false"] as const).map((value) => ({ value, label: say(value) }))} aria-label={label} data-testid="correction-value" /></div>;
  if (NUMBERS.includes(tag.kind)) return <NumberInput label={label} value={wish.value} onChange={(value) => onWish({ value: String(value) })} allowDecimal={tag.kind === "f64"} allowNegative={tag.kind !== "u64"} data-testid="correction-value" />;
  return <label className={css.field}><span>{label}</span><input type="text" className={css.input} value={wish.value} onChange={(event) => onWish({ value: event.currentTarget.value })} data-testid="correction-value" /></label>;
}

function GradeField({ wish, onWish }: PartProps) {
  const say = useWords(words);
  return <div className={css.field}><span>{say("qualityOf")}</span><SegmentedControl size="sm" value={wish.quality} onChange={(quality) => onWish({ quality: quality as Grade })} data={GRADES.map((value) => ({ value, label: say(value) }))} aria-label={say("qualityOf")} data-testid="correction-quality" /></div>;
}

function HowPart(props: PartProps) {
  const say = useWords(words);
  const { tag, wish, onWish } = props;
  const hows = HOWS.filter((how) => how !== "scale" || NUMBERS.includes(tag.kind));
  const number = (key: "scale" | "offset", label: string) => <NumberInput label={label} value={wish[key]} onChange={(value) => onWish({ [key]: typeof value === "number" ? value : Number(value) })} data-testid={`correction-${key}`} />;
  return (
    <>
      <div className={css.field}><span>{say("how")}</span><SegmentedControl size="sm" value={wish.how} onChange={(how) => onWish({ how: how as How })} data={hows.map((value) => ({ value, label: say(value) }))} aria-label={say("how")} data-testid="correction-how" /></div>
      {wish.how === "value" && <ValueField {...props} />}
      {wish.how === "scale" && <div className={css.pair}>{number("scale", say("scaleOf"))}{number("offset", say("offsetOf"))}</div>}
      {wish.how === "quality" && <GradeField {...props} />}
    </>
  );
}

function CorrectForm({ tag, span, what, onClose }: { tag: Wiring; span: Span; what: What; onClose: () => void }) {
  const say = useWords(words);
  const reread = useReread();
  const [wish, setWish] = useState<Wish>(() => ({ what, how: "value", ...span, value: tag.kind === "bool" ? "true" : "", scale: 1, offset: 0, quality: "good" }));
  const [reason, setReason] = useState("");
  const onWish = (change: Partial<Wish>) => setWish((before) => ({ ...before, ...change }));
  const parts = { tag, wish, onWish };
  const make = useMutation({
    mutationFn: () => correct(tag, wish, reason.trim()),
    onSuccess: () => { reread(tag.id); showToast({ text: say("saved", { tag: tag.property }) }); onClose(); },
  });
  const ready = askedOf(wish) !== null && reason.trim() !== "";
  const submit = (event: FormEvent) => { event.preventDefault(); if (ready) make.mutate(); };
  return (
    <form className={css.form} onSubmit={submit}>
      <div className={css.field}><span>{say("what")}</span><SegmentedControl size="sm" value={wish.what} onChange={(next) => onWish({ what: next as What })} data={WHATS.map((value) => ({ value, label: say(value) }))} aria-label={say("what")} data-testid="correction-what" /></div>
      <WhenPart {...parts} />
      {wish.what === "amend" && <HowPart {...parts} />}
      {wish.what === "insert" && <div className={css.pair}>{wish.quality !== "bad" && <ValueField {...parts} />}<GradeField {...parts} /></div>}
      <Preview tag={tag} wish={wish} />
      <Textarea label={say("reason")} description={say("reasonHint")} value={reason} onChange={(event) => setReason(event.currentTarget.value)} maxLength={REASON_MAX} autosize minRows={2} required withAsterisk={false} data-testid="correction-reason" />
      {make.error && <ProblemNotice error={make.error} compact />}
      <div className={css.buttons}>
        <Button variant="default" onClick={onClose}>{say("close")}</Button>
        <Button type="submit" loading={make.isPending} disabled={!ready} data-testid="correction-save">{say("save")}</Button>
      </div>
    </form>
  );
}

export interface Asked { tag: Wiring; span: Span; what: What }
/** Open while `asked` says of which tag and stretch. */
export function CorrectDialog({ asked, onClose }: { asked: Asked | null; onClose: () => void }) {
  const say = useWords(words);
  return (
    <Dialog opened={asked !== null} onClose={onClose} title={say("title", { tag: asked?.tag.path ?? "" })} size={680} closeButtonProps={{ "aria-label": say("close") }} data-testid="correction-dialog">
      {asked && <CorrectForm {...asked} onClose={onClose} />}
    </Dialog>
  );
}
