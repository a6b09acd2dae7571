// The signals on screen: how each is drawn, and what it said at the cursors.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useDebouncedValue } from "@mantine/hooks";
import { memo } from "react";
import { momentsQuery } from "@/api/queries";
import type { Moment } from "@/api/types";
import { Icon } from "@/design/icons";
import { Swatch } from "@/screens/trends/swatch";
import css from "@/screens/trends/trends.module.css";
import { drawable, type KnownPen } from "@/screens/trends/use-pens";
import { words } from "@/screens/trends/words";
import { formatMeasured, NOTHING, unitSymbol } from "@/show/format";
import { When } from "@/show/show";
import { QualitySign } from "@/signals/quality-sign";
import type { Pen } from "@/trend/pens";
import { Go, tagOf } from "@/view/place";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

const RESTS_MS = 90; // where a cursor rests, the server is asked what stood there

/** What the tags said at a moment, exactly; while a cursor moves, what was said before. */
export function useMoments(tags: readonly number[], ms: number | null): ReadonlyMap<number, Moment> {
  const [settled] = useDebouncedValue(ms === null ? null : Math.round(ms), RESTS_MS);
  const { data } = useQuery({ ...momentsQuery(tags, settled ?? 0), enabled: settled !== null && tags.length > 0, staleTime: 10_000, placeholderData: keepPreviousData });
  return new Map(settled === null ? [] : (data?.items ?? []).map((moment) => [moment.tag, moment]));
}

const numberOf = (moment: Moment | undefined): number | null => (typeof moment?.value === "boolean" ? Number(moment.value) : typeof moment?.value === "number" ? moment.value : null);

function Value({ moment }: { moment: Moment | undefined }) {
  const language = useLanguage();
  if (!moment) return NOTHING;
  return <span translate="no">{typeof moment.value === "number" ? formatMeasured(moment.value, language) : String(moment.value ?? NOTHING)}</span>;
}

interface RowProps { known: KnownPen; a: Moment | undefined; b: Moment | undefined; twice: boolean; onChange: (tag: number, how: Partial<Pen>) => void; onRemove: (tag: number) => void }
const Row = memo(function Row({ known, a, b, twice, onChange, onRemove }: RowProps) {
  const say = useWords(words);
  const language = useLanguage();
  const { pen, tag, no } = known;
  const name = tag?.path ?? String(pen.tag);
  const [from, to] = [numberOf(a), numberOf(b)];
  return (
    <tr data-testid="pen" data-tag={pen.tag} data-hidden={pen.hidden}>
      <td><Swatch look={pen.look} no={no} /></td>
      <td>
        <span className={css.group}>
          <button type="button" className={css.small} aria-pressed={pen.own} onClick={() => onChange(pen.tag, { own: !pen.own })} data-testid="pen-own">{say(pen.own ? "own" : "common")}</button>
          <button type="button" className={css.tool} aria-label={say(pen.hidden ? "show" : "hide", { tag: name })} title={say(pen.hidden ? "show" : "hide", { tag: name })} onClick={() => onChange(pen.tag, { hidden: !pen.hidden })} data-testid="pen-hide"><Icon name={pen.hidden ? "hidden" : "eye"} size={16} /></button>
          <button type="button" className={css.tool} aria-label={say("remove", { tag: name })} title={say("remove", { tag: name })} onClick={() => onRemove(pen.tag)} data-testid="pen-remove"><Icon name="close" size={16} /></button>
        </span>
      </td>
      <th scope="row" className={css.name}>{tag ? <><Go to={tagOf(tag.id)} className="link" testid="pen-tag"><span translate="no">{tag.property}</span></Go> <span className={`quiet ${css.where}`} translate="no" title={tag.path}><bdi>{tag.path.slice(0, -tag.property.length - 1)}</bdi></span></> : tag === null ? say("gone") : "…"}{tag && !drawable(known) && <span className="quiet"> {say("text")}</span>}</th>
      <td className={css.right} data-testid="pen-a"><Value moment={a} /></td>
      <td translate="no">{unitSymbol(known.unit)}</td>
      <td>{a && <QualitySign quality={a.quality} />}</td>
      <td data-testid="pen-ts">{a && <When at={a.ts} as="exact" />}</td>
      <td>{a?.ts_device && <When at={a.ts_device} as="exact" />}</td>
      {twice && <td className={css.right} data-testid="pen-b"><Value moment={b} /></td>}
      {twice && <td className={css.right} data-testid="pen-difference">{from === null || to === null ? NOTHING : formatMeasured(to - from, language)}</td>}
    </tr>
  );
});

interface TableProps { pens: readonly KnownPen[]; a: ReadonlyMap<number, Moment>; b: ReadonlyMap<number, Moment>; nameA: string; twice: boolean; onChange: RowProps["onChange"]; onRemove: RowProps["onRemove"] }
export function PensTable({ pens, a, b, nameA, twice, onChange, onRemove }: TableProps) {
  const say = useWords(words);
  return (
    <div className={css.tableBox} tabIndex={0} role="region" aria-label={say("pens")}>
      <table className={css.table}>
        <thead>
          <tr>
            <th scope="col">{say("no")}</th><th scope="col">{say("axis")}</th><th scope="col">{say("signal")}</th><th scope="col" className={css.right}>{nameA}</th><th scope="col">{say("unit")}</th><th scope="col">{say("quality")}</th><th scope="col">{say("ts")}</th><th scope="col">{say("device")}</th>
            {twice && <><th scope="col" className={css.right}>{say("at", { name: "B" })}</th><th scope="col" className={css.right}>{say("difference")}</th></>}
          </tr>
        </thead>
        <tbody>{pens.map((known) => <Row key={known.pen.tag} known={known} a={a.get(known.pen.tag)} b={b.get(known.pen.tag)} twice={twice} onChange={onChange} onRemove={onRemove} />)}</tbody>
      </table>
    </div>
  );
}
