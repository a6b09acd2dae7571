// Which language this browser speaks: the person's own choice, else the account's, else the browser's.
import { useSyncExternalStore } from "react";

export const LANGUAGES = ["en", "de"] as const;
export type Language = (typeof LANGUAGES)[number];
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: "English", de: "Deutsch" };

const KEY = "dovetail.language";
const listeners = new Set<() => void>();

/** The language behind a locale such as `de-AT`, or undefined when we do not speak it. */
export function languageOf(locale: string | null | undefined): Language | undefined {
  const primary = locale?.toLowerCase().split("-")[0];
  return LANGUAGES.find((language) => language === primary);
}

const chosen = () => languageOf(globalThis.localStorage?.getItem(KEY));
const fromBrowser = () => (globalThis.navigator?.languages ?? []).map(languageOf).find(Boolean);
let language: Language = chosen() ?? fromBrowser() ?? "en";

function set(next: Language): void {
  language = next;
  if (globalThis.document) document.documentElement.lang = next;
  for (const listener of listeners) listener();
}

/** The person chose: remember it on this device. */
export function chooseLanguage(next: Language): void {
  localStorage.setItem(KEY, next);
  set(next);
}

/** The account prefers this locale; a choice made on this device still wins. */
export function preferLocale(locale: string | null | undefined): void {
  const preferred = languageOf(locale);
  if (preferred && !chosen()) set(preferred);
}

export const currentLanguage = (): Language => language;

export function useLanguage(): Language {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    currentLanguage,
  );
}
