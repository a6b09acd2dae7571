// Adding a user: who they are and what they may do; the way in is a link, never a password somebody else knows.
import { Button, Select, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { post } from "@/api/client";
import { rolesQuery } from "@/api/queries";
import type { OneTime } from "@/api/types";
import { useFault } from "@/app/fault";
import { roleWords } from "@/app/words";
import { Dialog } from "@/design/dialog";
import { ProblemNotice } from "@/design/notice";
import css from "@/screens/people/people.module.css";
import { OFFERED, type Offered } from "@/screens/people/roles";
import { words } from "@/screens/people/words";
import { currentLanguage, LANGUAGE_NAMES, LANGUAGES } from "@/words/language";
import { useWords } from "@/words/words";

interface Given { login: string; name: string; role: Offered; locale: string }

/** The roles that whoever asks may give. */
export function useGiveable(): Offered[] {
  const { data } = useQuery(rolesQuery());
  return OFFERED.filter((name) => data?.find((role) => role.name === name)?.yours_to_give);
}

export function AddDialog({ onClose, onAdded }: { onClose: () => void; onAdded: (name: string, made: OneTime) => void }) {
  const say = useWords(words);
  const sayRole = useWords(roleWords);
  const giveable = useGiveable();
  const [given, setGiven] = useState<Given>({ login: "", name: "", role: "operator", locale: currentLanguage() });
  const add = useMutation({ mutationFn: () => post<OneTime>("/people", given), onSuccess: (made) => onAdded(given.name, made) });
  const faultOf = useFault(add.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  return (
    <Dialog opened onClose={onClose} title={say("add")} closeButtonProps={{ "aria-label": say("close") }} size="md" data-testid="add-dialog">
      <form className={css.form} onSubmit={submit}>
        <TextInput label={say("name")} value={given.name} onChange={(event) => setGiven({ ...given, name: event.currentTarget.value })} maxLength={200} error={faultOf("name")} required autoComplete="off" data-autofocus size="md" data-testid="add-name" />
        <TextInput label={say("login")} description={say("loginHint")} value={given.login} onChange={(event) => setGiven({ ...given, login: event.currentTarget.value })} pattern="\S+" maxLength={120} error={faultOf("login")} required autoComplete="off" spellCheck={false} size="md" data-testid="add-login" />
        <Select label={say("role")} description={say(given.role)} data={giveable.map((value) => ({ value, label: sayRole(value) }))} value={given.role} onChange={(role) => setGiven({ ...given, role: (role ?? given.role) as Offered })} allowDeselect={false} error={faultOf("role")} size="md" data-testid="add-role" />
        <Select label={say("language")} data={LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] }))} value={given.locale} onChange={(locale) => setGiven({ ...given, locale: locale ?? given.locale })} allowDeselect={false} size="md" data-testid="add-locale" />
        {add.error && !["login", "name", "role"].some(faultOf) && <ProblemNotice error={add.error} compact />}
        <div className={css.buttons}>
          <Button variant="default" onClick={onClose}>{say("cancel")}</Button>
          <Button type="submit" loading={add.isPending} data-testid="add-submit">{say("makeLink")}</Button>
        </div>
      </form>
    </Dialog>
  );
}
