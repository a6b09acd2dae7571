// The picture with what belongs to it: what is behind the curves, the cursors, and the ways to keep it.
import { Button, Chip } from "@mantine/core";
import { useCallback, useMemo, useRef, useState } from "react";
import type { Problem } from "@/api/problem";
import { useEquipment } from "@/app/equipment";
import { ProblemNotice } from "@/design/notice";
import { ExportButton } from "@/exports/export-dialog";
import { SENT, useKnownName } from "@/screens/trends/as-known";
import { BANDS } from "@/screens/trends/state";
import css from "@/screens/trends/trends.module.css";
import type { Trending } from "@/screens/trends/use-asked";
import { useBands } from "@/screens/trends/use-bands";
import { drawable, type KnownPen, useHoldsUntil } from "@/screens/trends/use-pens";
import { words } from "@/screens/trends/words";
import { formatDuration, formatMoment } from "@/show/format";
import { useReader } from "@/show/show";
import { download } from "@/signals/csv";
import { Chart } from "@/trend/chart";
import { goneIn } from "@/trend/gone";
import { GoneNote, type GoneOfPen } from "@/trend/gone-note";
import { QUALITY_PX } from "@/trend/layout";
import type { Picture as Drawn } from "@/trend/paint";
import { type Named, pictureOf, rowsOf, savePicture } from "@/trend/save";
import { useWords } from "@/words/words";

const HEIGHT_PX = 400;
const LANES_PX = 24; // what a lane adds
const PENS = 6; // so many rows of quality the picture has room for; each further one adds its own

interface PictureProps { trend: Trending; known: readonly KnownPen[]; hoverMs: number | null; atMs: number; onHover: (ms: number | null) => void; onGo: (where: "first" | "now") => void }

function Cursors({ trend, atMs, doing }: { trend: Trending; atMs: number; doing: readonly string[] }) {
  const say = useWords(words);
  const reader = useReader();
  const { a, b, set } = trend;
  const moment = (ms: number) => formatMoment(ms, "exact", reader);
  const text = b !== null ? say("both", { a: moment(atMs), b: moment(b), apart: formatDuration((b - atMs) * 1000, reader.language) }) : a !== null ? say("cursors", { a: moment(a) }) : moment(atMs);
  return (
    <div className={css.readout} role="status" data-testid="trend-cursor">
      <span>{text}</span>
      {(a !== null || b !== null) && <button type="button" className={css.small} onClick={() => set({ a: null, b: null }, "replace")} data-testid="cursors-clear">{say("clear")}</button>}
      {doing.map((one) => <span key={one}>{one}</span>)}
    </div>
  );
}

/** What a picture has to say of itself to who was not there: what is dotted, as known when, where the cursors are. */
function useNotes({ view, shiftMs, asOf, beside, a, b }: Trending): () => string[] {
  const say = useWords(words);
  const reader = useReader();
  const nameOf = useKnownName();
  const moment = (ms: number) => formatMoment(ms, "full", reader);
  const exact = (ms: number) => formatMoment(ms, "exact", reader);
  return () => [
    ...(shiftMs === null ? [] : [say("dotted", { start: moment(view.t0 + shiftMs), end: moment(view.t1 + shiftMs) })]),
    ...(beside === null ? [] : [beside === SENT ? say("besideSent") : say("besideKnown", { known: nameOf(beside) })]),
    ...(asOf === null ? [] : [say(asOf === SENT ? "asSentNote" : "asKnownNote", { known: nameOf(asOf) })]),
    ...(a !== null && b !== null ? [say("both", { a: exact(a), b: exact(b), apart: formatDuration((b - a) * 1000, reader.language) })] : a !== null ? [say("cursors", { a: exact(a) })] : b !== null ? [say("cursorB", { b: exact(b) })] : []),
  ];
}

/** A file for those who have no access: named after what it shows. */
function useSaving(known: readonly KnownPen[], compared: string, notes: () => string[]) {
  const reader = useReader();
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawn = useRef<Drawn>(null);
  const names = known.filter(drawable).map(({ pen, no, tag, unit }): Named => ({ tag: pen.tag, no, path: tag?.path ?? "", unit }));
  const file = (ending: string) => `trend-${new Date(drawn.current?.view.t0 ?? 0).toISOString().slice(0, 16)}.${ending}`;
  const csv = () => { if (drawn.current) download(file("csv"), rowsOf(drawn.current, names, compared), reader.language); };
  const png = () => {
    if (!canvas.current || !drawn.current) return;
    const { view, pens } = drawn.current;
    const title = `${formatMoment(view.t0, "full", reader)} – ${formatMoment(view.t1, "full", reader)} ${reader.zone ?? ""}`;
    savePicture(pictureOf(canvas.current, drawn.current, { title, names: names.filter((name) => pens.some((one) => one.tag === name.tag)), notes: notes() }), file("png").replaceAll(":", "-"));
  };
  return { canvas, drawn, csv, png };
}

