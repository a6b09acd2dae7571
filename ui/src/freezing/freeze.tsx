// Freezes what a page shows of a period under a name: a button wherever figures of a period stand, and what it asks.
import { Button, Select, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { change } from "@/api/client";
import type { Equipment, FrozenReport } from "@/api/types";
import { Dialog } from "@/design/dialog";
import { ProblemNotice } from "@/design/notice";
import { showToast } from "@/design/toast";
import css from "@/freezing/freezing.module.css";
import { words } from "@/freezing/words";
import { formatMoment } from "@/show/format";
import { useReader } from "@/show/show";
import { asSpan, type Window } from "@/view/period";
import { reportsOf } from "@/view/place";
import { useWords } from "@/words/words";

const VIEWS = ["kpis", "losses", "stops"] as const satisfies readonly FrozenReport["view"][];
type View = (typeof VIEWS)[number];

const NAME_MAX = 200;
const NOTE_MAX = 1_000;

interface DialogProps { here: Equipment; window: Window; view: View; onMade: (made: FrozenReport) => void; onClose: () => void }
function FreezeDialog({ here, window, view: first, onMade, onClose }: DialogProps) {
  const say = useWords(words);
  const reader = useReader();
  const queries = useQueryClient();
  const [from, to] = [window.t0, window.t1].map((ms) => formatMoment(ms, "minute", reader)) as [string, string];
  const [name, setName] = useState(window.shift ? `${here.name}, ${window.shift.name} ${from}` : `${here.name}, ${from} – ${to}`);
  const [view, setView] = useState<View>(first);
  const [note, setNote] = useState("");
  const send = useMutation({
    mutationFn: () => change<FrozenReport>("POST", "/reports", { name: name.trim(), view, equipment_id: here.id, ...asSpan(window), note: note.trim() || null }),
    onSuccess: ({ result }) => {
      void queries.invalidateQueries({ queryKey: ["/reports"] });
      onMade(result);
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send.mutate();
  };
  return (
    <Dialog opened onClose={onClose} title={say("title", { name: here.name })} closeButtonProps={{ "aria-label": say("close") }} size="lg" data-testid="freeze-dialog">
      <form className={css.form} onSubmit={submit}>
        <p className={css.help}>{say("help", { from, to })}{window.live && ` ${say("running")}`}</p>
        <TextInput label={say("name")} value={name} onChange={(event) => setName(event.currentTarget.value)} maxLength={NAME_MAX} required data-autofocus data-testid="freeze-name" />
        <Select label={say("view")} allowDeselect={false} value={view} onChange={(value) => setView(VIEWS.find((one) => one === value) ?? first)} data={VIEWS.map((value) => ({ value, label: say(value) }))} data-testid="freeze-view" />
        <Textarea label={say("note")} description={say("noteHint")} inputWrapperOrder={["label", "input", "description"]} value={note} onChange={(event) => setNote(event.currentTarget.value)} rows={2} maxLength={NOTE_MAX} data-testid="freeze-note" />
        {send.error && <ProblemNotice error={send.error} compact />}
        <div className={css.buttons}>
          <Button variant="default" onClick={onClose}>{say("cancel")}</Button>
          <Button type="submit" loading={send.isPending} disabled={name.trim() === ""} data-testid="freeze-save">{say("save")}</Button>
        </div>
      </form>
    </Dialog>
  );
}

interface FreezeProps { here: Equipment; /** Null: there is nothing to freeze. */ window: Window | null; view: View; /** Left out: a message leads to the report. */ onMade?: (made: FrozenReport) => void; variant?: "filled" | "default" }
/** The window is kept as it was when the button was pressed: a running one moves on behind the dialog. */
export function Freeze({ here, window, view, onMade, variant = "default" }: FreezeProps) {
  const say = useWords(words);
  const navigate = useNavigate();
  const [frozen, setFrozen] = useState<Window | null>(null);
  const lead = (made: FrozenReport) => showToast({ text: say("saved", { name: made.name }), act: { label: say("open"), run: () => void navigate({ to: reportsOf(here.path), search: { report: String(made.id) } as never }) } });
  return (
    <>
      <Button className="screen-only" variant={variant} size="sm" disabled={!window} title={say("hint")} onClick={() => setFrozen(window)} data-testid="freeze">{say("freeze")}</Button>
      {frozen && <FreezeDialog here={here} window={frozen} view={view} onMade={onMade ?? lead} onClose={() => setFrozen(null)} />}
    </>
  );
}
