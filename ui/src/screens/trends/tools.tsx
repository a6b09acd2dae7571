// The buttons of the trend: through time, nearer and wider, to now, and to a stretch by its ends.
import { Button, Popover, SegmentedControl } from "@mantine/core";
import { memo, useState } from "react";
import { Icon, type IconName } from "@/design/icons";
import css from "@/screens/trends/trends.module.css";
import type { Trending } from "@/screens/trends/use-asked";
import { words } from "@/screens/trends/words";
import { allowed, LONGEST_MS, nearer, panned } from "@/trend/gestures";
import { CustomRange } from "@/view/period-chooser";
import { useWords } from "@/words/words";

const SPANS_S = ["300", "3600", "28800", "86400", "604800", "2592000", "31536000"] as const;

function Tool({ icon, label, onClick, testid }: { icon: IconName; label: string; onClick: () => void; testid: string }) {
  return <button type="button" className={css.tool} onClick={onClick} aria-label={label} title={label} data-testid={testid}><Icon name={icon} size={16} /></button>;
}

/** `span` in whole ms: while the picture is moved at one width, nothing here has to be drawn again. */
type TimeToolsProps = Pick<Trending, "viewNow" | "following" | "show"> & { span: number };
export const TimeTools = memo(function TimeTools({ span, viewNow, following, show }: TimeToolsProps) {
  const say = useWords(words);
  const [open, setOpen] = useState(false);
  const middle = () => (viewNow().t0 + viewNow().t1) / 2;
  const look = (next: { t0: number; t1: number }) => show({ view: allowed(next) });
  const wide = (ms: number) => (following ? show({ spanMs: ms }) : look({ t0: middle() - ms / 2, t1: middle() + ms / 2 }));
  const chosen = SPANS_S.find((s) => Math.abs(Number(s) * 1000 - span) < 1) ?? "";
  return (
    <div className={css.tools}>
      <SegmentedControl size="xs" value={chosen} onChange={(s) => wide(Number(s) * 1000)} data={SPANS_S.map((value) => ({ value, label: say(value) }))} aria-label={say("span")} data-testid="trend-span" />
      <span className={css.group}>
        <Tool icon="back" label={say("back")} onClick={() => look(panned(viewNow(), -0.5))} testid="trend-back" />
        <Tool icon="minus" label={say("wider")} onClick={() => (following ? show({ spanMs: Math.min(LONGEST_MS / 2, span * 2) }) : look(nearer(viewNow(), 2, middle())))} testid="trend-wider" />
        <Tool icon="plus" label={say("closer")} onClick={() => (following ? show({ spanMs: Math.max(1000, span / 2) }) : look(nearer(viewNow(), 0.5, middle())))} testid="trend-closer" />
        <Tool icon="chevron" label={say("forward")} onClick={() => look(panned(viewNow(), 0.5))} testid="trend-forward" />
      </span>
      <Popover opened={open} onChange={setOpen} position="bottom-end" shadow="md" trapFocus>
        <Popover.Target><Button size="xs" variant="default" onClick={() => setOpen(!open)} data-testid="trend-range">{say("from")}</Button></Popover.Target>
        <Popover.Dropdown><CustomRange key={`${open}`} window={viewNow()} onDone={() => setOpen(false)} /></Popover.Dropdown>
      </Popover>
      <Button size="xs" variant={following ? "filled" : "default"} onClick={() => show({ spanMs: span })} aria-pressed={following} title={say("followHint")} data-testid="trend-now">{following ? `${say("now")} · ${say("follows")}` : say("now")}</Button>
    </div>
  );
});
