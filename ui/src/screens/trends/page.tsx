// The trend screen: signals over time, moved by hand; the address keeps everything that is seen.
import { useCallback, useMemo, useState } from "react";
import { get } from "@/api/client";
import type { Page, TagValue, Wiring } from "@/api/types";
import { type Asked, CorrectDialog } from "@/corrections/dialog";
import { Empty } from "@/design/notice";
import { AsKnown, SENT } from "@/screens/trends/as-known";
import { AddPen } from "@/screens/trends/add-pen";
import { Compare } from "@/screens/trends/compare";
import { Picture } from "@/screens/trends/picture";
import { PensTable, type Second } from "@/screens/trends/pens-table";
import { SavedViews } from "@/screens/trends/saved";
import { TimeTools } from "@/screens/trends/tools";
import css from "@/screens/trends/trends.module.css";
import { useAsked } from "@/screens/trends/use-asked";
import { figuresSpan, figuresSpanThen, useMoments, useStatistics } from "@/screens/trends/use-figures";
import { usePens } from "@/screens/trends/use-pens";
import { words } from "@/screens/trends/words";
import { changed, type Pen, without, withTag } from "@/trend/pens";
import { useWords } from "@/words/words";

const NOTHING_ASKED: readonly number[] = [];
const NEWEST_MS = 5_000; // how often the newest values are asked for; the curves are live in between

/** When the first sample of any of these tags was taken, ms. */
async function firstOf(tags: readonly number[], nowMs: number): Promise<number | null> {
  const pages = await Promise.all(tags.map((tag) => get<Page<TagValue>>(`/tags/${tag}/samples`, { start: "1970-01-02T00:00:00Z", end: new Date(nowMs).toISOString(), limit: 1 })));
  const moments = pages.flatMap(({ items }) => items.map(({ ts }) => Date.parse(ts)));
  return moments.length > 0 ? Math.min(...moments) : null;
}

export default function TrendsPage() {
  const say = useWords(words);
  const trend = useAsked();
  const { pens, view, viewNow, following, a, b, shiftMs, nowMs, asOf, beside, show, set } = trend;
  const known = usePens(pens);
  const [hoverMs, setHover] = useState<number | null>(null);
  const tags = useMemo(() => pens.map((pen) => pen.tag), [pens]);
  const atA = a ?? hoverMs ?? Math.min(view.t1, nowMs);
  const newest = a === null && hoverMs === null && atA === nowMs;
  const momentsA = useMoments(tags, newest ? Math.ceil(nowMs / NEWEST_MS) * NEWEST_MS : atA, asOf);
  const atThen = (newest ? Math.floor(nowMs / NEWEST_MS) * NEWEST_MS : atA) + (shiftMs ?? 0);
  const momentsB = useMoments(tags, b, asOf);
  const isThen = shiftMs !== null || beside !== null;
  const momentsThen = useMoments(tags, isThen ? atThen : null, beside ?? asOf);
  const statistics = useStatistics(tags, figuresSpan(view, { nowMs, following }), asOf);
  const statisticsThen = useStatistics(isThen ? tags : NOTHING_ASKED, figuresSpanThen(view, shiftMs ?? 0, { nowMs, following }), beside ?? asOf);
  const seconds = useMemo((): Second[] => [
    ...(b === null ? [] : [{ name: say("at", { name: "B" }), moments: momentsB, testid: "pen-b" }]),
    ...(isThen ? [{ name: say(beside === null ? "then" : beside === SENT ? "sent" : "known"), moments: momentsThen, testid: "pen-then" }] : []),
  ], [say, b === null, momentsB, isThen, beside, momentsThen]); // eslint-disable-line react-hooks/exhaustive-deps -- where cursor B is does not matter
  const onGo = async (where: "first" | "now") => {
    const spanMs = view.t1 - view.t0;
    if (where === "now") return show({ spanMs });
    const first = await firstOf(tags, nowMs).catch(() => null); // what cannot be read now stays where it is
    if (first !== null) show({ view: { t0: first - spanMs * 0.05, t1: first + spanMs * 0.95 } });
  };
  const onChange = useCallback((tag: number, how: Partial<Pen>) => set({ pens: changed(pens, tag, how) }, "replace"), [set, pens]);
  const onRemove = useCallback((tag: number) => set({ pens: without(pens, tag) }), [set, pens]);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [from, to] = a === null || b === null ? [null, null] : [Math.min(a, b), Math.max(a, b)];
  const onCorrect = useMemo(() => (from === null || to === null || from === to ? null : (tag: Wiring) => setAsked({ tag, span: { t0: from, t1: to }, what: "amend" })), [from, to]);
  const equipment = useMemo(() => [...new Set(known.flatMap(({ tag }) => (tag ? [tag.equipment_id] : [])))], [known]);
  const onAdd = useCallback((tag: number) => set({ pens: withTag(pens, tag) }), [set, pens]);
  return (
    <div className={css.page}>
      <div className={css.titleRow}><h1>{say("title")}</h1><TimeTools span={Math.round(view.t1 - view.t0)} viewNow={viewNow} following={following} show={show} /></div>
      <div className={css.titleRow}>
        <AddPen taken={tags} onAdd={onAdd} />
        <div className={css.tools}>{pens.length > 0 && <Compare shiftMs={shiftMs} beginMs={shiftMs === null ? null : view.t0} viewNow={viewNow} set={set} equipmentId={equipment[0] ?? null} />}{pens.length > 0 && <AsKnown asOf={asOf} beside={beside} set={set} />}<SavedViews equipment={equipment} /></div>
      </div>
      {pens.length === 0 && <div className={css.panel}><Empty icon="trend" title={say("none")} hint={say("noneHint")} /></div>}
      {pens.length > 0 && <Picture trend={trend} known={known} hoverMs={hoverMs} atMs={atA} onHover={setHover} onGo={(where) => void onGo(where)} />}
      {pens.length > 0 && <div className={css.panel}><PensTable pens={known} a={momentsA} nameA={a === null ? say("here") : say("at", { name: "A" })} seconds={seconds} statistics={statistics} then={isThen ? statisticsThen : null} onChange={onChange} onRemove={onRemove} onCorrect={onCorrect} /></div>}
      <CorrectDialog asked={asked} onClose={() => setAsked(null)} />
    </div>
  );
}
