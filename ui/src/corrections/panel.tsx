// What was corrected of a signal, the newest first: what, of when, by whom, why; those who may correct and take back.
import { Button, Textarea } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { Wiring } from "@/api/types";
import css from "@/corrections/corrections.module.css";
import { type Correction, correctable, correctionsQuery, takeBack } from "@/corrections/corrections";
import { type Asked, CorrectDialog, type Span } from "@/corrections/dialog";
import { useMayCorrect } from "@/corrections/may";
import { useReread } from "@/corrections/reread";
import { words } from "@/corrections/words";
import { Dialog } from "@/design/dialog";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { Panel } from "@/design/panel";
import { showToast } from "@/design/toast";
import { formatMeasured } from "@/show/format";
import { When } from "@/show/show";
import { Go } from "@/view/place";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

/** What a correction says, in a few words. */
function useSaid(): (one: Correction) => string {
  const say = useWords(words);
  const language = useLanguage();
  return (one) => {
    if (one.what === "delete") return say("isDeleted");
    if (one.given !== null) return say(one.what === "insert" ? "isInserted" : "wholeAmend", { n: one.given });
    const shown = typeof one.value === "number" ? formatMeasured(one.value, language) : String(one.value);
    const parts = [
      one.value !== null && say("isValue", { value: shown }),
      (one.scale !== 1 || one.offset !== 0) && say("isScaled", { scale: formatMeasured(one.scale, language), offset: formatMeasured(one.offset, language) }),
      one.quality && say("isQuality", { quality: say(one.quality) }),
    ];
    return parts.filter(Boolean).join(", ");
  };
}

/** The trend of its stretch, with some time around it, and below it what was known before. */
function beforeAndAfter(one: Correction): { to: string; search: Record<string, string> } {
  const [t0, t1] = [Date.parse(one.start), Date.parse(one.end)];
  const around = Math.max(30_000, (t1 - t0) / 2);
  return { to: "/trends", search: { pens: String(one.tag_id), start: new Date(t0 - around).toISOString(), end: new Date(t1 + around).toISOString(), beside: String(one.known - 1), ...(one.undone ? { as_of: String(one.known) } : {}) } };
}

function Item({ one, mayUndo, onUndo }: { one: Correction; mayUndo: boolean; onUndo: (one: Correction) => void }) {
  const say = useWords(words);
  const said = useSaid();
  return (
    <li className={css.item} data-testid="correction" data-id={one.id}>
      <div className={css.said} data-undone={one.undone !== null}>
        <p className={css.head}><When at={one.start} as="exact" />{one.what !== "insert" && <>{" – "}<When at={one.end} as="exact" /></>} · {said(one)}</p>
        <p>{one.reason}</p>
        <p className="quiet">{say("by", { name: one.by })}, <When at={one.at} as="full" /> · {say("under", { n: one.under })}{one.came_after > 0 && <> · {say("cameAfter", { n: one.came_after })}</>}</p>
        {one.undone && <p className="quiet" data-testid="correction-undone">{say("undone", { name: one.undone.by })}, <When at={one.undone.at} as="full" />: {one.undone.reason}</p>}
      </div>
      <div className={css.acts}>
        <Go {...beforeAndAfter(one)} className="link" testid="correction-show">{say("show")}</Go>
        {mayUndo && !one.undone && <Button size="xs" variant="default" onClick={() => onUndo(one)} data-testid="correction-undo">{say("undo")}</Button>}
      </div>
    </li>
  );
}

function UndoDialog({ one, onClose }: { one: Correction | null; onClose: () => void }) {
  const say = useWords(words);
  const reread = useReread();
  const [reason, setReason] = useState("");
  const undo = useMutation({
    mutationFn: (which: Correction) => takeBack(which, reason.trim()),
    onSuccess: ({ tag_id }) => { reread(tag_id); setReason(""); showToast({ text: say("takenBack") }); onClose(); },
  });
  const submit = (event: FormEvent) => { event.preventDefault(); if (one && reason.trim()) undo.mutate(one); };
  return (
    <Dialog opened={one !== null} onClose={onClose} title={say("undoTitle")} size={520} closeButtonProps={{ "aria-label": say("close") }} data-testid="undo-dialog">
      <form className={css.form} onSubmit={submit}>
        <p className={css.hint}>{say("undoHint")}</p>
        <Textarea label={say("why")} value={reason} onChange={(event) => setReason(event.currentTarget.value)} maxLength={2_000} autosize minRows={2} data-autofocus data-testid="undo-reason" />
        {undo.error && <ProblemNotice error={undo.error} compact />}
        <div className={css.buttons}>
          <Button variant="default" onClick={onClose}>{say("close")}</Button>
          <Button type="submit" loading={undo.isPending} disabled={reason.trim() === ""} data-testid="undo-save">{say("takeBack")}</Button>
        </div>
      </form>
    </Dialog>
  );
}

function Pages({ tag, cursor, ...hands }: { tag: number; cursor: string | null; mayUndo: boolean; onUndo: (one: Correction) => void }) {
  const say = useWords(words);
  const [older, setOlder] = useState(false);
  const { data, error, isPending, refetch } = useQuery(correctionsQuery(tag, cursor));
  return (
    <>
      {error && <ProblemNotice error={error} onRetry={() => void refetch()} compact />}
      {isPending && <Waiting lines={2} />}
      {cursor === null && data?.items.length === 0 && <Empty compact title={say("none")} hint={say("noneHint")} />}
      {data && data.items.length > 0 && <ul className={css.list}>{data.items.map((one) => <Item key={one.id} one={one} {...hands} />)}</ul>}
      {data?.next && !older && <div className={css.more}><Button size="xs" variant="default" onClick={() => setOlder(true)} data-testid="corrections-more">{say("more")}</Button></div>}
      {data?.next && older && <Pages tag={tag} cursor={data.next} {...hands} />}
    </>
  );
}

/** `span`: what is offered to be corrected. */
export function Corrections({ tag, span }: { tag: Wiring; span: () => Span }) {
  const say = useWords(words);
  const may = useMayCorrect(tag.equipment_id);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [undoing, setUndoing] = useState<Correction | null>(null);
  const tools = may && correctable(tag) && <Button size="xs" variant="default" onClick={() => setAsked({ tag, span: span(), what: "amend" })} data-testid="correct">{say("correct")}</Button>;
  return (
    <Panel title={say("corrections")} tools={tools} flush testid="corrections">
      <Pages tag={tag.id} cursor={null} mayUndo={may} onUndo={setUndoing} />
      <CorrectDialog asked={asked} onClose={() => setAsked(null)} />
      <UndoDialog key={undoing?.id} one={undoing} onClose={() => setUndoing(null)} />
    </Panel>
  );
}
