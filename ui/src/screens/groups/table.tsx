// The groups, a row each: their words, their KPIs, time and pieces, and what they were before; every number opens.
import type { ReactNode } from "react";
import type { Span } from "@/api/queries";
import type { Equipment, KpiFigure } from "@/api/types";
import { Opens } from "@/explain/opens";
import type { Table } from "@/giving/table";
import { type Asked, type Group, type Grouped, keyOf, questionOf, said, type Word } from "@/groups/ask";
import { useGroupName } from "@/groups/names";
import { words } from "@/groups/words";
import { kpiText, nameOfKpi } from "@/kpi/kpi-text";
import css from "@/screens/groups/groups.module.css";
import { formatDuration, formatNumber } from "@/show/format";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

const SHOWN_MAX = 200; // more rows nobody reads on a screen
const US_PER_S = 1e6;

interface Compared { found: Grouped; before: Grouped | undefined; here: Equipment; asked: Asked; spans: { now: Span; before: Span | null } }
const figureOf = (group: Group | undefined, id: string): KpiFigure | undefined => group?.kpis.find((kpi) => kpi.id === id);
const beforeOf = ({ before, asked }: Compared): ReadonlyMap<string, Group> => new Map((before?.items ?? []).map((group) => [keyOf(group, asked.by), group]));

interface CellProps { group: Group | undefined; number: string; of: Compared; span: Span | null; children: ReactNode; was?: boolean }
function Cell({ group, number, of, span, children, was = false }: CellProps) {
  const question = group && span ? questionOf(group, number, { equipmentId: of.here.id, span, by: of.asked.by }) : null;
  return <td className={was ? `${css.right} ${css.before}` : css.right}><Opens question={question} testid={`group-${number}`}>{children}</Opens></td>;
}

function Row({ group, was, of, kpis }: { group: Group; was: Group | undefined; of: Compared; kpis: readonly KpiFigure[] }) {
  const language = useLanguage();
  const nameOf = useGroupName();
  const { asked, spans } = of;
  const [first = "oee_index"] = asked.kpis;
  const time = (us: number) => formatDuration(Math.round(us / US_PER_S) * US_PER_S, language);
  return (
    <tr data-testid="group" data-key={keyOf(group, asked.by)}>
      {asked.by.map((word, i) => (i === 0 ? <th key={word} scope="row">{nameOf(word, group.key[word])}</th> : <td key={word}>{nameOf(word, group.key[word])}</td>))}
      {kpis.flatMap(({ id }) => {
        const [now, before] = [figureOf(group, id), figureOf(was, id)];
        const cell = <Cell key={id} group={now && group} number={id} of={of} span={spans.now}>{now ? kpiText({ value: now.value, unit: now.unit }, language) : "–"}</Cell>;
        return spans.before ? [cell, <Cell key={`${id} before`} group={before && was} number={id} of={of} span={spans.before} was>{before ? kpiText({ value: before.value, unit: before.unit }, language) : "–"}</Cell>] : [cell];
      })}
      <Cell group={group} number={`${first}/elapsed_us`} of={of} span={spans.now}>{time(group.elapsed_us)}</Cell>
      <Cell group={group} number={`${first}/good`} of={of} span={spans.now}>{formatNumber(group.good, language)}</Cell>
      <Cell group={group} number={`${first}/scrap`} of={of} span={spans.now}>{formatNumber(group.scrap, language)}</Cell>
    </tr>
  );
}

export function GroupTable(of: Compared) {
  const say = useWords(words);
  const language = useLanguage();
  const { found, asked, spans } = of;
  const before = beforeOf(of);
  const kpis = asked.kpis.flatMap((id) => found.items[0]?.kpis.find((kpi) => kpi.id === id) ?? []);
  return (
    <>
      <div className={css.box} tabIndex={0} role="region" aria-label={say("table")}>
        <table className={css.table} data-testid="groups">
          <thead>
            <tr>
              {asked.by.map((word) => <th key={word} scope="col">{say(word)}</th>)}
              {kpis.flatMap((kpi) => [<th key={kpi.id} scope="col" className={css.right}>{nameOfKpi(kpi, language)}</th>, ...(spans.before ? [<th key={`${kpi.id} before`} scope="col" className={css.right}>{say("before")}</th>] : [])])}
              {(["time", "good", "scrap"] as const).map((key) => <th key={key} scope="col" className={css.right}>{say(key)}</th>)}
            </tr>
          </thead>
          <tbody>{found.items.slice(0, SHOWN_MAX).map((group) => <Row key={keyOf(group, asked.by)} group={group} was={before.get(keyOf(group, asked.by))} of={of} kpis={kpis} />)}</tbody>
        </table>
      </div>
      {found.items.length > SHOWN_MAX && <p className={css.help}>{say("shown", { n: SHOWN_MAX, all: found.items.length })}</p>}
    </>
  );
}

/** All of them, with the keys beside the names. */
export function useGroupsTable(): (of: Compared) => Table {
  const say = useWords(words);
  const nameOf = useGroupName();
  return (of) => {
    const { found, asked, spans, here } = of;
    const before = beforeOf(of);
    const kpis = asked.kpis;
    const own = (word: Word, group: Group) => [nameOf(word, group.key[word]), said(group.key[word])];
    return {
      name: say("title", { name: here.name }),
      head: [...asked.by.flatMap((word) => [say(word), word]), ...kpis.flatMap((id) => [id, ...(spans.before ? [`${say("before")}: ${id}`] : [])]), `${say("time")} (s)`, say("good"), say("scrap")],
      rows: found.items.map((group) => {
        const was = before.get(keyOf(group, asked.by));
        return [...asked.by.flatMap((word) => own(word, group)), ...kpis.flatMap((id) => [figureOf(group, id)?.value ?? null, ...(spans.before ? [figureOf(was, id)?.value ?? null] : [])]), group.elapsed_us / US_PER_S, group.good, group.scrap];
      }),
    };
  };
}
