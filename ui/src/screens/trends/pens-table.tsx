// The signals on screen: how each is drawn, what it said at the cursors, and what the visible stretch comes to.
import { memo } from "react";
import type { Moment, Statistics, Wiring } from "@/api/types";
import { correctable } from "@/corrections/corrections";
import { useMayCorrect } from "@/corrections/may";
import { Icon } from "@/design/icons";
import { Swatch } from "@/screens/trends/swatch";
import css from "@/screens/trends/trends.module.css";
import { drawable, type KnownPen } from "@/screens/trends/use-pens";
import { words } from "@/screens/trends/words";
import { formatMeasured, formatRatio, NOTHING, unitSymbol } from "@/show/format";
import { When } from "@/show/show";
import { QualitySign } from "@/signals/quality-sign";
import type { Pen } from "@/trend/pens";
import { Go, tagOf } from "@/view/place";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

const numberOf = (moment: Moment | undefined): number | null => (moment?.dropped ? null : typeof moment?.value === "boolean" ? Number(moment.value) : typeof moment?.value === "number" ? moment.value : null);

function Value({ moment }: { moment: Moment | undefined }) {
  const language = useLanguage();
  if (!moment || moment.dropped) return NOTHING;
  if (typeof moment.value === "number") return <span translate="no">{formatMeasured(moment.value, language)}</span>;
  const text = String(moment.value ?? NOTHING);
  return <span className={css.text} title={text} translate="no">{text}</span>;
}

function Worth({ moment }: { moment: Moment | undefined }) {
  const say = useWords(words);
  if (!moment) return null;
  return moment.dropped ? say("wentSince") : <QualitySign quality={moment.quality} />;
}

function Times({ moment }: { moment: Moment | undefined }) {
  const say = useWords(words);
  if (!moment) return null;
  return <><When at={moment.ts} as="exact" />{moment.ts_device && <span className={css.under}>{say("device")} <When at={moment.ts_device} as="exact" /></span>}</>;
}

function Name({ known }: { known: KnownPen }) {
  const say = useWords(words);
  const { tag } = known;
  if (!tag) return tag === null ? say("gone") : "…";
  return (
    <>
      <Go to={tagOf(tag.id)} className="link" testid="pen-tag"><span translate="no">{tag.property}</span></Go>
      <span className={`${css.under} ${css.where}`} translate="no" title={tag.path}><bdi>{tag.path.slice(0, -tag.property.length - 1)}</bdi></span>
      {!drawable(known) && <span className={css.under}>{say("text")}</span>}
    </>
  );
}

/** `onCorrect`: what may be done to a signal between the two cursors; null: nothing now. */
export interface Hands { onChange: (tag: number, how: Partial<Pen>) => void; onRemove: (tag: number) => void; onCorrect: ((tag: Wiring) => void) | null }

function CorrectSpan({ tag, onCorrect }: { tag: Wiring; onCorrect: (tag: Wiring) => void }) {
  const say = useWords(words);
  const may = useMayCorrect(tag.equipment_id) && correctable(tag);
  return may && <button type="button" className={css.small} onClick={() => onCorrect(tag)} aria-label={say("correctSpan", { tag: tag.path })} title={say("correctSpan", { tag: tag.path })} data-testid="pen-correct">{say("correct")}</button>;
}

function Controls({ known, onChange, onRemove, onCorrect }: Hands & { known: KnownPen }) {
  const say = useWords(words);
  const { pen, tag } = known;
  const name = tag?.path ?? String(pen.tag);
  const button = (key: "show" | "hide" | "remove", act: () => void, icon: "hidden" | "eye" | "close") => (
    <button type="button" className={css.tool} aria-label={say(key, { tag: name })} title={say(key, { tag: name })} onClick={act} data-testid={key === "remove" ? "pen-remove" : "pen-hide"}><Icon name={icon} size={16} /></button>
  );
  return (
    <span className={css.controls}>
      <span className={css.group}>
        {button(pen.hidden ? "show" : "hide", () => onChange(pen.tag, { hidden: !pen.hidden }), pen.hidden ? "hidden" : "eye")}
        {button("remove", () => onRemove(pen.tag), "close")}
        {onCorrect && tag && <CorrectSpan tag={tag} onCorrect={onCorrect} />}
      </span>
      <button type="button" className={css.small} aria-pressed={pen.own} onClick={() => onChange(pen.tag, { own: !pen.own })} data-testid="pen-own">{say(pen.own ? "own" : "common")}</button>
    </span>
  );
}

