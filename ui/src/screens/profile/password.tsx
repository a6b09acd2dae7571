// Changing one's own password: the old one is asked for, and every other session ends.
import { Button, PasswordInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { put } from "@/api/client";
import { useFault } from "@/app/fault";
import { useMe } from "@/app/gate";
import { Icon } from "@/design/icons";
import { ProblemNotice } from "@/design/notice";
import css from "@/screens/profile/profile.module.css";
import { words } from "@/screens/profile/words";
import { useWords } from "@/words/words";

const NOTHING = { old: "", password: "", again: "" };

export function PasswordForm() {
  const say = useWords(words);
  const client = useQueryClient();
  const { has_password, person } = useMe();
  const [given, setGiven] = useState(NOTHING);
  const [differs, setDiffers] = useState(false);
  const change = useMutation({
    mutationFn: () => put("/me/password", { old: given.old, password: given.password }),
    onSuccess: () => {
      setGiven(NOTHING);
      void client.invalidateQueries({ queryKey: ["/me/sessions"] });
      void client.invalidateQueries({ queryKey: ["/me"] });
    },
  });
  const faultOf = useFault(change.error);
  const field = (name: keyof typeof NOTHING) => ({ value: given[name], onChange: (event: { currentTarget: { value: string } }) => setGiven({ ...given, [name]: event.currentTarget.value }), required: true, size: "md" as const, "data-testid": `password-${name}` });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setDiffers(given.password !== given.again);
    if (given.password === given.again) change.mutate();
  };
  return (
    <form className={css.form} onSubmit={submit}>
      <input type="text" name="username" autoComplete="username" value={person.login} readOnly hidden />
      {has_password && <PasswordInput label={say("oldPassword")} autoComplete="current-password" error={faultOf("old")} {...field("old")} />}
      <PasswordInput label={say("newPassword")} description={say("passwordHint")} autoComplete="new-password" error={faultOf("password")} {...field("password")} />
      <PasswordInput label={say("again")} autoComplete="new-password" error={differs && say("differs")} {...field("again")} />
      {change.error && !faultOf("old") && !faultOf("password") && <ProblemNotice error={change.error} compact />}
      <Button type="submit" variant="default" loading={change.isPending} data-testid="password-submit">{say("change")}</Button>
      {change.isSuccess && <p className={css.good} role="status" data-testid="password-changed"><Icon name="check" size={16} />{say("changed")}</p>}
    </form>
  );
}
