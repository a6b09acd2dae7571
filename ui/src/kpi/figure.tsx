// A figure on a screen: its value, what is known of its coverage, and the way into its explanation.
import { Tooltip } from "@mantine/core";
import type { KpiFigure, Kpis } from "@/api/types";
import { questionOf, useAsk } from "@/explain/open";
import { Opens } from "@/explain/opens";
import css from "@/kpi/kpi.module.css";
import { isBlind, isUntold } from "@/kpi/made";
import { Target } from "@/kpi/target";
import { whyNone } from "@/kpi/kpi-text";
import { kpiWords, words } from "@/kpi/words";
import { formatRatio } from "@/show/format";
import { Ratio } from "@/show/show";
import { useLanguage } from "@/words/language";
import { useWords, wordFor } from "@/words/words";

const COVERAGE_SHOWN_BELOW = 0.9; // STANDARDS: under it the bounds "all lost … all produced" stand beside the number

const OF_QUALITY: ReadonlySet<string> = new Set(["quality_ratio", "oee_index", "nee_index", "teep"]);

/** Why there is no value, or what it is made without. */
function hintOf(figure: KpiFigure | undefined, kpis: Kpis | undefined): "noValue" | "untoldFigure" | "untoldScrap" | undefined {
  if (figure?.value === null) return isBlind(kpis) && figure.id !== "availability" ? "untoldFigure" : "noValue";
  return figure && OF_QUALITY.has(figure.id) && isUntold(kpis, "scrap") ? "untoldScrap" : undefined;
}

interface FigureProps { kpi: string; kpis: Kpis | undefined; size?: "small" | "medium" | "large"; /** In a table whose column says the name it is read out only. */ named?: "shown" | "hidden" }
export function Figure({ kpi, kpis, size = "medium", named = "shown" }: FigureProps) {
  const say = useWords(words);
  const language = useLanguage();
  const ask = useAsk();
  const name = wordFor(kpiWords, language, kpi);
  const figure = kpis?.kpis.find((candidate) => candidate.id === kpi);
  const hint = hintOf(figure, kpis);
  const open = () => kpis && ask(questionOf(kpi, kpis));
  const bounded = figure?.low !== null && figure?.low !== undefined && figure.high !== null && figure.high !== undefined && (kpis?.coverage ?? 1) < COVERAGE_SHOWN_BELOW;
  return (
    <button type="button" className={css.figure} data-size={size} onClick={open} disabled={!kpis} title={(figure && whyNone(figure, language)) ?? (hint && say(hint))} data-testid={`kpi-${kpi}`}>
      <span className={named === "shown" ? css.name : "visually-hidden"}>{name}</span>
      <span className={css.value}><Ratio value={figure?.value} /></span>
      <Target figure={figure} />
      <span className="visually-hidden">{say("explainIt")}</span>
      {bounded && <span className={css.bounds}>{say("bounds", { low: formatRatio(figure.low, language), high: formatRatio(figure.high, language) })}</span>}
    </button>
  );
}

/** How much of the planned time was observed; marked when it is too little to trust the ratio. */
export function Coverage({ kpis }: { kpis: Kpis | undefined }) {
  const say = useWords(words);
  const language = useLanguage();
  const value = kpis?.coverage;
  if (!kpis || value === null || value === undefined) return null;
  return (
    <Tooltip label={say("coverageHint")} multiline w={260}>
      <span className={css.coverage} data-low={value < COVERAGE_SHOWN_BELOW} data-testid="coverage">
        <Opens question={questionOf("availability/pbt_us", kpis)} title={say("coverageHint")}>
          {value < COVERAGE_SHOWN_BELOW && <span aria-hidden="true">{"▲\u2009"}</span>}
          {say("coverage", { share: formatRatio(value, language, 0) })}
        </Opens>
      </span>
    </Tooltip>
  );
}
