// What is asked before samples are held, and before a hold ends: which, of when, and why.
import { Button, Select, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { change } from "@/api/client";
import { useEquipment } from "@/app/equipment";
import { Dialog } from "@/design/dialog";
import { ProblemNotice } from "@/design/notice";
import css from "@/installation/installation.module.css";
import type { Hold } from "@/installation/queries";
import { words as shared } from "@/installation/words";
import { addDays, isDate } from "@/screens/calendars/dates";
import { words } from "@/screens/retention/words";
import { momentOfWall } from "@/show/format";
import { useZone } from "@/show/show";
import { useTold } from "@/told/told";
import { useWords } from "@/words/words";

const WHY_MAX = 1000;
const HOLDS = ["/retention/holds"];
const momentOf = (date: string, zone: string | undefined): string => new Date(momentOfWall(date, zone)).toISOString();

/** A change of holds; its way back is offered while the message stands. */
function useHolds<Given>(act: (given: Given) => ReturnType<typeof change>, told: "did" | "didRelease", onDone: () => void) {
  const say = useWords(words);
  const queries = useQueryClient();
  const tell = useTold(HOLDS, say("tookBack"));
  return useMutation({
    mutationFn: act,
    onSuccess: ({ auditId }) => {
      tell(say(told), auditId);
      void queries.invalidateQueries({ queryKey: HOLDS });
      onDone();
    },
  });
}

interface FrameProps { title: string; label: string; testid: string; error: Error | null; isBusy: boolean; isReady: boolean; onClose: () => void; onSubmit: () => void; children: ReactNode }
function Frame({ title, label, testid, error, isBusy, isReady, onClose, onSubmit, children }: FrameProps) {
  const sayShared = useWords(shared);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <Dialog opened onClose={onClose} title={title} closeButtonProps={{ "aria-label": sayShared("close") }} size="lg" data-testid={testid}>
      <form className={css.form} onSubmit={submit}>
        {children}
        {error && <ProblemNotice error={error} compact />}
        <div className={css.buttons}>
          <Button variant="default" onClick={onClose}>{sayShared("cancel")}</Button>
          <Button type="submit" loading={isBusy} disabled={!isReady} data-testid={`${testid}-save`}>{label}</Button>
        </div>
      </form>
    </Dialog>
  );
}

function Why({ value, onValue }: { value: string; onValue: (value: string) => void }) {
  const sayShared = useWords(shared);
  return <Textarea label={sayShared("reason")} description={sayShared("reasonHint")} inputWrapperOrder={["label", "input", "description"]} value={value} onChange={(event) => onValue(event.currentTarget.value)} maxLength={WHY_MAX} rows={2} required data-testid="hold-why" />;
}

export function HoldDialog({ onClose }: { onClose: () => void }) {
  const say = useWords(words);
  const zone = useZone();
  const { map } = useEquipment();
  const [given, setGiven] = useState({ equipment: "", first: "", last: "", why: "" });
  const put = (part: Partial<typeof given>) => setGiven((was) => ({ ...was, ...part }));
  const dated = isDate(given.first) && isDate(given.last);
  const isBackward = dated && given.last < given.first;
  const hold = useHolds(
    () => change("POST", "/retention/holds", { equipment: [Number(given.equipment)], start: momentOf(given.first, zone), end: momentOf(addDays(given.last, 1), zone), reason: given.why }),
    "did", onClose,
  );
  return (
    <Frame title={say("hold")} label={say("hold")} testid="hold-dialog" error={hold.error} isBusy={hold.isPending} isReady={given.equipment !== "" && dated && !isBackward && given.why.trim() !== ""} onClose={onClose} onSubmit={() => hold.mutate(undefined)}>
      <Select label={say("equipment")} data={map.items.map((one) => ({ value: String(one.id), label: one.path }))} value={given.equipment || null} onChange={(next) => put({ equipment: next ?? "" })} searchable required data-autofocus data-testid="hold-equipment" />
      <div className={css.pair}>
        <TextInput type="date" label={say("firstDay")} value={given.first} onChange={(event) => put({ first: event.currentTarget.value })} required data-testid="hold-first" />
        <TextInput type="date" label={say("lastDay")} value={given.last} onChange={(event) => put({ last: event.currentTarget.value })} required error={isBackward && say("badPeriod")} data-testid="hold-last" />
      </div>
      <Why value={given.why} onValue={(why) => put({ why })} />
    </Frame>
  );
}

export function ReleaseDialog({ hold, what, onClose }: { hold: Hold; what: string; onClose: () => void }) {
  const say = useWords(words);
  const [why, setWhy] = useState("");
  const release = useHolds(() => change("POST", `/retention/holds/${hold.id}/release`, { reason: why }), "didRelease", onClose);
  return (
    <Frame title={say("releaseTitle", { what })} label={say("release")} testid="release-dialog" error={release.error} isBusy={release.isPending} isReady={why.trim() !== ""} onClose={onClose} onSubmit={() => release.mutate(undefined)}>
      <p className={css.help}>{say("releaseHint")}</p>
      <Why value={why} onValue={setWhy} />
    </Frame>
  );
}