export function Picture({ trend, known, hoverMs, atMs, onHover, onGo }: PictureProps) {
  const say = useWords(words);
  const { view, a, b, shiftMs, nowMs, bands, asOf, beside, show, set } = trend;
  const pens = useMemo(() => known.filter(drawable), [known]);
  const holdsUntil = useHoldsUntil(pens);
  const behind = useBands(known, bands, { view, nowMs, asOf });
  const { canvas, drawn, csv, png } = useSaving(known, say(beside === null ? "then" : beside === SENT ? "sent" : "known"), useNotes(trend));
  const nameOf = useKnownName();
  const [failure, setFailure] = useState<Problem | null>(null);
  const [gone, setGone] = useState<readonly GoneOfPen[]>([]);
  const cursors = useMemo(() => [...(a === null ? [] : [{ ms: a, name: "A", pinned: true }]), ...(b === null ? [] : [{ ms: b, name: "B", pinned: true }])], [a, b]);
  const onCursor = useCallback((name: string, ms: number | null) => set(name === "A" ? { a: ms } : { b: ms }, "replace"), [set]);
  const pathOf = useMemo(() => new Map(pens.map(({ pen, tag }) => [pen.tag, tag?.path ?? ""])), [pens]);
  const onDrawn = useCallback((picture: Drawn, problem: Problem | null) => {
    drawn.current = picture;
    setFailure(problem);
    const found = picture.pens.flatMap(({ no, tag, curve }) => goneIn(curve.segments).map((one) => ({ ...one, name: `${no} ${pathOf.get(tag) ?? ""}`.trim() })));
    setGone((before) => (JSON.stringify(before) === JSON.stringify(found) ? before : found));
  }, [drawn, pathOf]);
  const { map } = useEquipment();
  const first = known.find(({ tag, pen }) => tag && !pen.hidden)?.tag;
  const node = first ? map.byId(first.equipment_id) : undefined;
  const owner = node ? { id: node.id, name: node.name } : null;
  const shown = useMemo(() => known.flatMap(({ pen, tag }) => (tag && !pen.hidden ? [pen.tag] : [])), [known]);
  const inSight = () => ({ t0: view.t0, t1: Math.max(view.t0 + 1, Math.min(view.t1, nowMs)) });
  const toggled = (chosen: string[]) => set({ bands: BANDS.filter((band) => chosen.includes(band)) });
  return (
    <div className={css.panel}>
      <div className={css.bar}>
        <Chip.Group multiple value={[...bands]} onChange={toggled}>
          <span className={css.toggles} role="group" aria-label={say("bands")}>{BANDS.map((band) => <Chip key={band} size="xs" value={band} data-testid={`band-${band}`}>{say(band)}</Chip>)}</span>
        </Chip.Group>
        <span className={css.group}>
          <ExportButton tags={shown} span={inSight} asOf={asOf} equipment={owner} />
          <Button size="xs" variant="default" onClick={csv} title={say("saveCsvHint")} data-testid="trend-csv">{say("saveCsv")}</Button>
          <Button size="xs" variant="default" onClick={png} title={say("savePngHint")} data-testid="trend-png">{say("savePng")}</Button>
        </span>
      </div>
      {failure && <ProblemNotice error={failure} title={say("failed")} compact />}
      {asOf !== null && <p className={css.note} role="status" data-testid="as-known-note">{say(asOf === SENT ? "asSentNote" : "asKnownNote", { known: nameOf(asOf) })}</p>}
      {behind.tooLong && <p className={css.note}>{say("tooLong")}</p>}
      <GoneNote gone={gone} />
      <Cursors trend={trend} atMs={atMs} doing={behind.at(atMs)} />
      <Chart pens={pens} view={view} shiftMs={shiftMs} asOf={asOf} beside={beside} lanes={behind.lanes} hoverMs={a === null ? hoverMs : null} nowMs={nowMs} height={HEIGHT_PX + LANES_PX * behind.lanes.length + QUALITY_PX * Math.max(0, pens.length - PENS)} holdsUntil={holdsUntil} cursors={cursors} onView={(next) => show({ view: next })} onGo={onGo} onHover={onHover} onCursor={onCursor} onDrawn={onDrawn} canvasRef={canvas} />
    </div>
  );
}
