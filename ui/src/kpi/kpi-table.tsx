// Every KPI of a period with its convention, each the way into its explanation, and those that wait for a part of the plant.
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { catalogueQuery, kpisQuery } from "@/api/queries";
import type { Equipment, KpiFigure, KpiWords, Kpis } from "@/api/types";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { useFormula } from "@/explain/formulas";
import { questionOf, useAsk } from "@/explain/open";
import { Give } from "@/giving/give";
import css from "@/kpi/kpi-table.module.css";
import { BigLosses } from "@/kpi/big-losses";
import { kpiText, nameOfKpi, whyNone } from "@/kpi/kpi-text";
import { useKpiTable } from "@/kpi/tables";
import { Target } from "@/kpi/target";
import { waitWords, words } from "@/kpi/words";
import type { Window } from "@/view/period";
import { useLanguage } from "@/words/language";
import { useWords, wordFor } from "@/words/words";

function Row({ figure, kpis, formula }: { figure: KpiFigure; kpis: Kpis; formula: string | undefined }) {
  const say = useWords(words);
  const language = useLanguage();
  const ask = useAsk();
  const formulaOf = useFormula();
  const why = whyNone(figure, language);
  return (
    <tr data-testid={`kpi-row-${figure.id}`}>
      <th scope="row">{nameOfKpi(figure, language)}<span className={css.under}>{figure.standard}</span></th>
      <td className={css.value}><button type="button" className={css.open} onClick={() => ask(questionOf(figure.id, kpis))}>{kpiText(figure, language)}<Target figure={figure} /><span className="visually-hidden">{say("explainIt")}</span></button></td>
      <td><code>{formula && formulaOf(formula)}</code></td>
      <td className={css.under}>{why && <span className={css.why} data-testid="kpi-why">{why}</span>}{figure.convention}</td>
    </tr>
  );
}

function WaitingRow({ kpi }: { kpi: KpiWords }) {
  const say = useWords(waitWords);
  const language = useLanguage();
  const formulaOf = useFormula();
  return (
    <tr className={css.waiting} data-testid={`kpi-waits-${kpi.id}`}>
      <th scope="row">{nameOfKpi(kpi, language)}<span className={css.under}>{kpi.standard}</span></th>
      <td className={css.value}>–</td>
      <td><code>{formulaOf(kpi.formula)}</code></td>
      <td className={css.under}>{kpi.problem ?? say("waitsFor", { part: wordFor(waitWords, language, kpi.waits_for ?? "") })}</td>
    </tr>
  );
}

interface TableProps { here: Equipment; window: Window; tools?: ReactNode }
export default function KpiTable({ here, window, tools }: TableProps) {
  const say = useWords(words);
  const sayWaits = useWords(waitWords);
  const span = { start: new Date(window.t0).toISOString(), end: new Date(window.t1).toISOString() };
  const tableOf = useKpiTable();
  const found = useQuery(kpisQuery(here.id, span));
  const catalogue = useQuery(catalogueQuery());
  if (found.error) return <ProblemNotice error={found.error} onRetry={() => void found.refetch()} />;
  if (!found.data || !catalogue.data) return <Waiting lines={8} />;
  if (found.data.kpis.length === 0) return <Empty title={say("noValue")} />;
  const kpis = found.data;
  const byId = new Map(catalogue.data.map((one) => [one.id, one]));
  const waiting = catalogue.data.filter((one) => one.waits_for !== null || one.problem !== null);
  const ordered = [...kpis.kpis].sort((a, b) => (byId.get(a.id)?.iso ?? 99) - (byId.get(b.id)?.iso ?? 99));
  return (
    <div className={css.box}>
      <div className={css.tools}>{tools}<Give of={{ here, start: kpis.start, end: kpis.until ?? kpis.end, readMs: found.dataUpdatedAt }} table={() => tableOf({ name: here.name, kpis, ordered, waiting, formulaOf: (id) => byId.get(id)?.formula })} /></div>
      <BigLosses kpis={kpis} />
      <table className={css.table} data-testid="kpi-table">
        <thead><tr>{(["kpi", "value", "formula", "convention"] as const).map((key) => <th key={key} scope="col" className={key === "value" ? css.value : undefined}>{sayWaits(key)}</th>)}</tr></thead>
        <tbody>
          {ordered.map((figure) => <Row key={figure.id} figure={figure} kpis={kpis} formula={byId.get(figure.id)?.formula} />)}
          {waiting.map((kpi) => <WaitingRow key={kpi.id} kpi={kpi} />)}
        </tbody>
      </table>
    </div>
  );
}
