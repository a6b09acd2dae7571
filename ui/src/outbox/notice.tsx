// Says how much waits on this device and what was not accepted, and lets a person look at each of them.
import { Button } from "@mantine/core";
import { useState } from "react";
import { Problem } from "@/api/problem";
import type { Signature } from "@/api/types";
import { useMe } from "@/app/gate";
import { Dialog } from "@/design/dialog";
import { Icon } from "@/design/icons";
import { outbox, useOutbox } from "@/outbox/desk";
import css from "@/outbox/outbox.module.css";
import type { Entry } from "@/outbox/outbox";
import { useEntryName } from "@/outbox/said";
import { words } from "@/outbox/words";
import { When } from "@/show/show";
import { useSignedWords } from "@/signing/lock";
import { words as signingWords } from "@/signing/words";
import { useLanguage } from "@/words/language";
import { refusalOf } from "@/words/refusals";
import { useWords } from "@/words/words";

function Refusal({ detail, hint }: { detail: string | undefined; hint: string | undefined }) {
  return (
    <>
      <span className={css.refusal}><Icon name="jam" size={16} />{detail}</span>
      {hint && <span className={css.small}>{hint}</span>}
    </>
  );
}

/** In the reader's language where it is known. */
function Told({ problem }: { problem: Problem }) {
  const { detail, hint } = refusalOf(problem, useLanguage());
  return <Refusal detail={detail ?? problem.title ?? undefined} hint={hint ?? undefined} />;
}

/** It is of a shift that stands: who signed it, in the reader's language, and the way on. */
function Signed({ signature }: { signature: Signature }) {
  const say = useWords(signingWords);
  const wordsOf = useSignedWords();
  return <Refusal detail={`${wordsOf(signature, signature.equipment_id)}. ${say("stands")}`} hint={say("askReopen")} />;
}

function Row({ entry }: { entry: Entry }) {
  const say = useWords(words);
  const me = useMe();
  const nameOf = useEntryName();
  const [sure, setSure] = useState(false);
  const { refused } = entry;
  return (
    <li className={css.entry} data-testid="outbox-entry" data-refused={refused !== null}>
      <div className={css.entryWords}>
        <strong>{nameOf(entry)}</strong>
        <span className={css.small}><When at={entry.atMs} as="second" />{` · ${entry.personName}`}</span>
        {refused && (refused.signature ? <Signed signature={refused.signature} /> : <Told problem={new Problem(refused.status, refused)} />)}
        {!refused && <span className={css.small}>{entry.person === me.person.id ? say("waits") : say("forPerson", { name: entry.personName })}</span>}
      </div>
      {refused && <Button className={css.touch} variant="default" onClick={() => outbox.retry(entry.id)} data-testid="outbox-retry">{say("retry")}</Button>}
      {refused && <Button className={css.touch} variant="default" onClick={() => (sure ? outbox.drop(entry.id) : setSure(true))} data-testid="outbox-discard">{say(sure ? "discardSure" : "discard")}</Button>}
    </li>
  );
}

/** `large`: at the station, for a glove. */
export function OutboxNotice({ large = false }: { large?: boolean }) {
  const say = useWords(words);
  const entries = useOutbox();
  const [open, setOpen] = useState(false);
  const refused = entries.filter((entry) => entry.refused).length;
  const waiting = entries.length - refused;
  if (entries.length === 0) return null;
  return (
    <>
      <button type="button" className={css.chip} data-refused={refused > 0} data-large={large} onClick={() => setOpen(true)} data-testid="outbox" aria-haspopup="dialog">
        <Icon name={refused > 0 ? "jam" : "clock"} size={large ? 26 : 18} />
        <span>{[waiting > 0 && say("waiting", { n: waiting }), refused > 0 && say("refused", { n: refused })].filter(Boolean).join(" · ")}</span>
      </button>
      <Dialog opened={open} onClose={() => setOpen(false)} title={say("title")} size="lg" closeButtonProps={{ "aria-label": say("close"), size: 64 }}>
        <p className={css.hint}>{say("hint")}</p>
        <ul className={css.list}>{entries.map((entry) => <Row key={entry.id} entry={entry} />)}</ul>
      </Dialog>
    </>
  );
}