/** Second values beside the first: at cursor B, or in the period compared with. */
export interface Second { name: string; moments: ReadonlyMap<number, Moment>; testid: string }

/** What the visible stretch comes to, and under it the stretch it is compared with. */
function Figure({ now, then, testid }: { now: string; then: string | null; testid: string }) {
  return <td className={css.figure}><span data-testid={testid}>{now}</span>{then !== null && <span className={css.under} data-testid={`${testid}-then`}>{then}</span>}</td>;
}

/** `then`: the figures of the stretch compared with; null: there is none, or it is on its way. */
interface RowProps extends Hands { known: KnownPen; a: Moment | undefined; seconds: readonly Second[]; statistics: Statistics | undefined; then: Statistics | null }
const Row = memo(function Row({ known, a, seconds, statistics, then, ...hands }: RowProps) {
  const language = useLanguage();
  const { pen, no } = known;
  const from = numberOf(a);
  const difference = (other: Moment | undefined) => {
    const to = numberOf(other);
    return from === null || to === null ? NOTHING : `${to > from ? "+" : ""}${formatMeasured(to - from, language)}`;
  };
  return (
    <tr data-testid="pen" data-tag={pen.tag} data-hidden={pen.hidden}>
      <td><Swatch look={pen.look} no={no} /></td>
      <th scope="row" className={css.name}><Name known={known} /></th>
      <td className={css.right} data-testid="pen-a"><Value moment={a} /></td>
      <td translate="no">{unitSymbol(known.unit)}</td>
      <td className={css.wrapped}><Worth moment={a} /></td>
      <td className={`${css.wrapped} ${css.moment}`} data-testid="pen-ts"><Times moment={a} /></td>
      {seconds.map(({ moments, testid }) => <td key={testid} className={css.right} data-testid={testid}><Value moment={moments.get(pen.tag)} /><span className={css.under} data-testid={`${testid}-difference`}>{difference(moments.get(pen.tag))}</span></td>)}
      <Figure now={formatMeasured(statistics?.min, language)} then={then && formatMeasured(then.min, language)} testid="pen-low" />
      <Figure now={formatMeasured(statistics?.mean, language)} then={then && formatMeasured(then.mean, language)} testid="pen-mean" />
      <Figure now={formatMeasured(statistics?.max, language)} then={then && formatMeasured(then.max, language)} testid="pen-high" />
      <Figure now={formatRatio(statistics?.good_share, language)} then={then && formatRatio(then.good_share, language)} testid="pen-good" />
      <td><Controls known={known} {...hands} /></td>
    </tr>
  );
});

interface TableProps extends Hands { pens: readonly KnownPen[]; a: ReadonlyMap<number, Moment>; nameA: string; seconds: readonly Second[]; statistics: ReadonlyMap<number, Statistics>; then: ReadonlyMap<number, Statistics> | null }
export const PensTable = memo(function PensTable({ pens, a, nameA, seconds, statistics, then, ...hands }: TableProps) {
  const say = useWords(words);
  return (
    <div className={css.tableBox} tabIndex={0} role="region" aria-label={say("pens")}>
      <table className={css.table}>
        <thead>
          <tr>
            <th scope="col">{say("no")}</th><th scope="col">{say("signal")}</th><th scope="col" className={css.right}>{nameA}</th><th scope="col">{say("unit")}</th><th scope="col">{say("quality")}</th><th scope="col">{say("ts")}</th>
            {seconds.map(({ name, testid }) => <th key={testid} scope="col" className={css.right}>{name}</th>)}
            <th scope="col" className={css.figure}>{say("low")}</th><th scope="col" className={css.figure} title={say("meanHint")}>{say("mean")}</th><th scope="col" className={css.figure}>{say("high")}</th><th scope="col" className={css.figure}>{say("good")}</th><th scope="col">{say("axis")}</th>
          </tr>
        </thead>
        <tbody>{pens.map((known) => <Row key={known.pen.tag} known={known} a={a.get(known.pen.tag)} seconds={seconds} statistics={statistics.get(known.pen.tag)} then={then?.get(known.pen.tag) ?? null} {...hands} />)}</tbody>
      </table>
    </div>
  );
});
