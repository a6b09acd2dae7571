// Every word a person reads comes from a catalogue beside its screen, in every language Dovetail speaks.
import { useCallback } from "react";
import { type Language, useLanguage } from "@/words/language";

export type Catalogue<Key extends string> = Readonly<Record<Language, Readonly<Record<Key, string>>>>;
export type Values = Readonly<Record<string, string | number>>;
export type Say<Key extends string> = (key: Key, values?: Values) => string;

/** A catalogue whose German (and any later language) must have exactly the English keys; the type checker holds it to that. */
export function defineWords<Key extends string>(words: {
  en: Record<Key, string>;
  de: Record<NoInfer<Key>, string>;
}): Catalogue<Key> {
  return words;
}

/** Put values in the places written `{name}`; numbers in the language's own form. */
export function fill(text: string, values: Values, language: Language): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? new Intl.NumberFormat(language).format(value) : value;
  });
}

export function speak<Key extends string>(words: Catalogue<Key>, language: Language): Say<Key> {
  return (key, values = {}) => fill(words[language][key], values, language);
}

/** The catalogue in the language of the person who looks. */
export function useWords<Key extends string>(words: Catalogue<Key>): Say<Key> {
  const language = useLanguage();
  return useCallback((key, values = {}) => fill(words[language][key], values, language), [words, language]);
}

/** A name for a code that may be unknown to the catalogue: the code itself is better than nothing. */
export function wordFor<Key extends string>(words: Catalogue<Key>, language: Language, code: string): string {
  return (words[language] as Record<string, string>)[code] ?? code;
}
