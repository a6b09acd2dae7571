// Every row of the list with its verdict: what it becomes, what is missing, and whether it is taken.
import { Button, SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { Icon } from "@/design/icons";
import { Empty } from "@/design/notice";
import type { List, Row, Said } from "@/screens/import-tags/api";
import { codeWords } from "@/screens/import-tags/codes";
import css from "@/screens/import-tags/import-tags.module.css";
import { words } from "@/screens/import-tags/words";
import { useLanguage } from "@/words/language";
import { fill, useWords } from "@/words/words";

const PAGE = 50; // rows at once: more is scrolled past
const COLUMNS = ["take", "row", "name", "becomes", "address", "kind", "verdict"] as const;
const OUTCOMES = { new: "new", same: "same", kept: "kept", taken: "taken", left: "left", fault: "fault", change: "changed" } as const;
const FILTERS = {
  everything: () => true,
  problems: (row: Row) => row.outcome === "fault" || row.outcome === "taken" || row.outcome === "kept",
  changes: (row: Row) => row.outcome === "new" || row.outcome === "change",
} as const;
type Filter = keyof typeof FILTERS;

export function useSaid(): (said: Said) => string {
  const language = useLanguage();
  return (said) => fill((codeWords[language] as Record<string, string>)[said.code] ?? said.message, { about: said.about }, language);
}

function Verdict({ row }: { row: Row }) {
  const say = useWords(words);
  const tell = useSaid();
  const told = [...row.faults, ...row.notes];
  return (
    <td>
      <span className={css.outcome} data-outcome={row.outcome}>{row.outcome === "fault" && <Icon name="jam" size={15} />}{say(OUTCOMES[row.outcome as keyof typeof OUTCOMES])}</span>
      <ul className={css.said}>
        {told.map((one) => <li key={`${one.code} ${one.about}`}>{tell(one)}{one.hint && ` (${one.hint})`}</li>)}
        {row.changes.map(([what, before, after]) => <li key={what} className="mono" translate="no">{`${what}: ${before} → ${after}`}</li>)}
      </ul>
    </td>
  );
}

export function Rows({ list, onTake }: { list: List; onTake: (line: number, isTaken: boolean) => void }) {
  const say = useWords(words);
  const [filter, setFilter] = useState<Filter>("everything");
  const [from, setFrom] = useState(0);
  const found = list.rows.filter(FILTERS[filter]);
  const start = from < found.length ? from : 0;
  const choices = (Object.keys(FILTERS) as Filter[]).map((value) => ({ value, label: say(value, { n: list.rows.filter(FILTERS[value]).length }) }));
  return (
    <>
      <div className={css.bar}><SegmentedControl data={choices} value={filter} onChange={(value) => { setFilter(value as Filter); setFrom(0); }} aria-label={say("show")} data-testid="rows-filter" /></div>
      {found.length === 0 && <Empty compact icon="search" title={say("noRows")} />}
      {found.length > 0 && (
        <div className={css.box} tabIndex={0} role="region" aria-label={say("rows")}>
          <table className={css.table} data-testid="tag-rows">
            <thead><tr>{COLUMNS.map((key) => <th key={key} scope="col">{say(key)}</th>)}</tr></thead>
            <tbody>
              {found.slice(start, start + PAGE).map((row) => (
                <tr key={row.line} data-outcome={row.outcome}>
                  <td><input type="checkbox" checked={row.outcome !== "left"} onChange={(event) => onTake(row.line, event.currentTarget.checked)} aria-label={say("takeRow", { line: row.line })} /></td>
                  <td>{row.line}</td>
                  <td translate="no">{row.folder ? `${row.folder}/${row.name}` : row.name}</td>
                  <td className="mono" translate="no">{row.equipment ? `${row.equipment}.${row.property}` : row.property}</td>
                  <td className="mono" translate="no">{row.address}</td>
                  <td translate="no">{row.unit ? `${row.kind} · ${row.unit}` : row.kind}</td>
                  <Verdict row={row} />
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {found.length > PAGE && (
        <div className={css.buttons}>
          <span className={css.small} role="status">{say("page", { from: start + 1, to: Math.min(start + PAGE, found.length), n: found.length })}</span>
          <Button size="sm" variant="default" disabled={start === 0} onClick={() => setFrom(Math.max(0, start - PAGE))}>{say("before")}</Button>
          <Button size="sm" variant="default" disabled={start + PAGE >= found.length} onClick={() => setFrom(start + PAGE)}>{say("after")}</Button>
        </div>
      )}
    </>
  );
}
