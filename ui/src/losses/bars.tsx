// The Pareto: a row for each bar, the costliest first, with its share and what all down to it come to.
import type { ReactNode } from "react";
import { type Asked, type Bar, keyText, type Measure, type Pair, paired, type ParetoAnswer, sizeOf } from "@/losses/ask";
import css from "@/losses/bars.module.css";
import { useKeyName, useSizeText } from "@/losses/names";
import { words } from "@/losses/words";
import { formatDuration, formatRatio } from "@/show/format";
import { lookOf, type Tone } from "@/states/look";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

/** A reason looks as its stops do on the timeline; what is not a reason looks like one thing. */
const toneOf = (asked: Asked, key: Pair["key"]): Tone | "plain" => (asked.by !== "reason" ? "plain" : key === null ? "warning" : lookOf({ state: "Held", reason: String(key), external: String(key).startsWith("external/") }).tone);

interface RowProps { pair: Pair; asked: Asked; longest: number; compared: boolean; onPick: () => void }
function Row({ pair, asked, longest, compared, onPick }: RowProps) {
  const say = useWords(words);
  const language = useLanguage();
  const nameOf = useKeyName();
  const textOf = useSizeText();
  const { now, before, key } = pair;
  const { measure } = asked;
  const name = nameOf(asked.by, key);
  const share = (bar: Bar | undefined) => `${longest > 0 ? (sizeOf(bar, measure) / longest) * 100 : 0}%`;
  const [a, b] = [sizeOf(now, measure), sizeOf(before, measure)];
  const change = b > 0 ? (Math.round((a / b - 1) * 100) || 0) / 100 : null; // as it is written: what rounds to nothing is no worse
  const unrated = measure === "lost_units" && now && now.unrated_us > 0 ? say(now.lost_units === null ? "unratedAll" : "unrated", { time: formatDuration(now.unrated_us, language) }) : undefined;
  return (
    <button type="button" className={css.bar} data-compared={compared} aria-pressed={asked.pick === keyText(pair)} onClick={onPick} title={unrated} data-testid="bar" data-key={keyText(pair)}>
      <span className={css.barName}>{name}</span>
      <span className={css.track}>
        <span className={css.fill} data-tone={toneOf(asked, key)} style={{ width: share(now) }} />
        {compared && <span className={css.fillBefore} style={{ width: share(before) }} />}
        {now?.cumulated !== null && now?.cumulated !== undefined && !compared && <span className={css.dot} style={{ insetInlineStart: `${Math.min(now.cumulated, 1) * 100}%` }} />}
      </span>
      <span className={css.number} data-testid="bar-size">{textOf(now, measure)}</span>
      {compared ? <span className={css.number}>{textOf(before, measure)}</span> : <span className={css.number}>{formatRatio(now?.share, language)}</span>}
      {compared ? <span className={css.number} data-worse={change === null ? a > 0 : change > 0}>{change !== null && change > 0 && "+"}{formatRatio(change, language, 0)}</span> : <span className={css.number}>{formatRatio(now?.cumulated, language)}</span>}
      <span className={css.soft}>{measure === "count" ? textOf(now, "minutes") : now?.stops}</span>
    </button>
  );
}

function Head({ asked, compared }: { asked: Asked; compared: boolean }): ReactNode {
  const say = useWords(words);
  return (
    <div className={css.barsHead} aria-hidden="true">
      <span>{say(asked.by)}</span><span /><span>{say(asked.measure)}</span><span>{say(compared ? "was" : "share")}</span><span>{say(compared ? "change" : "cumulated")}</span><span>{say(asked.measure === "count" ? "time" : "stops")}</span>
    </div>
  );
}

export function Bars({ asked, now, before, onPick }: { asked: Asked; now: ParetoAnswer; before: ParetoAnswer | undefined; onPick: (key: string) => void }) {
  const say = useWords(words);
  const pairs = paired(now.items, before?.items ?? []);
  const largest = (measure: Measure) => Math.max(0, ...pairs.flatMap((pair) => [sizeOf(pair.now, measure), sizeOf(pair.before, measure)]));
  return (
    <div className={css.bars} role="group" aria-label={say("pareto")} data-testid="bars">
      <Head asked={asked} compared={before !== undefined} />
      {pairs.map((pair) => <Row key={keyText(pair)} pair={pair} asked={asked} longest={before ? largest(asked.measure) : sizeOf(now.total, asked.measure)} compared={before !== undefined} onPick={() => onPick(keyText(pair))} />)}
    </div>
  );
}
