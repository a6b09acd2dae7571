// Slow running as a bar of its own below the Pareto: it lies on production time, so it is no part of what was lost.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { Span } from "@/api/queries";
import { type Asked, type Bar, sizeOf } from "@/losses/ask";
import css from "@/losses/bars.module.css";
import { useSizeText } from "@/losses/names";
import { words } from "@/losses/words";
import { NOTHING } from "@/show/format";
import { isTooLong, slowQuery, type SlowStretch, toTheMinute } from "@/slow/ask";
import { useWords } from "@/words/words";

/** The stretches of a month and less, as one bar: time lost, how often, pieces that were not made. */
export function slowBar(items: readonly SlowStretch[]): Bar {
  const sum = (of: (one: SlowStretch) => number) => items.reduce((all, one) => all + of(one), 0);
  return { key: "slow", us: sum((one) => one.lost_us), stops: items.length, lost_units: sum((one) => one.planned - one.produced), unrated_us: 0, share: null, cumulated: null };
}

/** Beside the bars by reason of all that was lost, where the period is not too long; null: there is none. */
export function useSlowBar(equipmentId: number, span: Span, asked: Asked): { bar: Bar | null; pending: boolean } {
  const shown = asked.by === "reason" && Object.keys(asked.only).length === 0 && !isTooLong(span);
  const { data, isLoading } = useQuery({ ...slowQuery(equipmentId, toTheMinute(span)), placeholderData: keepPreviousData, enabled: shown });
  return { bar: shown && data && data.items.length > 0 ? slowBar(data.items) : null, pending: isLoading };
}

interface SlowBarProps { bar: Bar | null; asked: Asked; /** All bars together: as long as the track. */ whole: Bar }
export function SlowBar({ bar, asked, whole }: SlowBarProps) {
  const say = useWords(words);
  const textOf = useSizeText();
  if (bar === null) return null;
  const longest = Math.max(sizeOf(whole, asked.measure), sizeOf(bar, asked.measure));
  const open = () => document.querySelector("[data-testid=slow-panel]")?.scrollIntoView({ block: "start" });
  return (
    <div className={css.bars}><button type="button" className={css.bar} onClick={open} title={say("slowHint")} data-testid="slow-bar">
      <span className={css.barName}>{say("slow")}</span>
      <span className={css.track}><span className={css.fill} data-tone="warning" style={{ width: `${(sizeOf(bar, asked.measure) / longest) * 100}%` }} /></span>
      <span className={css.number}>{textOf(bar, asked.measure)}</span>
      <span className={css.number}>{NOTHING}</span>
      <span className={css.number}>{NOTHING}</span>
      <span className={css.soft}>{asked.measure === "count" ? textOf(bar, "minutes") : bar.stops}</span>
    </button></div>
  );
}
