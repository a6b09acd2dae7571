// Everybody who may enter: found by name, added with a link, given a role, let out again.
import { Button, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { peopleQuery } from "@/api/queries";
import type { OneTime } from "@/api/types";
import { Icon } from "@/design/icons";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { Panel } from "@/design/panel";
import { AddDialog } from "@/screens/people/add-dialog";
import { type Done, undo, useDone } from "@/screens/people/doing";
import { LinkShown } from "@/screens/people/link-shown";
import css from "@/screens/people/people.module.css";
import { matches } from "@/screens/people/roles";
import { Row } from "@/screens/people/row";
import { words } from "@/screens/people/words";
import { useWords } from "@/words/words";

const COLUMNS = ["person", "role", "state", "seen", "sessions", "actions"] as const;

function DoneBar({ done, onUndone, hold }: { done: Done; onUndone: () => void; hold: (held: boolean) => void }) {
  const say = useWords(words);
  const back = useMutation({ mutationFn: undo, onSuccess: onUndone });
  return (
    <div className={css.done} role="status" onPointerEnter={() => hold(true)} onPointerLeave={() => hold(false)} onFocus={() => hold(true)} onBlur={() => hold(false)} data-testid="person-done">
      <span>{say(done.deed, { name: done.name })}</span>
      {back.error && <ProblemNotice error={back.error} compact />}
      {done.auditId && <Button variant="subtle" size="compact-sm" loading={back.isPending} onClick={() => done.auditId && back.mutate(done.auditId)} data-testid="person-undo">{say("undo")}</Button>}
    </div>
  );
}

export default function People() {
  const say = useWords(words);
  const { data, error, isPending, refetch } = useQuery({ ...peopleQuery(), refetchInterval: 30_000 });
  const [text, setText] = useState("");
  const [adding, setAdding] = useState(false);
  const [link, setLink] = useState<{ name: string; made: OneTime } | null>(null);
  const { done, note, hold } = useDone();
  const found = (data ?? []).filter((person) => matches(person, text.trim()));
  const showLink = (name: string, made: OneTime) => {
    setAdding(false);
    setLink({ name, made });
    note(null);
  };
  return (
    <>
      <div className={css.titleRow}>
        <h1>{say("title")}{data && <span className="quiet" data-testid="people-count">{say("count", { n: data.length })}</span>}</h1>
        <TextInput className={css.search} type="search" value={text} onChange={(event) => setText(event.currentTarget.value)} placeholder={say("search")} aria-label={say("search")} leftSection={<Icon name="search" size={15} />} data-testid="people-search" />
        <Button onClick={() => setAdding(true)} data-testid="add-person">{say("add")}</Button>
      </div>
      {done && <DoneBar key={done.auditId} done={done} onUndone={() => note(null)} hold={hold} />}
      <Panel flush>
        {error && <ProblemNotice error={error} onRetry={() => void refetch()} />}
        {isPending && <Waiting lines={5} />}
        {data && found.length === 0 && <Empty icon="search" title={say("noMatch", { text })} hint={say("noMatchHint")} />}
        {found.length > 0 && (
          <div className={css.box} tabIndex={0} role="region" aria-label={say("title")}>
            <table className={css.table} data-testid="people">
              <thead><tr>{COLUMNS.map((key) => <th key={key} scope="col" className={key === "sessions" || key === "actions" ? css.right : undefined}>{say(key)}</th>)}</tr></thead>
              <tbody>{found.map((person) => <Row key={person.id} person={person} onDone={note} onLink={showLink} />)}</tbody>
            </table>
          </div>
        )}
      </Panel>
      {adding && <AddDialog onClose={() => setAdding(false)} onAdded={showLink} />}
      {link && <LinkShown {...link} onClose={() => setLink(null)} />}
    </>
  );
}
