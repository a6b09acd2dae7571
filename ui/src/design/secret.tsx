// A secret that is shown this once: a field to read it from and a button that copies it.
import { Button, TextInput } from "@mantine/core";
import { useRef, useState } from "react";
import { Icon } from "@/design/icons";
import css from "@/design/secret.module.css";

/** Without TLS there is no clipboard of the browser's: then the field's own copying does it. */
async function copyFrom(field: HTMLInputElement): Promise<void> {
  field.select();
  await (navigator.clipboard?.writeText(field.value) ?? Promise.reject(new Error("no clipboard"))).catch(() => document.execCommand("copy"));
}

interface SecretProps { label: string; value: string; copy: string; copied: string; testid: string }
export function Secret({ label, value, copy, copied, testid }: SecretProps) {
  const field = useRef<HTMLInputElement>(null);
  const [done, setDone] = useState(false);
  const take = () => {
    if (field.current) void copyFrom(field.current).then(() => setDone(true));
  };
  return (
    <div className={css.secret}>
      <TextInput ref={field} classNames={{ input: "mono" }} label={label} value={value} readOnly onFocus={(event) => event.currentTarget.select()} size="md" data-testid={testid} />
      <Button size="md" variant="default" leftSection={<Icon name={done ? "check" : "copy"} />} onClick={take} data-autofocus data-testid={`copy-${testid}`}>{done ? copied : copy}</Button>
    </div>
  );
}
