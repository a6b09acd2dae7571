// The tag table: every signal of the plant, live; the address keeps filter and order.
import { Button, Select, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useCallback, useMemo, useRef, useState } from "react";
import { serverNowMs } from "@/api/client";
import { connectionsQuery } from "@/api/queries";
import type { Equipment } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import { may, useMe } from "@/app/gate";
import { Icon } from "@/design/icons";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { ExportButton } from "@/exports/export-dialog";
import { COLUMNS, type Filter, INTERNAL, KINDS, useFound } from "@/screens/tags/found";
import { TagTable } from "@/screens/tags/table";
import css from "@/screens/tags/tags.module.css";
import { words } from "@/screens/tags/words";
import { GRADES } from "@/signals/quality";
import { gradeWords, kindWords } from "@/signals/words";
import { PENS_MAX } from "@/trend/pens";
import { Go, useEquipmentPath } from "@/view/place";
import { useChangeSearch, useSearchText } from "@/view/search";
import { useWords } from "@/words/words";

const TYPED_MS = 150; // a word is typed to its end before the server is asked

const DAY_MS = 86_400_000;
const lastDay = () => ({ t0: serverNowMs() - DAY_MS, t1: serverNowMs() });

function useFilter(): Filter {
  const { find = "", connection, quality, kind, sort, down } = useSearchText();
  return useMemo(() => ({
    text: find,
    connection: connection ?? null,
    grade: GRADES.find((grade) => grade === quality) ?? null,
    kind: KINDS.find((one) => one === kind) ?? null,
    sort: COLUMNS.find((column) => column === sort) ?? "equipment",
    down: down === "yes",
  }), [find, connection, quality, kind, sort, down]);
}

function Tools({ filter, onDown, children }: { filter: Filter; onDown: () => void; children: ReactNode }) {
  const say = useWords(words);
  const sayGrade = useWords(gradeWords);
  const sayKind = useWords(kindWords);
  const change = useChangeSearch();
  const { data: links } = useQuery(connectionsQuery());
  const names = useMemo(() => [...new Set([INTERNAL, ...(links ?? []).map(({ name }) => name), ...(filter.connection ? [filter.connection] : [])])].sort(), [links, filter.connection]);
  const connections = [{ value: "", label: say("anyConnection") }, ...names.map((value) => ({ value, label: value === INTERNAL ? say("internal") : value }))];
  const grades = [{ value: "", label: say("anyQuality") }, ...GRADES.map((value) => ({ value, label: sayGrade(value) }))];
  const kinds = [{ value: "", label: say("anyKind") }, ...KINDS.map((value) => ({ value, label: sayKind(value) }))];
  const down = (key: string) => { if (key === "ArrowDown") onDown(); };
  return (
    <div className={css.tools} role="search">
      <TextInput size="sm" type="search" className={css.find ?? ""} value={filter.text} onChange={(event) => change({ find: event.currentTarget.value || null }, "replace")} onKeyDown={(event) => down(event.key)} placeholder={say("find")} aria-label={say("find")} leftSection={<Icon name="search" size={15} />} data-testid="tags-find" />
      <Select size="sm" className={css.choice ?? ""} aria-label={say("connection")} data={connections} value={filter.connection ?? ""} onChange={(connection) => change({ connection: connection || null })} allowDeselect={false} searchable={names.length > 12} data-testid="tags-connection" />
      <Select size="sm" className={css.choice ?? ""} aria-label={say("quality")} data={grades} value={filter.grade ?? ""} onChange={(quality) => change({ quality: quality || null })} allowDeselect={false} data-testid="tags-quality" />
      <Select size="sm" className={css.choice ?? ""} aria-label={say("kind")} data={kinds} value={filter.kind ?? ""} onChange={(kind) => change({ kind: kind || null })} allowDeselect={false} data-testid="tags-kind" />
      {children}
    </div>
  );
}

function Tags({ node, label }: { node: Equipment | null; label: string }) {
  const say = useWords(words);
  const change = useChangeSearch();
  const box = useRef<HTMLDivElement>(null);
  const [chosen, setChosen] = useState<readonly number[]>([]);
  const onChoose = useCallback((tag: number) => setChosen((before) => (before.includes(tag) ? before.filter((one) => one !== tag) : [...before, tag].slice(-PENS_MAX))), []);
  const filter = useFilter();
  const mayBring = may(useMe(), "samples.correct");
  const [text] = useDebouncedValue(filter.text, TYPED_MS);
  const asked = useMemo(() => ({ ...filter, text }), [filter, text]);
  const { data, error, isPending, refetch } = useFound(asked, node?.id ?? null);
  const onSort = (column: Filter["sort"]) => change({ sort: column, down: column === filter.sort && !filter.down ? "yes" : null }, "replace");
  const clear = <Button variant="default" size="sm" onClick={() => change({ find: null, connection: null, quality: null, kind: null })}>{say("clear")}</Button>;
  return (
    <div className={css.page}>
      <div className={css.titleRow}><h1>{label}</h1>{data && <span className="quiet" role="status" data-testid="tags-shown">{say("shown", { shown: data.total, all: data.all })}</span>}{node && <Go to="/tags" className="link">{say("whole")}</Go>}{mayBring && <Go to="/import-history" className="link" testid="import-history">{say("history")}</Go>}{chosen.length > 0 && <Go to="/trends" search={{ pens: chosen.join(",") }} className="link" testid="tags-to-trends">{say("trends", { n: chosen.length })}</Go>}</div>
      <Tools filter={filter} onDown={() => box.current?.focus()}><ExportButton size="sm" {...(chosen.length > 0 ? { tags: chosen } : { tags: data?.items.map((tag) => tag.id) ?? [], total: data?.total ?? 0 })} span={lastDay} /></Tools>
      <div className={css.panel}>
        {error && <ProblemNotice error={error} onRetry={() => void refetch()} />}
        {isPending && <Waiting lines={10} />}
        {data?.all === 0 && <Empty icon="signal" title={say("none")} hint={say("noneHint")} />}
        {data && data.all > 0 && data.total === 0 && <Empty icon="search" title={say("noMatch")} hint={say("noMatchHint")} action={clear} />}
        {data && data.total > 0 && <TagTable box={box} filter={asked} equipment={node?.id ?? null} total={data.total} onSort={onSort} label={label} chosen={chosen} onChoose={onChoose} />}
      </div>
    </div>
  );
}

export default function TagsPage() {
  const say = useWords(words);
  const path = useEquipmentPath();
  const { map, isPending, error, refetch } = useEquipment();
  if (error) return <ProblemNotice error={error} onRetry={refetch} />;
  if (isPending) return <Waiting lines={10} />;
  const node = path ? (map.byPath(path) ?? null) : null;
  if (path && !node) return <Empty title={say("gone")} action={<Go to="/tags" className="link">{say("whole")}</Go>} />;
  return <Tags key={node?.id ?? 0} node={node} label={node ? say("of", { name: node.name }) : say("title")} />;
}
