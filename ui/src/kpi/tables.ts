// The figures of a period as tables that may leave the screen: the waterfall, the big losses and every KPI.
import type { Kpis, KpiWords } from "@/api/types";
import { useFormula } from "@/explain/formulas";
import type { Cell, Table } from "@/giving/table";
import { nameOfKpi, whyNone } from "@/kpi/kpi-text";
import { bigLossWords, lossWords, waitWords, words } from "@/kpi/words";
import { useLanguage } from "@/words/language";
import { useWords, wordFor } from "@/words/words";

const S_US = 1e6;
const ratio = (part: number, whole: number): Cell => (whole > 0 ? part / whole : null);

/** One after the other where two periods are compared; `name`: of the equipment. */
export function useWaterfallTable(): (name: string, periods: readonly Kpis[]) => Table {
  const say = useWords(words);
  const language = useLanguage();
  return (name, periods) => ({
    name: `${say("waterfall")} ${name}`,
    head: ["start", "end", say("loss"), "key", `${say("time")} (s)`, say("share"), say("piecesLost")],
    rows: periods.flatMap((kpis) => kpis.losses.map((loss): Cell[] => {
      const said = wordFor(lossWords, language, loss.key);
      return [kpis.start, kpis.until ?? kpis.end, said === loss.key ? loss.label : said, loss.key, loss.us / S_US, ratio(loss.us, kpis.times.elapsed_us), loss.units];
    })),
  });
}

interface Shown { name: string; kpis: Kpis; ordered: Kpis["kpis"]; waiting: readonly KpiWords[]; formulaOf: (id: string) => string | undefined }
/** What the page has above and below: the big losses, each KPI, and those that wait for a part of the plant. */
export function useKpiTable(): (shown: Shown) => Table {
  const say = useWords(words);
  const sayWaits = useWords(waitWords);
  const language = useLanguage();
  const inWords = useFormula();
  return ({ name, kpis, ordered, waiting, formulaOf }) => ({
    name: `${sayWaits("kpi")} ${name}`,
    head: [sayWaits("kpi"), "key", sayWaits("value"), say("unit"), "low", "high", say("aim"), sayWaits("formula"), sayWaits("convention"), say("standard")],
    rows: [
      ...(kpis.times.pbt_us > 0 ? (kpis.big_losses ?? []) : []).flatMap((loss): Cell[][] => [
        [wordFor(bigLossWords, language, loss.key), loss.key, loss.us / S_US, "s", null, null, null, null, null, null],
        [wordFor(bigLossWords, language, loss.key), `${loss.key}/pbt`, ratio(loss.us, kpis.times.pbt_us), "1", null, null, null, null, null, null],
      ]),
      ...ordered.map((one): Cell[] => [nameOfKpi(one, language), one.id, one.value, one.unit, one.low ?? null, one.high ?? null, one.target ?? null, inWords(formulaOf(one.id) ?? ""), [whyNone(one, language), one.convention].filter(Boolean).join(" ") || null, one.standard]),
      ...waiting.map((one): Cell[] => [nameOfKpi(one, language), one.id, null, null, null, null, null, inWords(one.formula), one.problem ?? sayWaits("waitsFor", { part: wordFor(waitWords, language, one.waits_for ?? "") }), one.standard]),
    ],
  });
}
