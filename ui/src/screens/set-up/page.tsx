// First run: the one-time token (typed, or from `/setup#token=…`), then login, name and password of the first person.
import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { post } from "@/api/client";
import { asProblem, fieldOf } from "@/api/problem";
import { setupQuery } from "@/api/queries";
import { Door, useFragment } from "@/design/door";
import { Empty, ProblemNotice } from "@/design/notice";
import { words } from "@/screens/set-up/words";
import { Go } from "@/view/place";
import { currentLanguage } from "@/words/language";
import { useWords } from "@/words/words";

interface First { token: string; login: string; name: string; password: string }

function useSetup() {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: (first: First) => post("/setup", { ...first, locale: currentLanguage() }),
    onSuccess: () => {
      client.clear();
      void navigate({ to: "/", replace: true });
    },
  });
}

export default function SetUp() {
  const say = useWords(words);
  const linked = useFragment("token") ?? "";
  const [typed, setTyped] = useState<Partial<First>>({});
  const first: First = { token: linked, login: "", name: "", password: "", ...typed };
  const { data } = useQuery(setupQuery());
  const { mutate, isPending, error } = useSetup();
  const wrong = error ? fieldOf(asProblem(error)) : null;
  const field = (name: keyof First) => ({
    value: first[name],
    onChange: (event: { currentTarget: { value: string } }) => setTyped({ ...typed, [name]: event.currentTarget.value }),
    error: wrong === name ? asProblem(error).detail : undefined,
    required: true,
    size: "md" as const,
    "data-testid": `setup-${name}`,
  });
  if (data && !data.needed) return <Door title={say("title")}><Empty compact icon="check" title={say("done")} hint={say("doneHint")} action={<Go to="/sign-in" className="link">{say("signIn")}</Go>} /></Door>;
  return (
    <Door title={say("title")} tagline={say("tagline")} onSubmit={() => mutate(first)}>
      {error && !wrong && <ProblemNotice error={error} compact />}
      <TextInput label={say("token")} description={say("tokenHint")} autoComplete="off" spellCheck={false} {...field("token")} />
      <TextInput label={say("login")} autoComplete="username" {...field("login")} />
      <TextInput label={say("name")} autoComplete="name" {...field("name")} />
      <PasswordInput label={say("password")} description={say("passwordHint")} autoComplete="new-password" {...field("password")} />
      <Button type="submit" size="lg" loading={isPending} data-testid="setup-submit">{say("submit")}</Button>
    </Door>
  );
}
