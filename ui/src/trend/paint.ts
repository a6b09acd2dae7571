// Draws a trend onto a canvas: curves over the states behind them, each pen told by colour, dashes and number.
import { formatMeasured, formatMoment, formatNumber, type Reader } from "@/show/format";
import { ticks } from "@/timeline/axis";
import type { Colours } from "@/timeline/colours";
import type { View } from "@/timeline/keys";
import { GAP_PX, type Lane, paintLane, type Pens as LanePens } from "@/timeline/lanes";
import { HEIGHT, xOf } from "@/timeline/paint";
import { goneIn, paintGone } from "@/trend/gone";
import { axisPx, type Box, type Layout, QUALITY_PX } from "@/trend/layout";
import { marks, type Range } from "@/trend/scale";
import { drawLine } from "@/trend/line";
import { beginning, type Curve, newsSince } from "@/trend/trace";

export const FONT = '500 11.5px "Inter Variable", sans-serif';
const DAY_LABEL_PX = 72;
const MARK_PX = 34; // between two marks of a scale
const DASHES_PX = 5_400; // every pattern of dashes fits into it: 4, 5, 12, 18

export interface DrawnPen { no: number; tag: number; look: number; axis: string; colour: string; dash: readonly number[]; curve: Curve; then: Curve | null }
export interface Axis { key: string; unit: string; range: Range; nos: readonly number[]; colour: string }
export interface Cursor { ms: number; name: string; pinned: boolean }
export interface Picture {
  view: View; layout: Layout; pens: readonly DrawnPen[]; axes: readonly Axis[]; lanes: readonly Lane[]; shiftMs: number; cursors: readonly Cursor[]; nowMs: number;
  look: { colours: Colours; fills: LanePens["fills"]; reader: Reader };
}

type Pen2d = CanvasRenderingContext2D;
const clipTo = (pen: Pen2d, box: Box, draw: () => void): void => {
  pen.save();
  pen.beginPath();
  pen.rect(box.left, box.top, box.width, box.height);
  pen.clip();
  draw();
  pen.restore();
};

function paintTime(pen: Pen2d, { view, layout, look }: Picture): void {
  const { plot } = layout;
  const bottom = layout.lanes.top + layout.lanes.height;
  const found = ticks(view.t0, view.t1, { width: plot.width, zone: look.reader.zone });
  const scale = { ...view, width: plot.width };
  const days = found.filter((tick) => tick.style === "day").map((tick) => xOf(tick.ms, scale));
  pen.textBaseline = "alphabetic";
  for (const tick of found) {
    const x = xOf(tick.ms, scale);
    pen.fillStyle = look.colours.grid;
    pen.fillRect(Math.round(plot.left + x), plot.top, 1, bottom - plot.top + 4);
    if (tick.style !== "day" && days.some((day) => Math.abs(day - x) < DAY_LABEL_PX)) continue; // a day's name is wider than an hour's
    pen.textAlign = "center";
    pen.fillStyle = tick.style === "day" ? look.colours.ink : look.colours.inkSoft;
    pen.fillText(formatMoment(tick.ms, tick.style, look.reader), plot.left + x, bottom + 17);
  }
}

const yOf = (value: number, { low, high }: Range, box: Box): number => box.top + box.height - ((value - low) / (high - low)) * box.height;

/** What the marks of a scale say in a plot so high: as measured values do, with more digits where two would say the same (a counter, seen closely). */
export function marksOf({ range }: Pick<Axis, "range">, height: number, reader: Reader): { value: number; text: string }[] {
  const values = marks(range, height / MARK_PX);
  const texts = values.map((value) => formatMeasured(value, reader.language));
  if (new Set(texts).size === texts.length) return values.map((value, i) => ({ value, text: texts[i] ?? "" }));
  const apart = (values[1] ?? 0) - (values[0] ?? 0);
  const digits = Array.from({ length: 10 }, (_, n) => n).find((n) => values.every((value) => Math.abs(Number(value.toFixed(n)) - value) < apart / 100)) ?? 10;
  return values.map((value) => ({ value, text: formatNumber(value, reader.language, digits) }));
}

/** How wide a scale is, told before the plot is laid out: its marks are those of at most so high a plot. */
export const axisWidth = (axis: Axis, height: number, reader: Reader): number => axisPx(marksOf(axis, height, reader).map(({ text }) => text));

/** Whose scale it is, in so many px: pens that have no room are said by an ellipsis. */
export function axisTitle({ nos, unit }: Pick<Axis, "nos" | "unit">, px: number, measure: (text: string) => number): string {
  const title = (count: number) => [[...nos.slice(0, count), ...(count < nos.length ? ["…"] : [])].join(" "), unit].filter(Boolean).join(" · ");
  for (let count = nos.length; count > 0; count--) if (measure(title(count)) <= px) return title(count);
  return unit;
}

