// As known when: now, as the signals were sent, or as it was known at a moment; and beside what stands now, what was sent.
import { Button, Checkbox, Popover } from "@mantine/core";
import { memo, useState } from "react";
import { serverNowMs } from "@/api/client";
import css from "@/screens/trends/trends.module.css";
import type { Trending } from "@/screens/trends/use-asked";
import { words } from "@/screens/trends/words";
import { formatMoment, momentOfWall, wallOf } from "@/show/format";
import { useReader } from "@/show/show";
import { useWords } from "@/words/words";

export const SENT = "0"; // as known before the first correction

/** What a moment of knowledge is called: a place in the order of knowledge by its number. */
export function useKnownName(): (known: string) => string {
  const say = useWords(words);
  const reader = useReader();
  return (known) => (known === SENT ? say("sent") : /^\d+$/.test(known) ? `№ ${known}` : formatMoment(Date.parse(known), "minute", reader));
}

export const AsKnown = memo(function AsKnown({ asOf, beside, set }: Pick<Trending, "asOf" | "beside" | "set">) {
  const say = useWords(words);
  const { zone } = useReader();
  const nameOf = useKnownName();
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState("");
  const atMs = momentOfWall(at, zone);
  const as = (next: string | null) => { set({ asOf: next }); setOpen(false); };
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" shadow="md" trapFocus>
      <Popover.Target><Button size="xs" variant={asOf === null && beside === null ? "default" : "filled"} onClick={() => { setAt(wallOf(serverNowMs(), zone)); setOpen(!open); }} data-testid="as-known">{asOf === null ? say("asKnown") : say("asKnownAt", { known: nameOf(asOf) })}</Button></Popover.Target>
      <Popover.Dropdown>
        <div className={css.choices}>
          <p className={css.none}>{say("asKnownHint")}</p>
          <Button size="xs" variant={asOf === null ? "filled" : "default"} aria-pressed={asOf === null} onClick={() => as(null)} data-testid="as-known-now">{say("knownNow")}</Button>
          <Button size="xs" variant={asOf === SENT ? "filled" : "default"} aria-pressed={asOf === SENT} onClick={() => as(SENT)} data-testid="as-known-sent">{say("sent")}</Button>
          <label className={css.field}><span>{say("knownAt")}</span><input type="datetime-local" className={css.input} value={at} onChange={(event) => setAt(event.currentTarget.value)} data-testid="as-known-at" /></label>
          <Button size="xs" variant="default" onClick={() => as(new Date(atMs).toISOString())} disabled={Number.isNaN(atMs)} data-testid="as-known-apply">{say("knownApply")}</Button>
          <Checkbox size="xs" label={beside === null || beside === SENT ? say("besideSent") : say("besideKnown", { known: nameOf(beside) })} checked={beside !== null} onChange={(event) => set({ beside: event.currentTarget.checked ? SENT : null })} data-testid="beside-sent" />
        </div>
      </Popover.Dropdown>
    </Popover>
  );
});
