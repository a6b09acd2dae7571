// How long a piece takes on a machine: ideal, best and actual by product, and how many pieces took how long.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, type ReactNode, useState } from "react";
import type { Equipment } from "@/api/types";
import { binOf, type CycleTimes, cycleTimesQuery, keyOf, LONGEST_MS, moved, type OfProduct } from "@/cycles/ask";
import css from "@/cycles/cycles.module.css";
import { words } from "@/cycles/words";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import type { Question } from "@/explain/open";
import { Opens } from "@/explain/opens";
import { Give } from "@/giving/give";
import type { Table } from "@/giving/table";
import { useProductName } from "@/jobs/jobs";
import { useNowMs } from "@/live/now";
import { formatNumber, NOTHING } from "@/show/format";
import { When } from "@/show/show";
import { soFar, type Window } from "@/view/period";
import { useChangeSearch, useSearchText } from "@/view/search";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

function useSeconds(): (seconds: number | null) => string {
  const say = useWords(words);
  const language = useLanguage();
  return (seconds) => (seconds === null ? NOTHING : say("short", { time: formatNumber(seconds, language, seconds < 10 ? 3 : 1) }));
}

function Histogram({ one, name, ask }: { one: OfProduct; name: string; ask: Asks }) {
  const say = useWords(words);
  const language = useLanguage();
  const text = useSeconds();
  const [at, setAt] = useState(() => binOf(one.bins, one.p50_s) ?? 0);
  const most = Math.max(1, ...one.bins.map((bin) => bin.pieces));
  const marks = new Map<number | null, string[]>();
  for (const [mark, seconds] of [["ideal", one.ideal_s], ["best", one.best_s], ["median", one.p50_s]] as const) {
    const bin = binOf(one.bins, seconds);
    marks.set(bin, [...(marks.get(bin) ?? []), say(mark)]);
  }
  const lines: (number | null)[] = [...marks.keys()]; // each its own, so that neighbours can be read
  const picked = one.bins[at];
  const go = (event: KeyboardEvent) => {
    const next = moved(at, event.key, one.bins.length);
    if (next !== at) event.preventDefault();
    setAt(next);
  };
  return (
    <div className={css.plot} data-testid="cycle-histogram">
      <div className={css.bars} role="slider" tabIndex={0} onKeyDown={go} aria-label={`${say("histogram", { product: name })}. ${say("keys")}`} aria-valuemin={1} aria-valuemax={one.bins.length} aria-valuenow={at + 1} aria-valuetext={picked && say("bin", { low: text(picked.low_s), high: text(picked.high_s), pieces: formatNumber(picked.pieces, language) })}>
        {one.bins.map((bin, n) => <span key={bin.low_s} className={css.column} data-picked={n === at} data-mark={marks.get(n)?.join(" · ")} data-line={lines.indexOf(n)} onPointerEnter={() => setAt(n)}><span className={css.fill} style={{ height: `${(bin.pieces / most) * 70}%` }} /></span>)}
      </div>
      <div className={css.axis} data-testid="cycle-axis"><span>{text(one.bins[0]?.low_s ?? null)}</span><span>{say("scale")}</span><span>{text(one.bins.at(-1)?.high_s ?? null)}</span></div>
      <div className={css.said} data-testid="cycle-bin">
        {picked && <Opens question={picked.pieces > 0 ? ask(`p50/bin:${at}`) : null} testid="cycle-bin-opens">{say("bin", { low: text(picked.low_s), high: text(picked.high_s), pieces: formatNumber(picked.pieces, language) })}</Opens>}
        {one.slower > 0 && <>{" · "}<Opens question={ask("p50/slower")}>{say("slower", { pieces: formatNumber(one.slower, language) })}</Opens></>}
      </div>
    </div>
  );
}

type Asks = (figure: string) => Question;
/** What explains a figure of a product; what a running shift shows, up to now. */
const askOf = (data: CycleTimes, one: OfProduct): Asks => (figure) => ({ key: `cycle-times/product:${one.product ?? "-"}/${figure}`, equipmentId: data.equipment_id, start: data.start, end: data.until });

interface OpenProps { ask: Asks; figure: string; value: number | null; children: ReactNode }
const Opened = ({ ask, figure, value, children }: OpenProps) => <Opens question={value === null ? null : ask(figure)} testid={`cycle-${figure}`}>{children}</Opens>;

