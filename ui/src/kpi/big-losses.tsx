// The six big losses as shares of the planned busy time; each says which sums it is made of, and they open.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Fragment } from "react";
import type { Kpis, Loss } from "@/api/types";
import { columnWords } from "@/explain/column-words";
import { questionOf } from "@/explain/open";
import { Opens } from "@/explain/opens";
import css from "@/kpi/kpi-table.module.css";
import { bigLossWords } from "@/kpi/words";
import { formatDuration, formatRatio } from "@/show/format";
import { isTooLong, slowQuery, toTheMinute } from "@/slow/ask";
import { words as slowWords } from "@/slow/words";
import { useLanguage } from "@/words/language";
import { useWords, wordFor } from "@/words/words";

type Term = `${"+" | "-"}${string}`;
/** The sums that make each loss, as the ledger cuts it; a step that is another row is named by its key. */
const TERMS: Readonly<Record<string, readonly Term[]>> = {
  breakdowns: ["+failing_us", "-short_failing_us"],
  setup: ["+aust_us"],
  short_stops: ["+stopped_short_us"],
  external: ["+external_us", "-short_external_us"],
  other: ["+adet_us", "+adot_us", "-short_us", "-breakdowns", "-external"],
  no_data: ["+nodt_us"],
  production: ["+apt_us", "-short_run_us"],
  reduced_speed: ["+apt_rated_us", "-short_run_rated_us", "-ideal_ns"],
  defects: ["+ideal_ns", "-ideal_good_ns", "-startup"],
  startup: ["+ideal_setup_ns", "-ideal_good_setup_ns"],
  effective: ["+apt_us", "-apt_rated_us", "-short_run_us", "+short_run_rated_us", "+ideal_good_ns"],
};
const SIGN = { "+": "+", "-": "−" } as const;

function Made({ of, kpis }: { of: Loss; kpis: Kpis }) {
  const language = useLanguage();
  return (TERMS[of.key] ?? []).map((term, i) => {
    const [sign, name] = [term.startsWith("-") ? "-" : "+", term.slice(1)] as const;
    const column = name in columnWords.en;
    const said = column ? wordFor(columnWords, language, name) : wordFor(bigLossWords, language, name);
    return <Fragment key={name}>{(i > 0 || sign === "-") && ` ${SIGN[sign]} `}{column ? <Opens question={questionOf(`availability/${name}`, kpis)} testid={`term-${name}`}>{said}</Opens> : said}</Fragment>;
  });
}

/** How much of the speed lost is slow running, where anybody says what that is. */
function SlowShare({ kpis }: { kpis: Kpis }) {
  const say = useWords(slowWords);
  const language = useLanguage();
  const span = toTheMinute({ start: kpis.start, end: kpis.until ?? kpis.end });
  const { data } = useQuery({ ...slowQuery(kpis.equipment_id, span), placeholderData: keepPreviousData, enabled: !isTooLong(span) });
  if (!data || data.rules.every((rule) => rule.below === null)) return null;
  return <div data-testid="slow-of-speed">{say("ofIt", { slow: formatDuration(Math.round(data.slow_us / 1e6) * 1e6, language) })}</div>;
}

export function BigLosses({ kpis }: { kpis: Kpis }) {
  const say = useWords(bigLossWords);
  const language = useLanguage();
  const losses = kpis.big_losses ?? [];
  const whole = kpis.times.pbt_us;
  if (losses.length === 0 || whole === 0) return null;
  return (
    <table className={css.table} data-testid="big-losses">
      <caption className={css.caption}>{say("title")}</caption>
      <tbody>
        {losses.map((loss) => (
          <tr key={loss.key} data-testid="big-loss" data-key={loss.key}>
            <th scope="row">{wordFor(bigLossWords, language, loss.key)}</th>
            <td className={css.value}>{formatDuration(loss.us, language)}</td>
            <td className={css.value}>{formatRatio(loss.us / whole, language)}</td>
            <td className={css.under}><Made of={loss} kpis={kpis} />{loss.key === "reduced_speed" && <SlowShare kpis={kpis} />}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
