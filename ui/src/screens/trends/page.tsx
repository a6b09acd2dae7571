// The trend screen: signals over time, moved by hand; the address keeps everything that is seen.
import { useCallback, useMemo, useState } from "react";
import { get } from "@/api/client";
import type { Page, TagValue } from "@/api/types";
import { Empty } from "@/design/notice";
import { AddPen } from "@/screens/trends/add-pen";
import { PensTable, useMoments } from "@/screens/trends/pens-table";
import { TimeTools } from "@/screens/trends/tools";
import css from "@/screens/trends/trends.module.css";
import { useAsked } from "@/screens/trends/use-asked";
import { drawable, useHoldsUntil, usePens } from "@/screens/trends/use-pens";
import { words } from "@/screens/trends/words";
import { formatDuration, formatMoment } from "@/show/format";
import { useReader } from "@/show/show";
import type { Lane } from "@/timeline/lanes";
import { Chart } from "@/trend/chart";
import { changed, type Pen, without, withTag } from "@/trend/pens";
import { useWords } from "@/words/words";

const HEIGHT_PX = 420;
const NO_LANES: readonly Lane[] = [];

/** When the first sample of any of these tags was taken, ms. */
async function firstOf(tags: readonly number[], nowMs: number): Promise<number | null> {
  const pages = await Promise.all(tags.map((tag) => get<Page<TagValue>>(`/tags/${tag}/samples`, { start: "1970-01-02T00:00:00Z", end: new Date(nowMs).toISOString(), limit: 1 })));
  const moments = pages.flatMap(({ items }) => items.map(({ ts }) => Date.parse(ts)));
  return moments.length > 0 ? Math.min(...moments) : null;
}

export default function TrendsPage() {
  const say = useWords(words);
  const reader = useReader();
  const trend = useAsked();
  const { pens, view, a, b, nowMs, show, set } = trend;
  const known = usePens(pens);
  const drawn = useMemo(() => known.filter(drawable), [known]);
  const holdsUntil = useHoldsUntil(drawn);
  const [hoverMs, setHover] = useState<number | null>(null);
  const tags = useMemo(() => pens.map((pen) => pen.tag), [pens]);
  const atA = a ?? hoverMs ?? Math.min(view.t1, nowMs);
  const momentsA = useMoments(tags, atA);
  const momentsB = useMoments(tags, b);
  const cursors = useMemo(() => [...(a === null ? [] : [{ ms: a, name: "A", pinned: true }]), ...(b === null ? [] : [{ ms: b, name: "B", pinned: true }])], [a, b]);
  const onCursor = useCallback((name: string, ms: number | null) => set(name === "A" ? { a: ms } : { b: ms }, "replace"), [set]);
  const onGo = async (where: "first" | "now") => {
    const spanMs = view.t1 - view.t0;
    if (where === "now") return show({ spanMs });
    const first = await firstOf(tags, nowMs).catch(() => null); // what cannot be read now stays where it is
    if (first !== null) show({ view: { t0: first - spanMs * 0.05, t1: first + spanMs * 0.95 } });
  };
  const onChange = useCallback((tag: number, how: Partial<Pen>) => set({ pens: changed(pens, tag, how) }, "replace"), [set, pens]);
  const onRemove = useCallback((tag: number) => set({ pens: without(pens, tag) }), [set, pens]);
  const moment = (ms: number) => formatMoment(ms, "exact", reader);
  return (
    <div className={css.page}>
      <div className={css.titleRow}><h1>{say("title")}</h1><TimeTools trend={trend} /></div>
      <div className={css.titleRow}><AddPen taken={tags} onAdd={(tag) => set({ pens: withTag(pens, tag) })} /></div>
      {pens.length === 0 && <div className={css.panel}><Empty icon="trend" title={say("none")} hint={say("noneHint")} /></div>}
      {pens.length > 0 && (
        <div className={css.panel}>
          <div className={css.readout} role="status" data-testid="trend-cursor">{b === null ? (a === null ? moment(atA) : say("cursors", { a: moment(a) })) : say("both", { a: moment(atA), b: moment(b), apart: formatDuration((b - atA) * 1000, reader.language) })}</div>
          <Chart pens={drawn} view={view} shiftMs={trend.shiftMs} lanes={NO_LANES} hoverMs={a === null ? hoverMs : null} nowMs={nowMs} height={HEIGHT_PX} holdsUntil={holdsUntil} cursors={cursors} onView={(next) => show({ view: next })} onGo={(where) => void onGo(where)} onHover={setHover} onCursor={onCursor} />
        </div>
      )}
      {pens.length > 0 && <div className={css.panel}><PensTable pens={known} a={momentsA} b={momentsB} nameA={a === null ? say("here") : say("at", { name: "A" })} twice={b !== null} onChange={onChange} onRemove={onRemove} /></div>}
    </div>
  );
}
