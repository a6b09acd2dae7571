// Two people corrected the same time: both entries side by side, and the choice is the person's: one of them, or both where they can stand together.
import type { BothPart, Said } from "@/api/problem";
import { Dialog } from "@/design/dialog";
import { chosen, type Way } from "@/outbox/choice";
import { outbox, useOutbox } from "@/outbox/desk";
import css from "@/outbox/outbox.module.css";
import type { Entry } from "@/outbox/outbox";
import { useDo, useEntryName } from "@/outbox/said";
import { words } from "@/outbox/words";
import { formatMoment } from "@/show/format";
import { useReader } from "@/show/show";
import { lookOf } from "@/states/look";
import { useReasonName, useStateName } from "@/states/names";
import { useWords, wordFor } from "@/words/words";

const DEEDS = ["did-split", "did-merge", "did-move-edge", "did-acknowledge"] as const; // the other kinds are told by their words

function Version({ title, said, testid }: { title: string; said: Said; testid: string }) {
  const say = useWords(words);
  const reader = useReader();
  const reasonName = useReasonName();
  const stateName = useStateName();
  const deed = DEEDS.find((one) => one === `did-${said.what ?? ""}`);
  const state = said.state === null ? null : stateName(lookOf({ state: said.state, mode: "", reason: null }).word);
  return (
    <section className={css.version} data-testid={testid}>
      <h3>{title}</h3>
      <strong className={css.saidReason}>{reasonName(said.reason) ?? say("noReason")}</strong>
      {(deed ?? state) && <span>{[deed && say(deed), state].filter(Boolean).join(" · ")}</span>}
      <p>{said.comment ?? <span className="quiet">{say("noComment")}</span>}</p>
      <span className={css.small}>{say("by", { name: said.by, time: formatMoment(Date.parse(said.at), "second", reader) })}</span>
    </section>
  );
}

/** What of one's own words stands beside theirs, each once. */
function useBeside(): (both: readonly BothPart[]) => string {
  const { language } = useReader();
  return (both) => [...new Set(both.flatMap((part) => part.says))].map((matter) => wordFor(words, language, `own-${matter}`)).join(", ");
}

function Choice({ entry, refused: { theirs, yours, both = [] } }: { entry: Entry; refused: { theirs: Said; yours: Said; both?: BothPart[] } }) {
  const say = useWords(words);
  const nameOf = useEntryName();
  const beside = useBeside();
  const send = useDo();
  const settle = (how: Way) => {
    outbox.drop(entry.id);
    void send({ path: entry.path, body: chosen(entry.body, how, { seen: theirs.version, first: yours.version }), label: how === "theirs" ? "yielded" : entry.label, values: entry.values });
  };
  const choice = (how: Way, label: string, testid: string) => <button type="button" className={css.choice} onClick={() => settle(how)} data-testid={testid} {...(how === "mine" ? { "data-autofocus": true } : {})}>{label}</button>;
  return (
    <Dialog opened onClose={() => undefined} withCloseButton={false} closeOnEscape={false} closeOnClickOutside={false} title={say("conflictTitle")} size="xl">
      <p className={css.hint}>{nameOf(entry)}</p>
      <div className={css.versions} data-testid="conflict">
        <Version title={say("yours")} said={yours} testid="conflict-yours" />
        <Version title={say("theirs")} said={theirs} testid="conflict-theirs" />
        {choice("mine", say("useMine"), "use-mine")}
        {choice("theirs", say("keepTheirs"), "keep-theirs")}
      </div>
      {both.length > 0 && <div className={css.both}>{choice("both", say("useBoth", { own: beside(both) }), "use-both")}</div>}
      <p className={css.hint}>{say("nothingLost")}</p>
    </Dialog>
  );
}

/** The oldest conflict that waits for a choice, on whatever screen it comes to light. A way back has no words of its own to choose: it stays among the refused. */
export function Conflict() {
  const entry = useOutbox().find((candidate) => candidate.label !== "undo" && candidate.refused?.theirs && candidate.refused.yours);
  const { theirs, yours, both = [] } = entry?.refused ?? {};
  return entry && theirs && yours ? <Choice key={entry.id} entry={entry} refused={{ theirs, yours, both }} /> : null;
}
