// The target beside a figure, and whether it is met: a sign and a word, colour only where it is missed.
import type { KpiFigure } from "@/api/types";
import css from "@/kpi/target.module.css";
import { kpiText } from "@/kpi/kpi-text";
import { targetWords } from "@/kpi/words";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

export function Target({ figure }: { figure: KpiFigure | undefined }) {
  const say = useWords(targetWords);
  const language = useLanguage();
  if (figure?.target === null || figure?.target === undefined) return null;
  const { meets, target, target_of: of, unit, id } = figure;
  const verdict = meets === true ? "met" : meets === false ? "missed" : "unknown";
  return (
    <span className={css.target} data-verdict={verdict} title={say("of", { of: of ?? "" })} data-testid={`target-${id}`}>
      {meets !== null && meets !== undefined && <span aria-hidden="true">{meets ? "\u2713\u2009" : "\u25bc\u2009"}</span>}
      {say("target", { value: kpiText({ value: target, unit }, language) })}
      <span className="visually-hidden">{`, ${say(verdict)}`}</span>
    </span>
  );
}
