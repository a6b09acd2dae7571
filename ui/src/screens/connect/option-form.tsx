// A driver's options as a form: what must be said first, the rest folded, with what holds when nothing is said.
import { Checkbox, PasswordInput, Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { Icon } from "@/design/icons";
import type { Driver } from "@/screens/connect/api";
import css from "@/screens/connect/connect.module.css";
import type { Draft } from "@/screens/connect/draft";
import { useDriverWords } from "@/screens/connect/driver-words";
import { type Field, fieldsOf, type Json, type Options, parted, valueAt, withValue } from "@/screens/connect/schema";
import { words } from "@/screens/connect/words";
import { useWords } from "@/words/words";

interface Fault { path: string; text: string }
interface Props { driver: Driver; options: Options; secrets: Draft["secrets"]; onChange: (part: Partial<Draft>) => void; fault: Fault | null }

const shown = (value: Json | undefined): string => (value === undefined || value === null ? "" : Array.isArray(value) ? value.join(", ") : String(value));
function written(field: Field, text: string): Json | undefined {
  if (text.trim() === "") return undefined;
  if (field.kind === "list") return text.split(",").map((part) => part.trim()).filter(Boolean);
  const number = Number(text.replace(",", "."));
  return (field.kind === "whole" || field.kind === "number") && Number.isFinite(number) ? number : text;
}

function OneField({ field, driver, options, secrets, onChange, fault }: Props & { field: Field }) {
  const say = useWords(words);
  const told = useDriverWords();
  const value = valueAt(options, field.path);
  const put = (next: Json | undefined) => onChange({ options: withValue(options, field.path, next) });
  const common = { label: told.label(driver, field), description: told.help(driver, field), error: fault?.path === field.path ? fault.text : undefined, required: field.required, "data-testid": `option-${field.path}` };
  if (field.secret) {
    const others = Object.fromEntries(Object.entries(secrets).filter(([path]) => path !== field.path));
    const kept = typeof value === "string" && value.startsWith("secret://");
    const type = (text: string) => onChange({ secrets: text ? { ...others, [field.path]: text } : others });
    return <PasswordInput {...common} description={say(kept ? "secretKept" : "secretHint")} value={secrets[field.path] ?? ""} onChange={(event) => type(event.currentTarget.value)} autoComplete="new-password" visibilityToggleButtonProps={{ "aria-label": say("showSecret") }} />;
  }
  if (field.kind === "switch") return <Checkbox {...common} checked={(value ?? field.fallback) === true} onChange={(event) => put(event.currentTarget.checked === (field.fallback === true) ? undefined : event.currentTarget.checked)} />;
  if (field.kind === "choice") return <Select {...common} data={field.choices} value={shown(value ?? field.fallback) || null} onChange={(next) => put(next ?? undefined)} allowDeselect={false} comboboxProps={{ withinPortal: true }} />;
  return <TextInput {...common} value={shown(value)} placeholder={shown(field.fallback)} inputMode={field.kind === "whole" ? "numeric" : undefined} onChange={(event) => put(written(field, event.currentTarget.value))} autoComplete="off" spellCheck={false} />;
}

export function OptionForm(props: Props) {
  const say = useWords(words);
  const { first, more } = parted(fieldsOf(props.driver.options), props.driver.first);
  const [isOpen, setOpen] = useState(false);
  const hasFault = more.some((field) => field.path === props.fault?.path);
  return (
    <>
      <div className={css.grid}>{first.map((field) => <OneField key={field.path} {...props} field={field} />)}</div>
      {more.length > 0 && (
        <>
          <button type="button" className={css.fold} aria-expanded={isOpen || hasFault} onClick={() => setOpen(!isOpen)} data-testid="more-options"><Icon name={isOpen || hasFault ? "down" : "chevron"} size={16} />{say("more", { n: more.length })}</button>
          {(isOpen || hasFault) && <div className={css.grid}>{more.map((field) => <OneField key={field.path} {...props} field={field} />)}</div>}
        </>
      )}
    </>
  );
}
