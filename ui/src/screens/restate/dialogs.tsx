// What is asked before the past is told again, and before that is taken back: why.
import { Button, Textarea } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { Dialog } from "@/design/dialog";
import { ProblemNotice } from "@/design/notice";
import { showToast } from "@/design/toast";
import css from "@/screens/replay/replay.module.css";
import { type Plan, type Restatement, useRestate, useUndo } from "@/screens/restate/api";
import { words } from "@/screens/restate/words";
import { formatMoment } from "@/show/format";
import { useReader } from "@/show/show";
import { useWords } from "@/words/words";

const WHY_MAX = 1_000;

interface WhyProps { title: string; help: string; label: string; testid: string; error: Error | null; isBusy: boolean; onClose: () => void; onSay: (reason: string) => void }
function Why({ title, help, label, testid, error, isBusy, onClose, onSay }: WhyProps) {
  const say = useWords(words);
  const [reason, setReason] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSay(reason.trim());
  };
  return (
    <Dialog opened onClose={onClose} title={title} closeButtonProps={{ "aria-label": say("close") }} size="lg" data-testid={testid}>
      <form className={css.form} onSubmit={submit}>
        <p className={css.hint}>{help}</p>
        <Textarea label={say("reason")} description={say("reasonHint")} inputWrapperOrder={["label", "input", "description"]} value={reason} onChange={(event) => setReason(event.currentTarget.value)} rows={2} maxLength={WHY_MAX} required data-autofocus data-testid={`${testid}-why`} />
        {error && <ProblemNotice error={error} compact />}
        <div className={css.buttons}>
          <Button variant="default" onClick={onClose}>{say("cancel")}</Button>
          <Button type="submit" loading={isBusy} disabled={reason.trim() === ""} data-testid={`${testid}-save`}>{label}</Button>
        </div>
      </form>
    </Dialog>
  );
}

export function RestateDialog({ plan, onDone, onClose }: { plan: Plan; onDone: () => void; onClose: () => void }) {
  const say = useWords(words);
  const reader = useReader();
  const make = useRestate(() => { showToast({ text: say("done") }); onDone(); });
  const [from, to] = [plan.start, plan.end].map((at) => formatMoment(Date.parse(at), "minute", reader)) as [string, string];
  return <Why title={say("applyTitle", { from, to })} help={say("applyHelp", { n: plan.changes.length })} label={say("apply")} testid="restate-dialog" error={make.error} isBusy={make.isPending} onClose={onClose} onSay={(reason) => make.mutate({ plan, reason })} />;
}

export function UndoDialog({ made, onClose }: { made: Restatement; onClose: () => void }) {
  const say = useWords(words);
  const undo = useUndo(() => { showToast({ text: say("didUndo") }); onClose(); });
  return <Why title={say("undoTitle", { n: made.id })} help={say("undoHelp")} label={say("undo")} testid="undo-dialog" error={undo.error} isBusy={undo.isPending} onClose={onClose} onSay={(reason) => undo.mutate({ id: made.id, reason })} />;
}