function paintAxes(pen: Pen2d, { axes, layout, look }: Picture): void {
  const { plot } = layout;
  let right = plot.left - 8;
  layout.axes.forEach((px, i) => {
    const axis = axes[i];
    if (!axis) return;
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    for (const { value, text } of marksOf(axis, plot.height, look.reader)) {
      const y = Math.round(yOf(value, axis.range, plot));
      if (i === 0) {
        pen.fillStyle = look.colours.grid;
        pen.fillRect(plot.left, y, plot.width, 1);
      }
      pen.fillStyle = axis.nos.length === 1 && axes.length > 1 ? axis.colour : look.colours.inkSoft;
      pen.fillText(text, right, y);
    }
    pen.fillStyle = look.colours.ink;
    pen.fillText(axisTitle({ nos: axes.length > 1 ? axis.nos : [], unit: axis.unit }, px - 6, (text) => pen.measureText(text).width), right, plot.top - 14);
    right -= px;
  });
}

/** Behind the curves: what was not as it should be, faintly, over the whole height. */
function paintTints(pen: Pen2d, { lanes, layout, view, look }: Picture): void {
  const lane = lanes.find((one) => one.kind === "states");
  if (lane?.kind !== "states") return;
  const { plot } = layout;
  clipTo(pen, plot, () => {
    pen.globalAlpha = 0.28;
    for (const bar of lane.bars) {
      if (HEIGHT[bar.look.tone] < 0.7) continue;
      const [x0, x1] = [xOf(bar.t0, { ...view, width: plot.width }), xOf(bar.t1, { ...view, width: plot.width })];
      if (x1 < 0 || x0 > plot.width) continue;
      pen.fillStyle = look.fills[bar.look.tone];
      pen.fillRect(plot.left + x0, plot.top, Math.max(1, x1 - x0), plot.height);
    }
  });
}

function paintLanes(pen: Pen2d, { lanes, layout, view, look }: Picture): void {
  const box = layout.lanes;
  if (box.height === 0) return;
  clipTo(pen, box, () => {
    pen.translate(box.left, 0);
    pen.textAlign = "left";
    let top = box.top;
    for (const lane of lanes) {
      paintLane(pen, lane, { frame: { ...view, width: box.width, top, height: lane.height }, pens: { colours: look.colours, fills: look.fills, font: FONT } });
      top += lane.height + GAP_PX;
    }
  });
  let top = box.top;
  pen.font = FONT;
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  pen.fillStyle = look.colours.inkSoft;
  for (const lane of lanes) {
    pen.fillText(lane.label, box.left - 8, top + lane.height / 2, box.left - 12);
    top += lane.height + GAP_PX;
  }
}

function paintPen(pen: Pen2d, one: DrawnPen, { view, layout, axes, shiftMs, look }: Picture): void {
  const { plot } = layout;
  const range = axes.find((axis) => axis.key === one.axis)?.range;
  if (!range) return;
  const x = (ms: number) => plot.left + xOf(ms, { ...view, width: plot.width });
  const y = (value: number) => yOf(value, range, plot);
  const msPerPx = (view.t1 - view.t0) / plot.width;
  const from = plot.left - ((view.t0 / msPerPx) % DASHES_PX); // dashes stay where they are on the curve
  pen.fillStyle = one.colour;
  if (one.then) drawLine(pen, one.then, { scale: { x: (ms) => x(ms - shiftMs), y }, stroke: { width: 1.2, dash: [2, 2], from, strength: 0.8 } });
  const end = drawLine(pen, one.curve, { scale: { x, y }, stroke: { width: 1.6, dash: one.dash, from, strength: 1 } });
  if (!end) return;
  const [atX, atY] = [Math.min(end[0] + 5, plot.left + plot.width + 5), Math.max(plot.top + 6, Math.min(end[1], plot.top + plot.height - 6))];
  pen.textAlign = "left";
  pen.textBaseline = "middle";
  pen.strokeStyle = look.colours.panel;
  pen.lineWidth = 3;
  pen.strokeText(String(one.no), atX, atY);
  pen.fillStyle = one.colour;
  pen.fillText(String(one.no), atX, atY);
}

