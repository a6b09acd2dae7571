// Choosing as known when, and saying on the screen that it shows what was known at a moment of the past.
import { Button, Popover } from "@mantine/core";
import { useState } from "react";
import { Icon } from "@/design/icons";
import css from "@/knowing/knowing.module.css";
import { isPast, useKnown } from "@/knowing/known";
import { words } from "@/knowing/words";
import { useNowMs } from "@/live/now";
import { formatMoment, momentOfWall, wallOf } from "@/show/format";
import { useReader } from "@/show/show";
import { useChangeSearch } from "@/view/search";
import { useWords } from "@/words/words";

/** A moment by the plant's clock; a place in the order of knowledge by its number. */
function useKnownName(): (known: string) => string {
  const reader = useReader();
  return (known) => (/^\d+$/.test(known) ? `№ ${known}` : formatMoment(Date.parse(known), "minute", reader));
}

export function AsKnown() {
  const say = useWords(words);
  const { zone } = useReader();
  const nameOf = useKnownName();
  const change = useChangeSearch();
  const { as_of: known } = useKnown();
  const nowMs = useNowMs();
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState("");
  const atMs = momentOfWall(at, zone);
  const as = (next: string | null) => { change({ as_of: next }); setOpen(false); };
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" shadow="md" trapFocus>
      <Popover.Target><Button className={`screen-only ${css.ask}`} size="xs" variant={known === undefined ? "default" : "filled"} onClick={() => { setAt(wallOf(nowMs, zone)); setOpen(!open); }} data-testid="as-known">{known === undefined ? say("asKnown") : say("asKnownAt", { known: nameOf(known) })}</Button></Popover.Target>
      <Popover.Dropdown>
        <div className={css.choices}>
          <p className={css.hint}>{say("hint")}</p>
          <Button size="xs" variant={known === undefined ? "filled" : "default"} aria-pressed={known === undefined} onClick={() => as(null)} data-testid="as-known-now">{say("now")}</Button>
          <label className={css.field}><span>{say("at")}</span><input type="datetime-local" className={css.input} value={at} onChange={(event) => setAt(event.currentTarget.value)} data-testid="as-known-at" /></label>
          <Button size="xs" variant="default" onClick={() => as(new Date(atMs).toISOString())} disabled={Number.isNaN(atMs)} data-testid="as-known-apply">{say("show")}</Button>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

/** Stands on a screen as long as it shows the past of knowledge, and leads back. */
export function KnownNote() {
  const say = useWords(words);
  const nameOf = useKnownName();
  const change = useChangeSearch();
  const known = useKnown();
  if (!isPast(known)) return null;
  return (
    <p className={css.note} role="status" data-testid="as-known-note">
      <Icon name="clock" size={18} />
      <span>{say("note", { known: nameOf(known.as_of ?? "") })}</span>
      <Button className="screen-only" size="xs" variant="default" onClick={() => change({ as_of: null })} data-testid="as-known-back">{say("back")}</Button>
    </p>
  );
}
