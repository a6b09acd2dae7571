// The lanes of a timeline: states of work units, spans with a name (shifts, jobs), pieces per minute.
import type { CountRecord } from "@/api/types";
import type { Tone } from "@/states/look";
import type { Colours } from "@/timeline/colours";
import { type Bar, barAt, fitted, type Frame, paintBars, xOf } from "@/timeline/paint";
import { paintSlow, type SlowSpan } from "@/timeline/slow";

export interface NamedSpan { t0: number; t1: number; label: string }
export interface Column { t0: number; t1: number; good: number; scrap: number }
export type Lane =
  | { kind: "states"; key: string; label: string; height: number; bars: readonly Bar[]; slow?: readonly SlowSpan[] }
  | { kind: "spans"; key: string; label: string; height: number; spans: readonly NamedSpan[]; tone?: Tone }
  | { kind: "columns"; key: string; label: string; height: number; columns: readonly Column[] };

export const GAP_PX = 6;
export interface Pens { colours: Colours; fills: Readonly<Record<Tone, string | CanvasPattern>>; font: string }

/** The units in which pieces were counted, that of the products (null) first: what stands in different ones is never summed. */
export const unitsOf = (records: readonly CountRecord[]): (string | null)[] => {
  const units = [...new Set(records.map((record) => record.unit))].sort((a, b) => (a ?? "").localeCompare(b ?? ""));
  return units.length > 0 ? units : [null];
};

/** Count records as columns of pieces per minute, by their own spans; good and scrap of one span in one column. */
export function columnsOf(records: readonly CountRecord[], atLeastMs: number): Column[] {
  const columns = new Map<number, Column>();
  for (const record of records) {
    const t0 = Math.floor(Date.parse(record.start) / atLeastMs) * atLeastMs;
    const column = columns.get(t0) ?? { t0, t1: t0 + atLeastMs, good: 0, scrap: 0 };
    if (record.kind === "good") column.good += record.quantity;
    if (record.kind === "scrap") column.scrap += record.quantity;
    columns.set(t0, column);
  }
  return [...columns.values()].sort((a, b) => a.t0 - b.t0);
}

const EDGE_PX = 3;

/** `tone`: what they say is abnormal, told by an edge above the name. */
function paintSpans(pen: CanvasRenderingContext2D, { spans, tone }: { spans: readonly NamedSpan[]; tone?: Tone }, look: { frame: Frame; pens: Pens }): void {
  const { frame, pens } = look;
  const edge = tone === undefined ? 0 : EDGE_PX;
  pen.font = pens.font;
  pen.textBaseline = "middle";
  for (const span of spans) {
    const x0 = Math.max(xOf(span.t0, frame), 0);
    const x1 = Math.min(xOf(span.t1, frame), frame.width);
    if (x1 <= x0) continue;
    pen.fillStyle = pens.colours.grid;
    pen.fillRect(x0 + 0.5, frame.top, Math.max(x1 - x0 - 1, 1), frame.height);
    if (tone !== undefined) {
      pen.fillStyle = pens.fills[tone];
      pen.fillRect(x0 + 0.5, frame.top, Math.max(x1 - x0 - 1, 1), x1 - x0 < 24 ? frame.height : edge); // a narrow one is told by its height
    }
    if (x1 - x0 < 24) continue;
    pen.fillStyle = pens.colours.ink;
    pen.fillText(fitted(pen, span.label, x1 - x0 - 10), x0 + 6, frame.top + edge + (frame.height - edge) / 2 + 0.5);
  }
}

function paintColumns(pen: CanvasRenderingContext2D, columns: readonly Column[], look: { frame: Frame; pens: Pens }): void {
  const { frame, pens } = look;
  const top = Math.max(1, ...columns.map((column) => column.good + column.scrap));
  for (const column of columns) {
    const x0 = Math.max(xOf(column.t0, frame), 0);
    const x1 = Math.min(xOf(column.t1, frame), frame.width);
    if (x1 <= 0 || x0 >= frame.width) continue;
    const width = Math.max(x1 - x0 - (x1 - x0 > 3 ? 1 : 0), 1);
    const good = (Math.max(column.good, 0) / top) * frame.height;
    const scrap = (Math.max(column.scrap, 0) / top) * frame.height;
    pen.fillStyle = pens.colours.fill.normal;
    pen.fillRect(x0, frame.top + frame.height - good, width, good);
    pen.fillStyle = pens.colours.fill.fault;
    pen.fillRect(x0, frame.top + frame.height - good - scrap, width, scrap);
  }
}

export function paintLane(pen: CanvasRenderingContext2D, lane: Lane, look: { frame: Frame; pens: Pens }): void {
  if (lane.kind === "states") {
    paintBars(pen, lane.bars, { frame: look.frame, fills: look.pens.fills });
    paintSlow(pen, lane.slow ?? [], { frame: look.frame, ink: look.pens.colours.ink });
  } else if (lane.kind === "spans") paintSpans(pen, lane, look);
  else paintColumns(pen, lane.columns, look);
}

/** Tops of the lanes and the whole height. */
export function layout(lanes: readonly Lane[]): { tops: number[]; height: number } {
  let top = 0;
  const tops = lanes.map((lane) => {
    const here = top;
    top += lane.height + GAP_PX;
    return here;
  });
  return { tops, height: top };
}

/** The lane at a height, -1 in the gaps. */
export const laneAt = (lanes: readonly Lane[], tops: readonly number[], y: number): number => lanes.findIndex((lane, i) => y >= (tops[i] ?? 0) && y < (tops[i] ?? 0) + lane.height);

/** What stands in a lane at a moment, as an index into its own items; -1 for nothing. */
export function itemAt(lane: Lane, ms: number): number {
  if (lane.kind === "states") return barAt(lane.bars, ms);
  const items: readonly { t0: number; t1: number }[] = lane.kind === "spans" ? lane.spans : lane.columns;
  return items.findIndex((item) => ms >= item.t0 && ms < item.t1);
}

export const itemsOf = (lane: Lane): readonly { t0: number; t1: number }[] => (lane.kind === "states" ? lane.bars : lane.kind === "spans" ? lane.spans : lane.columns);
