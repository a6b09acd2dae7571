// Figures that stay beside what they are now, and who moved one of them.
import type { KpiChange } from "@/api/types";
import { ChangeList } from "@/explain/changed";
import type { Question } from "@/explain/open";
import { Opens } from "@/explain/opens";
import type { Moved } from "@/freezing/ask";
import { useFigureName, useFigureQuestion, useFigureValue } from "@/freezing/figures";
import css from "@/freezing/freezing.module.css";
import { words } from "@/freezing/words";
import { kpiWords } from "@/kpi/words";
import { useLanguage } from "@/words/language";
import { useWords, wordFor } from "@/words/words";

interface MovedProps { as: "frozen" | "signed"; label: string; found: { moved: readonly Moved[]; same: number; kpi: string; changes: readonly KpiChange[] }; /** Of what they are, as it was. */ of: Omit<Question, "key">; /** Before one of them is explained. */ onOpen?: () => void }
export function MovedFigures({ as, label, found, of, onOpen }: MovedProps) {
  const say = useWords(words);
  const language = useLanguage();
  const nameOf = useFigureName();
  const valueOf = useFigureValue();
  const ask = useFigureQuestion();
  const questionOf = (key: string, value: number | null, then: "then" | "now") => ask({ key, value }, then === "then" ? of : { ...of, asOf: undefined, ...(as === "signed" ? { unsigned: true as const } : {}) });
  return (
    <>
      <div className={css.box} tabIndex={0} role="region" aria-label={label}>
        <table className={css.table} data-testid="figures-moved">
          <thead><tr><th scope="col">{say("figure")}</th>{([as, "now", "difference"] as const).map((key) => <th key={key} scope="col" className={css.right}>{say(key)}</th>)}</tr></thead>
          <tbody>
            {found.moved.map((one) => (
              <tr key={one.key} data-key={one.key}><th scope="row">{nameOf(one)}</th><td className={css.right}><Opens question={questionOf(one.key, one.frozen, "then")} onOpen={onOpen} testid={`then-${one.key}`}>{valueOf(one.frozen, one.unit)}</Opens></td><td className={css.right}><Opens question={questionOf(one.key, one.now, "now")} onOpen={onOpen} testid={`now-${one.key}`}>{valueOf(one.now, one.unit)}</Opens></td><td className={css.right}>{valueOf(one.difference, one.unit, "difference")}</td></tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className={css.hint}>{say("same", { n: found.same })}</p>
      {found.changes.length > 0 && <><h3 className={css.sub}>{say("moved", { kpi: wordFor(kpiWords, language, found.kpi) })}</h3><ChangeList changes={found.changes} /></>}
    </>
  );
}
