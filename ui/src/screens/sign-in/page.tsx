// The door: login and password, or a one-time link (`/sign-in#once=…`) that opens it at once.
import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { post } from "@/api/client";
import { Door, forgetFragment, takeFragment, useFragment } from "@/design/door";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { words } from "@/screens/sign-in/words";
import { useSearchText } from "@/view/search";
import { useWords } from "@/words/words";

type Given = { login: string; password: string } | { once: string };
const inside = (back: string | undefined) => (back && /^\/(?![/\\])/.test(back) ? back : "/");

function useSignIn() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { back } = useSearchText();
  return useMutation({
    mutationFn: (given: Given) => post("/session", given),
    onSuccess: () => {
      client.clear();
      void navigate({ href: inside(back), replace: true });
    },
  });
}

function useOnce(enter: (once: string) => void): boolean {
  const once = useFragment("once");
  useEffect(() => {
    if (!once || takeFragment("once") === null) return;
    forgetFragment("once"); // a one-time secret must not be sent twice
    enter(once);
  }, [once, enter]);
  return once !== null;
}

export default function SignIn() {
  const say = useWords(words);
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const { mutate, isPending, error, variables } = useSignIn();
  const byLink = useOnce((once) => mutate({ once }));
  const linkFailed = error && variables && "once" in variables;
  if (byLink && !error) return <Door title={say("once")}><Waiting lines={2} /></Door>;
  return (
    <Door title={say("title")} tagline={say("tagline")} onSubmit={() => mutate({ login, password })}>
      {linkFailed && <Empty compact icon="link" title={say("onceFailed")} hint={say("onceHint")} />}
      {error && !linkFailed && <ProblemNotice error={error} title={say("failed")} compact />}
      <TextInput label={say("login")} value={login} onChange={(event) => setLogin(event.currentTarget.value)} autoComplete="username" required autoFocus size="md" data-testid="login" />
      <PasswordInput label={say("password")} value={password} onChange={(event) => setPassword(event.currentTarget.value)} autoComplete="current-password" required size="md" data-testid="password" />
      <Button type="submit" size="lg" loading={isPending} data-testid="sign-in">{say("submit")}</Button>
    </Door>
  );
}
