// One user: who they are, what they may do, when they were here, and what may be done about them.
import { Menu, Select } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { change, post } from "@/api/client";
import type { Listed, OneTime } from "@/api/types";
import { useMe } from "@/app/gate";
import css from "@/screens/people/people.module.css";
import shell from "@/app/shell.module.css";
import { roleWords } from "@/app/words";
import { Icon } from "@/design/icons";
import { ProblemNotice } from "@/design/notice";
import { useGiveable } from "@/screens/people/add-dialog";
import { EditDialog, EndDialog } from "@/screens/people/dialogs";
import type { Done } from "@/screens/people/doing";
import { roleOf } from "@/screens/people/roles";
import { words } from "@/screens/people/words";
import { Num, When } from "@/show/show";
import { useLanguage } from "@/words/language";
import { useWords, wordFor } from "@/words/words";

export interface RowProps { person: Listed; onDone: (done: Done) => void; onLink: (name: string, made: OneTime) => void }

function RoleCell({ person, onDone }: RowProps) {
  const say = useWords(words);
  const language = useLanguage();
  const me = useMe();
  const giveable: string[] = useGiveable();
  const role = roleOf(person);
  const set = useMutation({
    mutationFn: (next: string) => change("PUT", `/people/${person.id}/role`, { role: next }),
    onSuccess: ({ auditId }) => onDone({ deed: "didRole", name: person.name, auditId }),
  });
  if (!person.yours || person.id === me.person.id || !giveable.length) return <span>{(role ? [role] : person.roles).map((one) => wordFor(roleWords, language, one)).join(" + ")}</span>;
  const offered = role && !giveable.includes(role) ? [role, ...giveable] : giveable;
  return (
    <>
      <Select className={css.role} size="xs" aria-label={say("roleOf", { name: person.name })} data={offered.map((value) => ({ value, label: wordFor(roleWords, language, value) }))} value={role} onChange={(next) => next && next !== role && set.mutate(next)} allowDeselect={false} disabled={set.isPending} data-testid={`role-${person.login}`} />
      {set.error && <ProblemNotice error={set.error} compact />}
    </>
  );
}

type Open = "edit" | "deactivate" | "sign-out" | null;

function Actions({ person, onDone, onLink }: RowProps) {
  const say = useWords(words);
  const mine = useMe().person.id === person.id;
  const [open, setOpen] = useState<Open>(null);
  const link = useMutation({ mutationFn: () => post<OneTime>(`/people/${person.id}/link`), onSuccess: (made) => onLink(person.name, made) });
  const activate = useMutation({ mutationFn: () => change("POST", `/people/${person.id}/activate`), onSuccess: ({ auditId }) => onDone({ deed: "didActivate", name: person.name, auditId }) });
  const close = () => setOpen(null);
  const finish = (done: Done) => { close(); onDone(done); };
  const error = link.error ?? activate.error;
  if (!person.yours) return null;
  return (
    <>
      <Menu position="bottom-end" width={240} withInitialFocusPlaceholder={false}>
        <Menu.Target><button type="button" className={shell.button} aria-label={say("actionsFor", { name: person.name })} data-testid={`actions-${person.login}`}><Icon name="more" /></button></Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setOpen("edit")} data-testid="do-edit">{say("edit")}</Menu.Item>
          {!mine && person.active && <Menu.Item onClick={() => link.mutate()} data-testid="do-link">{say("newLink")}</Menu.Item>}
          {!mine && <Menu.Item onClick={() => setOpen("sign-out")} data-testid="do-sign-out">{say("signOut")}</Menu.Item>}
          {!mine && person.active && <Menu.Item onClick={() => setOpen("deactivate")} data-testid="do-deactivate">{say("deactivate")}</Menu.Item>}
          {!person.active && <Menu.Item onClick={() => activate.mutate()} data-testid="do-activate">{say("activate")}</Menu.Item>}
        </Menu.Dropdown>
      </Menu>
      {error && <ProblemNotice error={error} compact />}
      {open === "edit" && <EditDialog person={person} onClose={close} onDone={finish} />}
      {(open === "deactivate" || open === "sign-out") && <EndDialog person={person} what={open} onClose={close} onDone={finish} />}
    </>
  );
}

export function Row(props: RowProps) {
  const { person } = props;
  const say = useWords(words);
  const mine = useMe().person.id === person.id;
  const state = !person.active ? "inactive" : person.has_password || person.seen ? "active" : "invited";
  return (
    <tr className={person.active ? undefined : css.off} data-testid={`person-${person.login}`} data-state={state}>
      <th scope="row"><span className={css.name} translate="no">{person.name}</span><span className={css.small}><span translate="no">{person.login}</span>{mine && ` · ${say("you")}`}</span></th>
      <td><RoleCell {...props} /></td>
      <td><span className={css.state}><Icon name={person.active ? (state === "invited" ? "clock" : "check") : "close"} size={15} />{say(state)}</span></td>
      <td>{person.seen ? <When at={person.seen} as="full" /> : <span className="quiet">{say("never")}</span>}</td>
      <td className={css.right}><Num value={person.sessions} /></td>
      <td className={css.right}><Actions {...props} /></td>
    </tr>
  );
}
