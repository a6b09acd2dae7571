// Where the time went: from elapsed to effective time, loss by loss; every step opens into its explanation.
import type { Kpis, Loss } from "@/api/types";
import { questionOf, useAsk } from "@/explain/open";
import css from "@/kpi/waterfall.module.css";
import { lossWords, words } from "@/kpi/words";
import { formatDuration, formatNumber, formatRatio } from "@/show/format";
import { useLanguage } from "@/words/language";
import { useWords, wordFor } from "@/words/words";

/** What explains a step: a path under a KPI that holds its column. */
const EXPLAINED_BY: Readonly<Record<string, string>> = {
  elapsed: "teep/elapsed_us", not_planned: "teep/not_planned_us", planned_down: "teep/planned_down_us", no_data: "availability/nodt_us", setup: "availability/aust_us", delay: "availability/adet_us",
  delay_external: "availability/external_us", down: "availability/adot_us", speed: "effectiveness", quality: "quality_ratio", effective: "oee_index", production: "availability/apt_us",
};
const WHOLE = new Set(["elapsed", "production", "effective"]);

export interface Fall { loss: Loss; from: number; to: number }

/** Each step as a piece of the whole, 0…1: a loss hangs where the step before it ended; a gain (negative loss) rises. */
export function fallsOf(losses: readonly Loss[]): Fall[] {
  const whole = losses.find((loss) => loss.key === "elapsed")?.us ?? losses.reduce((sum, loss) => sum + Math.max(loss.us, 0), 0);
  if (!whole) return [];
  let left = whole;
  return losses.map((loss) => {
    if (WHOLE.has(loss.key)) return { loss, from: 0, to: loss.us / whole };
    const before = left;
    left -= loss.us;
    return { loss, from: Math.min(before, left) / whole, to: Math.max(before, left) / whole };
  });
}

function Row({ fall, kpis }: { fall: Fall; kpis: Kpis }) {
  const say = useWords(words);
  const language = useLanguage();
  const ask = useAsk();
  const { loss, from, to } = fall;
  const name = wordFor(lossWords, language, loss.key);
  const explained = EXPLAINED_BY[loss.key];
  const time = formatDuration(loss.us, language);
  const share = formatRatio(loss.us / kpis.times.elapsed_us, language);
  const pieces = loss.units === null ? "" : say("pieces", { n: formatNumber(loss.units, language) });
  return (
    <button
      type="button" className={css.row} data-key={loss.key} data-testid={`loss-${loss.key}`} disabled={!explained}
      onClick={() => explained && ask(questionOf(explained, kpis))}
    >
      <span className={css.name}>{name === loss.key ? loss.label : name}</span>
      <span className={css.track}><span className={css.bar} data-key={loss.key} style={{ insetInlineStart: `${Math.max(from, 0) * 100}%`, width: `${Math.max((to - Math.max(from, 0)) * 100, loss.us ? 0.35 : 0)}%` }} /></span>
      <span className={css.time}>{time}</span>
      <span className={css.share}>{share}</span>
      <span className={css.pieces}>{pieces}</span>
      <span className="visually-hidden">{say("explainIt")}</span>
    </button>
  );
}

export function Waterfall({ kpis }: { kpis: Kpis }) {
  return (
    <div className={css.waterfall} data-testid="waterfall">
      {fallsOf(kpis.losses).map((fall) => <Row key={fall.loss.key} fall={fall} kpis={kpis} />)}
    </div>
  );
}
