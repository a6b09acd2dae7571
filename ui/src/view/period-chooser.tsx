// Chooses the stretch of time; the choice goes into the address.
import { Button, Popover, SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { formatMoment, momentOfWall, wallOf } from "@/show/format";
import { useReader, useZone } from "@/show/show";
import { PERIODS, type Period } from "@/view/period";
import css from "@/view/period.module.css";
import { useChangeSearch } from "@/view/search";
import { words } from "@/view/words";
import { useWords } from "@/words/words";

/** A stretch of time by its ends, as the address takes it. */
export function CustomRange({ window, onDone }: { window: { t0: number; t1: number } | null; onDone: () => void }) {
  const say = useWords(words);
  const zone = useZone();
  const change = useChangeSearch();
  const now = Date.now();
  const [from, setFrom] = useState(() => wallOf(window?.t0 ?? now - 3_600_000, zone));
  const [to, setTo] = useState(() => wallOf(Math.min(window?.t1 ?? now, now), zone));
  const [t0, t1] = [momentOfWall(from, zone), momentOfWall(to, zone)];
  const wrong = !(t1 > t0);
  const show = () => {
    change({ period: "custom", start: new Date(t0).toISOString(), end: new Date(t1).toISOString() });
    onDone();
  };
  const field = (label: string, value: string, set: (value: string) => void) => (
    <label className={css.field}>
      <span>{label}</span>
      <input type="datetime-local" value={value} onChange={(event) => set(event.currentTarget.value)} className={css.input} aria-invalid={wrong} />
    </label>
  );
  return (
    <div className={css.custom}>
      {field(say("from"), from, setFrom)}
      {field(say("to"), to, setTo)}
      {wrong && <span role="alert" className={css.wrong}>{say("order")}</span>}
      <Button onClick={show} disabled={wrong} data-testid="period-apply">{say("apply")}</Button>
    </div>
  );
}

export function PeriodChooser({ period }: { period: Period }) {
  const say = useWords(words);
  const change = useChangeSearch();
  const reader = useReader();
  const [open, setOpen] = useState(false);
  const choose = (name: string) => (name === "custom" ? setOpen(true) : change({ period: name, start: null, end: null }));
  const named = period.window && [period.window.t0, period.window.t1].map((ms) => formatMoment(ms, "minute", reader)).join(" – ");
  return (
    <><span className="print-only">{named}</span>
    <Popover opened={open} onChange={setOpen} position="bottom-end" shadow="md" trapFocus>
      <Popover.Target>
        <SegmentedControl className="screen-only" size="xs" value={period.name} onChange={choose} data={PERIODS.map((value) => ({ value, label: say(value) }))} aria-label={say("period")} data-testid="period" onClick={() => period.name === "custom" && setOpen(true)} />
      </Popover.Target>
      <Popover.Dropdown><CustomRange key={`${open}`} window={period.window} onDone={() => setOpen(false)} /></Popover.Dropdown>
    </Popover></>
  );
}
