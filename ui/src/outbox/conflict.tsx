// Two people answered the same stop: both entries side by side, and the choice is the person's. Nothing entered is lost.
import { Modal } from "@mantine/core";
import type { Said } from "@/api/problem";
import { outbox, useOutbox } from "@/outbox/desk";
import css from "@/outbox/outbox.module.css";
import type { Entry } from "@/outbox/outbox";
import { useDo, useEntryName } from "@/outbox/said";
import { words } from "@/outbox/words";
import { formatMoment } from "@/show/format";
import { useReader } from "@/show/show";
import { useReasonName } from "@/states/names";
import { useWords } from "@/words/words";

function Version({ title, said, testid }: { title: string; said: Said; testid: string }) {
  const say = useWords(words);
  const reader = useReader();
  const reasonName = useReasonName();
  return (
    <section className={css.version} data-testid={testid}>
      <h3>{title}</h3>
      <strong className={css.saidReason}>{reasonName(said.reason) ?? say("noReason")}</strong>
      <p>{said.comment ?? <span className="quiet">{say("noComment")}</span>}</p>
      <span className={css.small}>{say("by", { name: said.by, time: formatMoment(Date.parse(said.at), "second", reader) })}</span>
    </section>
  );
}

function Choice({ entry, theirs, yours }: { entry: Entry; theirs: Said; yours: Said }) {
  const say = useWords(words);
  const nameOf = useEntryName();
  const send = useDo();
  const settle = (how: "mine" | "theirs") => {
    const body = { ...(entry.body as object), seen: theirs.version };
    outbox.drop(entry.id);
    if (how === "theirs" && entry.label === "split") return; // a cut that was given up leaves no words to keep
    void send({ path: entry.path, ...(how === "mine" ? { body, label: entry.label } : { body: { ...body, yields: true }, label: "yielded" }), values: entry.values });
  };
  return (
    <Modal opened onClose={() => undefined} withCloseButton={false} closeOnEscape={false} closeOnClickOutside={false} title={say("conflictTitle")} size="xl">
      <p className={css.hint}>{nameOf(entry)}</p>
      <div className={css.versions} data-testid="conflict">
        <Version title={say("yours")} said={yours} testid="conflict-yours" />
        <Version title={say("theirs")} said={theirs} testid="conflict-theirs" />
        <button type="button" className={css.choice} onClick={() => settle("mine")} data-testid="use-mine" data-autofocus>{say("useMine")}</button>
        <button type="button" className={css.choice} onClick={() => settle("theirs")} data-testid="keep-theirs">{say("keepTheirs")}</button>
      </div>
      <p className={css.hint}>{say("nothingLost")}</p>
    </Modal>
  );
}

/** The oldest conflict that waits for a choice, on whatever screen it comes to light. A way back has no words of its own to choose: it stays among the refused. */
export function Conflict() {
  const entry = useOutbox().find((candidate) => candidate.label !== "undo" && candidate.refused?.theirs && candidate.refused.yours);
  const { theirs, yours } = entry?.refused ?? {};
  return entry && theirs && yours ? <Choice key={entry.id} entry={entry} theirs={theirs} yours={yours} /> : null;
}
