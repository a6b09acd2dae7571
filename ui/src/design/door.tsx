// The two pages before the plant, sign-in and set-up: one card in the middle.
import { SegmentedControl } from "@mantine/core";
import { type FormEvent, type ReactNode, useEffect, useState } from "react";
import css from "@/design/door.module.css";
import { words } from "@/app/words";
import { chooseLanguage, LANGUAGE_NAMES, LANGUAGES, type Language, useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

interface DoorProps { title: string; tagline?: string; onSubmit?: () => void; children: ReactNode }
export function Door({ title, tagline, onSubmit, children }: DoorProps) {
  const say = useWords(words);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit?.();
  };
  return (
    <main className={css.page}>
      <div className={css.card}>
        <img src="/dovetail.svg" width={40} height={40} alt="" />
        <h1>{title}</h1>
        {tagline && <p className={css.tagline}>{tagline}</p>}
        <form className={css.form} onSubmit={submit}>{children}</form>
      </div>
      <SegmentedControl classNames={{ label: css.language ?? "" }} value={useLanguage()} onChange={(value) => chooseLanguage(value as Language)} data={LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] }))} aria-label={say("language")} data-testid="language" />
    </main>
  );
}

const taken = new Map<string, string | null>();

/**
 * The secret in the address's fragment (`#once=…`), taken out of the address bar so that it stays in no history.
 * Remembered, because a page may be drawn more than once before it stands.
 */
export function takeFragment(name: string): string | null {
  const known = taken.get(name);
  if (known !== undefined) return known;
  const value = new URLSearchParams(location.hash.slice(1)).get(name);
  taken.set(name, value);
  if (value) history.replaceState(history.state, "", location.pathname + location.search);
  return value;
}

/** The same as state: a link pasted into the page that already waits for one changes nothing but the fragment. */
export function useFragment(name: string): string | null {
  const [value, setValue] = useState(() => takeFragment(name));
  useEffect(() => {
    const look = () => {
      taken.delete(name);
      const found = takeFragment(name);
      if (found) setValue(found);
    };
    addEventListener("hashchange", look);
    return () => removeEventListener("hashchange", look);
  }, [name]);
  return value;
}

/** A one-time secret is used up once it was sent. */
export const forgetFragment = (name: string): void => void taken.set(name, null);
