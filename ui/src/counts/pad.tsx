// A number pad for fingers: large digits, erase and clear; a keyboard beside it works as well.
import { useEffect, useRef } from "react";
import css from "@/counts/pad.module.css";
import { words } from "@/counts/words";
import { Icon } from "@/design/icons";
import { useWords } from "@/words/words";

const DIGITS_MAX = 6; // nobody makes more than 999,999 pieces between two entries
const DIGITS = ["7", "8", "9", "4", "5", "6", "1", "2", "3"] as const;

/** What a number becomes by a key; digits beyond the sixth are not taken. */
export function pressed(text: string, key: string, digits = DIGITS_MAX): string {
  if (/^\d$/.test(key)) return text.length >= digits ? text : `${text}${key}`.replace(/^0+(?=\d)/, "");
  if (key === "Backspace") return text.slice(0, -1);
  return key === "Delete" ? "" : text;
}

export function NumberPad({ value, onChange, digits = DIGITS_MAX }: { value: string; onChange: (value: string) => void; digits?: number }) {
  const say = useWords(words);
  const latest = useRef({ value, onChange });
  useEffect(() => void (latest.current = { value, onChange }), [value, onChange]);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey || event.altKey) return;
      const next = pressed(latest.current.value, event.key, digits);
      if (next !== latest.current.value) latest.current.onChange(next);
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [digits]);
  const key = (name: string, label: string) => <button key={name} type="button" className={css.key} onClick={() => onChange(pressed(value, name, digits))} data-testid={`pad-${name}`}>{label}</button>;
  return (
    <div className={css.pad} role="group" aria-label={say("pad")}>
      {DIGITS.map((digit) => key(digit, digit))}
      {key("Delete", say("clear"))}
      {key("0", "0")}
      <button type="button" className={css.key} onClick={() => onChange(pressed(value, "Backspace"))} aria-label={say("erase")} data-testid="pad-Backspace"><Icon name="back" size={28} /></button>
    </div>
  );
}