/** One row for each pen that has something to tell: hatched where there is no value, striped where it is in doubt. */
function paintQuality(pen: Pen2d, rows: readonly DrawnPen[], { view, layout, look }: Picture): void {
  const box = layout.quality;
  const x = (ms: number) => box.left + Math.max(0, Math.min(xOf(ms, { ...view, width: box.width }), box.width));
  rows.forEach((one, row) => {
    const top = box.top + row * QUALITY_PX;
    for (const { t0, t1, tone } of doubts(one.curve)) {
      pen.fillStyle = look.fills[tone];
      pen.fillRect(x(t0), top + 1, Math.max(2, x(t1) - x(t0)), QUALITY_PX - 4);
      pen.strokeStyle = look.colours.inkSoft;
      pen.lineWidth = 0.5;
      pen.strokeRect(x(t0), top + 1, Math.max(2, x(t1) - x(t0)), QUALITY_PX - 4);
    }
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    pen.font = '600 9px "Inter Variable", sans-serif';
    pen.fillStyle = one.colour;
    pen.fillText(String(one.no), box.left - 8, top + QUALITY_PX / 2);
    pen.font = FONT;
  });
}

export interface Doubt { t0: number; t1: number; tone: "void" | "warning" }
const doubtsOf = new WeakMap<Curve, readonly Doubt[]>();
/** Where a curve has no value, from the first moment in view, and where a bucket holds samples that are not good. */
export function doubts(curve: Curve): readonly Doubt[] {
  const known = doubtsOf.get(curve);
  if (known) return known;
  const found = doubtsIn(curve);
  doubtsOf.set(curve, found);
  return found;
}

/** When the first value came that is newer than all that was read. */
function liveFrom({ segments, tail }: Curve): number {
  const since = newsSince(segments);
  return tail.find(({ tsMs, value }) => tsMs > since && value !== null)?.tsMs ?? Number.POSITIVE_INFINITY;
}

function doubtsIn(curve: Curve): Doubt[] {
  const { segments } = curve;
  const until = Math.min(curve.until, liveFrom(curve));
  const found: Doubt[] = [];
  const add = (t0: number, t1: number, tone: Doubt["tone"]) => {
    const last = found.at(-1);
    if (last && last.tone === tone && t0 <= last.t1 + 1e-3) last.t1 = Math.max(last.t1, t1);
    else if (t1 > t0) found.push({ t0, t1, tone });
  };
  for (const segment of segments) {
    const { tile, from, to, t0, t1 } = segment;
    const first = from < to ? (tile.at[from] as number) : Math.min(t1, until);
    const went = Math.min(...tile.gone.filter((one) => one.t1 > t0).map((one) => one.t0)); // from there a ground of its own tells it
    if (Number.isNaN(beginning(segment))) add(t0, Math.min(first, went), "void");
    for (let i = from; i < to; i++) {
      const at = tile.at[i] as number;
      const next = i + 1 < tile.at.length ? (tile.at[i + 1] as number) : Math.min(t1, until);
      if (!tile.held[i]) add(Number.isNaN(tile.last[i] as number) ? at : at + tile.wide, next, "void");
      else if ((tile.good[i] as number) < (tile.n[i] as number)) add(at, at + tile.wide, "warning");
    }
  }
  return found;
}

function paintCursors(pen: Pen2d, { cursors, view, layout, nowMs, look }: Picture): void {
  const { plot, lanes } = layout;
  const x = (ms: number) => plot.left + xOf(ms, { ...view, width: plot.width });
  const inView = (ms: number) => ms >= view.t0 && ms <= view.t1;
  pen.fillStyle = look.colours.inkSoft;
  if (inView(nowMs)) pen.fillRect(Math.round(x(nowMs)), plot.top, 1, plot.height);
  for (const { ms, name, pinned } of cursors) {
    if (!inView(ms)) continue;
    const at = Math.round(x(ms));
    pen.fillStyle = look.colours.ink;
    pen.fillRect(at, plot.top, pinned ? 2 : 1, lanes.top + lanes.height - plot.top);
    if (!pinned) continue;
    pen.fillRect(at - 8, plot.top - 18, 18, 16);
    pen.fillStyle = look.colours.panel;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText(name, at + 1, plot.top - 9.5);
  }
}

export const doubtful = (pens: readonly DrawnPen[]): DrawnPen[] => pens.filter((one) => doubts(one.curve).length > 0);

export function paintTrend(pen: Pen2d, picture: Picture): void {
  pen.font = FONT;
  paintTime(pen, picture);
  paintAxes(pen, picture);
  paintTints(pen, picture);
  const { plot } = picture.layout;
  pen.save();
  pen.beginPath();
  pen.rect(plot.left, plot.top - 2, plot.width + 24, plot.height + 4);
  pen.clip();
  const { plot: box } = picture.layout;
  const { colours } = picture.look;
  for (const one of picture.pens) paintGone(pen, goneIn(one.curve.segments), { box, view: picture.view, ground: colours.band, line: colours.inkSoft });
  for (const one of picture.pens) paintPen(pen, one, picture);
  pen.restore();
  paintQuality(pen, doubtful(picture.pens), picture);
  paintLanes(pen, picture);
  paintCursors(pen, picture);
}
