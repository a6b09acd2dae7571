// What is asked before a shift is signed, and before a signature is taken back.
import { Button, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { change } from "@/api/client";
import type { Equipment, Shift, Signature } from "@/api/types";
import { Dialog } from "@/design/dialog";
import { ProblemNotice } from "@/design/notice";
import css from "@/signing/signing.module.css";
import { words } from "@/signing/words";
import { useTold } from "@/told/told";
import { useWords } from "@/words/words";

const WORDS_MAX = 1_000;

interface AskProps { name: "sign" | "reopen"; title: string; hint: string; field: { label: string; hint: string; isNeeded: boolean }; done: string; act: (text: string) => ReturnType<typeof change>; onClose: () => void }
/** One text and one act; refused, it stays open with what was entered, and says why. */
function Ask({ name, title, hint, field, done, act, onClose }: AskProps) {
  const say = useWords(words);
  const queries = useQueryClient();
  const tell = useTold();
  const [text, setText] = useState("");
  const send = useMutation({
    mutationFn: () => act(text.trim()),
    onSuccess: ({ auditId }) => {
      tell(done, auditId);
      void queries.invalidateQueries(); // figures, boards and stops of the shift follow
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send.mutate();
  };
  return (
    <Dialog opened onClose={onClose} title={title} closeButtonProps={{ "aria-label": say("close") }} size="lg" data-testid={`${name}-dialog`}>
      <form className={css.form} onSubmit={submit}>
        <p className={css.help}>{hint}</p>
        <Textarea label={field.label} description={field.hint} inputWrapperOrder={["label", "input", "description"]} value={text} onChange={(event) => setText(event.currentTarget.value)} maxLength={WORDS_MAX} rows={2} required={field.isNeeded} data-autofocus data-testid={`${name}-words`} />
        {send.error && <ProblemNotice error={send.error} compact />}
        <div className={css.buttons}>
          <Button variant="default" onClick={onClose}>{say("cancel")}</Button>
          <Button type="submit" loading={send.isPending} disabled={field.isNeeded && text.trim() === ""} data-testid={`${name}-save`}>{say(name)}</Button>
        </div>
      </form>
    </Dialog>
  );
}

export function SignDialog({ here, shift, onClose }: { here: Equipment; shift: Shift; onClose: () => void }) {
  const say = useWords(words);
  const field = { label: say("comment"), hint: say("commentHint"), isNeeded: false };
  const act = (text: string) => change("POST", `/equipment/${here.id}/signatures`, { start: shift.start, comment: text || null });
  return <Ask name="sign" title={`${say("sign")}: ${here.name}, ${shift.name}`} hint={say("signHint")} field={field} done={say("didSign", { shift: shift.name })} act={act} onClose={onClose} />;
}

export function ReopenDialog({ signature, onClose }: { signature: Signature; onClose: () => void }) {
  const say = useWords(words);
  const field = { label: say("why"), hint: say("whyHint"), isNeeded: true };
  const act = (text: string) => change("POST", `/signatures/${signature.id}/reopen`, { reason: text });
  return <Ask name="reopen" title={say("reopenTitle", { name: signature.by })} hint={say("reopenHint")} field={field} done={say("didReopen", { shift: signature.shift_name })} act={act} onClose={onClose} />;
}