interface RowProps { one: OfProduct; ask: Asks; chosen: boolean; onPick: () => void }
function Row({ one, ask, chosen, onPick }: RowProps) {
  const say = useWords(words);
  const language = useLanguage();
  const text = useSeconds();
  const nameOf = useProductName();
  return (
    <tr data-chosen={chosen} data-testid={`cycle-${keyOf(one)}`}>
      <th scope="row"><button type="button" className={css.pick} aria-pressed={chosen} onClick={onPick}>{one.product === null ? say("none") : nameOf(one.product)}</button>{one.missing && <span className={css.under}>{say(one.missing)}</span>}</th>
      <td><Opened ask={ask} figure="actual/sum:pieces" value={one.produced}>{formatNumber(one.produced, language)}</Opened></td>
      <td><Opened ask={ask} figure="ideal" value={one.ideal_s}>{text(one.ideal_s)}</Opened></td>
      <td><Opened ask={ask} figure="best" value={one.best_s}>{text(one.best_s)}</Opened>{one.best_from && <span className={css.under}><When at={one.best_from} as="minute" /></span>}</td>
      <td><Opened ask={ask} figure="actual" value={one.actual_s}>{text(one.actual_s)}</Opened></td>
      <td><Opened ask={ask} figure="p50" value={one.p50_s}>{text(one.p50_s)}</Opened></td>
      <td>{one.p10_s === null ? NOTHING : <><Opened ask={ask} figure="p10" value={one.p10_s}>{text(one.p10_s)}</Opened> – <Opened ask={ask} figure="p90" value={one.p90_s}>{text(one.p90_s)}</Opened></>}</td>
      <td><Opened ask={ask} figure="throughput" value={one.throughput}>{formatNumber(one.throughput, language)}</Opened></td>
    </tr>
  );
}

function useTable(here: Equipment): (products: readonly OfProduct[]) => Table {
  const say = useWords(words);
  const nameOf = useProductName();
  const named = (one: OfProduct) => (one.product === null ? say("none") : nameOf(one.product));
  return (products) => ({
    name: `${say("title")} ${here.name}`,
    head: [say("product"), say("pieces"), `${say("ideal")} (s)`, `${say("best")} (s)`, `${say("actual")} (s)`, "10 % (s)", "50 % (s)", "90 % (s)", say("throughput"), ">= (s)", "< (s)", say("pieces")],
    rows: products.flatMap((one) => [
      [named(one), one.produced, one.ideal_s, one.best_s, one.actual_s, one.p10_s, one.p50_s, one.p90_s, one.throughput, null, null, null],
      ...one.bins.filter((bin) => bin.pieces > 0).map((bin) => [named(one), null, null, null, null, null, null, null, null, bin.low_s, bin.high_s, bin.pieces]),
    ]),
  });
}

export default function CyclesPanel({ equipment, window }: { equipment: Equipment; window: Window }) {
  const say = useWords(words);
  const change = useChangeSearch();
  const { product } = useSearchText();
  const table = useTable(equipment);
  const nameOf = useProductName();
  const isLong = window.t1 - window.t0 > LONGEST_MS;
  const { data, error, isPending, refetch, dataUpdatedAt: readMs } = useQuery({ ...cycleTimesQuery(equipment.id, soFar(window, useNowMs(), 60_000)), placeholderData: keepPreviousData, enabled: !isLong });
  if (isLong) return <Empty title={say("tooLong")} hint={say("tooLongHint")} />;
  if (error && !data) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
  if (isPending || !data) return <Waiting lines={6} />;
  const chosen = data.products.find((one) => keyOf(one) === product) ?? data.products[0];
  if (!chosen) return <Empty title={say("empty")} hint={say("emptyHint")} />;
  const heads = ["product", "pieces", "ideal", "best", "actual", "median", "range", "throughput"] as const;
  return (
    <div className={css.box} data-testid="cycle-times">
      <div className={css.head}><p className={css.hint}>{say("hint")}</p><Give of={{ here: equipment, start: data.start, end: data.end, readMs }} table={() => table(data.products)} /></div>
      <table className={css.table}>
        <thead><tr>{heads.map((head) => <th key={head} scope="col">{say(head)}</th>)}</tr></thead>
        <tbody>{data.products.map((one) => <Row key={keyOf(one)} one={one} ask={askOf(data, one)} chosen={one === chosen} onPick={() => change({ product: keyOf(one) })} />)}</tbody>
      </table>
      {chosen.bins.length > 0 && <Histogram key={keyOf(chosen)} one={chosen} ask={askOf(data, chosen)} name={chosen.product === null ? say("none") : nameOf(chosen.product)} />}
    </div>
  );
}
