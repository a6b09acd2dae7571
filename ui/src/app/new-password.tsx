// Whom a one-time link let in chooses a password before anything else is there.
import { Button, PasswordInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { put } from "@/api/client";
import type { Me } from "@/api/types";
import { useFault } from "@/app/fault";
import { words } from "@/app/words";
import { Door } from "@/design/door";
import { ProblemNotice } from "@/design/notice";
import { useWords } from "@/words/words";

export function NewPassword({ me }: { me: Me }) {
  const say = useWords(words);
  const client = useQueryClient();
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const [differs, setDiffers] = useState(false);
  const choose = useMutation({ mutationFn: () => put("/me/password", { password }), onSuccess: () => client.resetQueries() });
  const wrong = useFault(choose.error)("password");
  const submit = () => {
    setDiffers(password !== again);
    if (password === again) choose.mutate();
  };
  return (
    <Door title={say("choosePassword")} tagline={say("chooseHint", { name: me.person.name })} onSubmit={submit}>
      {choose.error && !wrong && <ProblemNotice error={choose.error} compact />}
      <input type="text" name="username" autoComplete="username" value={me.person.login} readOnly hidden />
      <PasswordInput label={say("newPassword")} description={say("passwordHint")} value={password} onChange={(event) => setPassword(event.currentTarget.value)} autoComplete="new-password" error={wrong} required autoFocus size="md" data-testid="new-password" />
      <PasswordInput label={say("passwordAgain")} value={again} onChange={(event) => setAgain(event.currentTarget.value)} autoComplete="new-password" error={differs && say("passwordDiffers")} required size="md" data-testid="new-password-again" />
      <Button type="submit" size="lg" loading={choose.isPending} data-testid="new-password-submit">{say("savePassword")}</Button>
    </Door>
  );
}
