// The tag table: every signal of the plant, live; the address keeps filter and order.
import { Button, Select, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { signalsQuery } from "@/api/queries";
import type { Equipment } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import { Icon } from "@/design/icons";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { useTopicsWanted } from "@/live/live";
import { COLUMNS, type Filter, follows, type Found, foundOf, INTERNAL, rowsOf } from "@/screens/tags/rows";
import { TagTable } from "@/screens/tags/table";
import css from "@/screens/tags/tags.module.css";
import { words } from "@/screens/tags/words";
import { GRADES } from "@/signals/quality";
import { gradeWords } from "@/signals/words";
import { Go, useEquipmentPath } from "@/view/place";
import { useChangeSearch, useSearchText } from "@/view/search";
import { useWords } from "@/words/words";

const TOPICS_MAX = 400; // one browser may watch 500; the rows in view ask for their own besides
const BEAT_MS = 5_000; // an order by value that changed with every value could not be read

function useFilter(): Filter {
  const { find = "", connection, quality, sort, down } = useSearchText();
  return useMemo(() => ({
    text: find,
    connection: connection ?? null,
    grade: GRADES.find((grade) => grade === quality) ?? null,
    sort: COLUMNS.find((column) => column === sort) ?? "equipment",
    down: down === "yes",
  }), [find, connection, quality, sort, down]);
}

/** Counts up every few seconds while what is shown depends on what comes live. */
function useBeat(wanted: boolean): number {
  const [beat, setBeat] = useState(0);
  useEffect(() => {
    if (!wanted) return undefined;
    const timer = setInterval(() => setBeat((before) => before + 1), BEAT_MS);
    return () => clearInterval(timer);
  }, [wanted]);
  return beat;
}

function Tools({ filter, all }: { filter: Filter; all: readonly Found[] }) {
  const say = useWords(words);
  const sayGrade = useWords(gradeWords);
  const change = useChangeSearch();
  const names = useMemo(() => [...new Set(all.map(({ tag }) => tag.connection ?? INTERNAL))].sort(), [all]);
  const connections = [{ value: "", label: say("anyConnection") }, ...names.map((value) => ({ value, label: value === INTERNAL ? say("internal") : value }))];
  const grades = [{ value: "", label: say("anyQuality") }, ...GRADES.map((value) => ({ value, label: sayGrade(value) }))];
  return (
    <div className={css.tools} role="search">
      <TextInput size="sm" type="search" className={css.find ?? ""} value={filter.text} onChange={(event) => change({ find: event.currentTarget.value || null }, "replace")} placeholder={say("find")} aria-label={say("find")} leftSection={<Icon name="search" size={15} />} data-testid="tags-find" />
      <Select size="sm" aria-label={say("connection")} data={connections} value={filter.connection ?? ""} onChange={(connection) => change({ connection: connection || null })} allowDeselect={false} data-testid="tags-connection" />
      <Select size="sm" aria-label={say("quality")} data={grades} value={filter.grade ?? ""} onChange={(quality) => change({ quality: quality || null })} allowDeselect={false} data-testid="tags-quality" />
    </div>
  );
}

function Tags({ node, label }: { node: Equipment | null; label: string }) {
  const say = useWords(words);
  const change = useChangeSearch();
  const filter = useFilter();
  const { data, error, isPending, refetch } = useQuery({ ...signalsQuery({ equipment: node?.id ?? null }), staleTime: 60_000 });
  const all = useMemo(() => foundOf(data ?? []), [data]);
  const topics = useMemo(() => [...new Set(all.map(({ tag }) => `tags/${tag.equipment_id}`))].slice(0, TOPICS_MAX), [all]);
  useTopicsWanted(topics);
  const beat = useBeat(follows(filter));
  const rows = useMemo(() => rowsOf(all, filter), [all, filter, beat]); // eslint-disable-line react-hooks/exhaustive-deps -- `beat` stands for the values outside React
  const onSort = (column: Filter["sort"]) => change({ sort: column, down: column === filter.sort && !filter.down ? "yes" : null }, "replace");
  const clear = <Button variant="default" size="sm" onClick={() => change({ find: null, connection: null, quality: null })}>{say("clear")}</Button>;
  return (
    <div className={css.page}>
      <div className={css.titleRow}><h1>{label}</h1>{data && <span className="quiet" role="status" data-testid="tags-shown">{say("shown", { shown: rows.length, all: all.length })}</span>}{node && <Go to="/tags" className="link">{say("whole")}</Go>}</div>
      <Tools filter={filter} all={all} />
      <div className={css.panel}>
        {error && <ProblemNotice error={error} onRetry={() => void refetch()} />}
        {isPending && <Waiting lines={10} />}
        {data && all.length === 0 && <Empty icon="signal" title={say("none")} hint={say("noneHint")} />}
        {all.length > 0 && rows.length === 0 && <Empty icon="search" title={say("noMatch")} hint={say("noMatchHint")} action={clear} />}
        {rows.length > 0 && <TagTable rows={rows} sort={filter.sort} down={filter.down} onSort={onSort} label={label} />}
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
