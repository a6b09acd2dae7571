// A table of the installation's pages: what stands in it is what its file has, column by column.
import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import css from "@/installation/installation.module.css";
import { words } from "@/installation/words";
import { Panel } from "@/design/panel";
import { download } from "@/signals/csv";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

type Cell = string | number | boolean | null;
/** `key` heads the column in the file, in English for every program; `as` says the same to a person. */
export interface Column<Row> { key: string; head: string; value: (row: Row) => Cell; as?: (row: Row) => ReactNode; right?: boolean; onlyFile?: boolean }

export interface TableProps<Row> {
  name: string;
  title: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[] | undefined;
  keyOf: (row: Row) => string | number;
  toneOf?: (row: Row) => string;
  tools?: ReactNode;
  /** Above the rows: what is still awaited, why there are none. */
  above?: ReactNode;
  below?: ReactNode;
}

export function TablePanel<Row>({ name, title, columns, rows, keyOf, toneOf, tools, above, below }: TableProps<Row>) {
  const say = useWords(words);
  const language = useLanguage();
  const shown = columns.filter((one) => !one.onlyFile);
  const save = () => download(`${name}.csv`, [columns.map((one) => one.key), ...(rows ?? []).map((row) => columns.map((one) => one.value(row)))], language);
  const csv = rows && rows.length > 0 && <Button variant="default" size="xs" onClick={save} aria-label={say("csvOf", { table: title })} data-testid={`csv-${name}`}>{say("csv")}</Button>;
  const cell = (column: Column<Row>, row: Row) => (column.as ? column.as(row) : column.value(row));
  return (
    <Panel title={title} tools={<>{tools}{csv}</>} flush testid={`panel-${name}`}>
      {above}
      {rows && rows.length > 0 && (
        <div className={css.box} tabIndex={0} role="region" aria-label={title}>
          <table className={css.table} data-testid={name}>
            <thead><tr>{shown.map(({ key, head, right }) => <th key={key} scope="col" className={right ? css.right : undefined}>{head}</th>)}</tr></thead>
            <tbody>
              {rows.map((row) => (
                <tr key={keyOf(row)} data-tone={toneOf?.(row)} data-testid={`${name}-row`}>
                  {shown.map((column, n) => (n === 0 ? <th key={column.key} scope="row">{cell(column, row)}</th> : <td key={column.key} className={column.right ? css.right : undefined}>{cell(column, row)}</td>))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {below}
    </Panel>
  );
}

/** A sentence that the server made: it is in English, and nobody translates it. */
export function Said({ children, small = false }: { children: ReactNode; small?: boolean }) {
  const say = useWords(words);
  return <span className={small ? css.small : css.text} lang="en" translate="no" title={say("serverSays")}>{children}</span>;
}
