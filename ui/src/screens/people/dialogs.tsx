// What is asked before something ends for a user, and the few words about them that may be changed.
import { Button, Checkbox, Select, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { change } from "@/api/client";
import type { Listed } from "@/api/types";
import { Dialog } from "@/design/dialog";
import { ProblemNotice } from "@/design/notice";
import type { Done } from "@/screens/people/doing";
import css from "@/screens/people/people.module.css";
import { words } from "@/screens/people/words";
import { LANGUAGE_NAMES, LANGUAGES } from "@/words/language";
import { useWords } from "@/words/words";

interface DialogProps { person: Listed; onClose: () => void; onDone: (done: Done) => void }

export function EndDialog({ person, what, onClose, onDone }: DialogProps & { what: "deactivate" | "sign-out" }) {
  const say = useWords(words);
  const [tokens, setTokens] = useState(false);
  const off = what === "deactivate";
  const end = useMutation({
    mutationFn: () => change("POST", `/people/${person.id}/${what}`, off ? {} : { tokens: tokens ? "end" : "keep" }),
    onSuccess: ({ auditId }) => onDone({ deed: off ? "didDeactivate" : "didSignOut", name: person.name, auditId: off ? auditId : null }),
  });
  return (
    <Dialog opened onClose={onClose} title={say(off ? "deactivateTitle" : "signOutTitle", { name: person.name })} closeButtonProps={{ "aria-label": say("close") }} size="md" data-testid="end-dialog">
      <div className={css.form}>
        <p className={css.hint}>{say(off ? "deactivateHint" : "signOutHint", { name: person.name })}</p>
        {!off && <Checkbox label={say("tokensToo")} checked={tokens} onChange={(event) => setTokens(event.currentTarget.checked)} data-testid="end-tokens" />}
        {end.error && <ProblemNotice error={end.error} compact />}
        <div className={css.buttons}>
          <Button variant="default" onClick={onClose} data-autofocus>{say("cancel")}</Button>
          <Button loading={end.isPending} onClick={() => end.mutate()} data-testid="end-confirm">{say(off ? "deactivate" : "signOut")}</Button>
        </div>
      </div>
    </Dialog>
  );
}

export function EditDialog({ person, onClose, onDone }: DialogProps) {
  const say = useWords(words);
  const [name, setName] = useState(person.name);
  const [locale, setLocale] = useState(person.locale);
  const save = useMutation({
    mutationFn: () => change("PUT", `/people/${person.id}`, { name, locale }),
    onSuccess: ({ auditId }) => onDone({ deed: "didChange", name, auditId }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Dialog opened onClose={onClose} title={say("edit")} closeButtonProps={{ "aria-label": say("close") }} size="md" data-testid="edit-dialog">
      <form className={css.form} onSubmit={submit}>
        <TextInput label={say("name")} value={name} onChange={(event) => setName(event.currentTarget.value)} maxLength={200} required data-autofocus size="md" data-testid="edit-name" />
        <Select label={say("language")} data={LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] }))} value={locale} onChange={(next) => setLocale(next ?? locale)} allowDeselect={false} size="md" />
        {save.error && <ProblemNotice error={save.error} compact />}
        <div className={css.buttons}>
          <Button variant="default" onClick={onClose}>{say("cancel")}</Button>
          <Button type="submit" loading={save.isPending} data-testid="edit-save">{say("save")}</Button>
        </div>
      </form>
    </Dialog>
  );
}
