// Where the rows of the picture lie, and what is drawn in them.
import { formatMoment, type Reader } from "@/show/format";
import { paintMarks, paintReasons } from "@/segments/paint";
import { type Dots, imageHeight, pixelsFor, pixelsOf, writeLane } from "@/segments/pixels";
import type { Columns, Picture, Segment } from "@/segments/columns";
import type { Tone } from "@/states/look";
import { labels, type Tick, ticks } from "@/timeline/axis";
import type { Colours } from "@/timeline/colours";
import type { View } from "@/timeline/keys";
import { type NamedSpan, paintLane } from "@/timeline/lanes";
import { xOf } from "@/timeline/paint";
import { paintSlow, type SlowSpan } from "@/timeline/slow";

export const ROW = { states: 34, reasons: 15, jobs: 15, gap: 9, shifts: 20, axis: 24 } as const;
export const UNIT_PX = ROW.states + ROW.reasons + ROW.jobs + ROW.gap;
export const heightOf = (lanes: number): number => lanes * UNIT_PX + ROW.shifts + ROW.axis;
/** The lane at a height; -1 below the machines. */
export const laneAtY = (y: number, lanes: number): number => (y < 0 || y >= lanes * UNIT_PX ? -1 : Math.floor(y / UNIT_PX));

export interface Drawn {
  picture: Picture;
  view: View;
  width: number;
  jobs: ReadonlyMap<number, readonly NamedSpan[]>;
  shifts: readonly NamedSpan[];
  slow: ReadonlyMap<number, readonly SlowSpan[]>;
  names: readonly (string | null)[];
  selected: Segment | null;
  cursorMs: number | null;
  nowMs: number;
  colours: Colours;
  fills: Readonly<Record<Tone, string | CanvasPattern>>;
  dots: Dots;
  reader: Reader;
}

const FONT = '500 11.5px "Inter Variable", sans-serif';

/** The segments of every machine, each lane as one image: whatever was there before is gone. */
function paintLanes(pen: CanvasRenderingContext2D, { picture, view, width, dots }: Drawn): void {
  const wide = Math.max(1, Math.round(width * dots.scale));
  const pixels = pixelsFor(wide);
  const image = new ImageData(wide, imageHeight(ROW.states, dots.scale));
  const out = new Uint32Array(image.data.buffer);
  picture.lanes.forEach((lane, i) => {
    pixelsOf(lane, { said: picture.said, view, untilMs: picture.untilMs }, pixels);
    writeLane(out, pixels, { dots, height: ROW.states });
    pen.putImageData(image, 0, Math.round(i * UNIT_PX * dots.scale));
  });
}

function paintUnit(pen: CanvasRenderingContext2D, lane: Columns, drawn: Drawn & { top: number }): void {
  const { top, view, width, fills, colours, names } = drawn;
  const frame = (from: number, height: number) => ({ ...view, width, top: from, height });
  paintMarks(pen, lane, { colours, frame: frame(top, ROW.states) });
  paintSlow(pen, drawn.slow.get(lane.equipmentId) ?? [], { frame: frame(top, ROW.states), ink: colours.ink });
  paintReasons(pen, lane, { colours, names, frame: frame(top + ROW.states + 1, ROW.reasons) });
  const spans = drawn.jobs.get(lane.equipmentId) ?? [];
  paintLane(pen, { kind: "spans", key: "jobs", label: "", height: ROW.jobs, spans }, { frame: frame(top + ROW.states + ROW.reasons, ROW.jobs), pens: { colours, fills, font: FONT } });
}

/** Lines of the hours, below all that is drawn. */
function paintGrid(pen: CanvasRenderingContext2D, { colours, view, width, picture }: Drawn, marks: readonly Tick[]): void {
  pen.globalCompositeOperation = "destination-over";
  pen.fillStyle = colours.grid;
  for (const { ms } of marks) pen.fillRect(Math.round(xOf(ms, { ...view, width })), 0, 1, picture.lanes.length * UNIT_PX + ROW.shifts + 4);
  pen.globalCompositeOperation = "source-over";
}

function paintAxis(pen: CanvasRenderingContext2D, drawn: Drawn & { top: number }, marks: readonly Tick[]): void {
  const { view, width, reader, colours, top } = drawn;
  const scale = { ...view, width };
  pen.font = FONT;
  pen.textBaseline = "alphabetic";
  for (const { text, x, align, isDay } of labels(marks, { width, at: (ms) => xOf(ms, scale), name: ({ ms, style }) => formatMoment(ms, style, reader), measure: (name) => pen.measureText(name).width })) {
    pen.textAlign = align;
    pen.fillStyle = isDay ? colours.ink : colours.inkSoft;
    pen.fillText(text, x, top + 16);
  }
  pen.textAlign = "left";
}

function paintChosen(pen: CanvasRenderingContext2D, drawn: Drawn, place: number): void {
  const { selected, cursorMs, view, width, colours } = drawn;
  if (!selected || place < 0) return;
  const scale = { ...view, width };
  const top = place * UNIT_PX;
  const [x0, x1] = [Math.max(xOf(selected.t0, scale), 1), Math.min(xOf(selected.t1, scale), width - 1)];
  pen.lineWidth = 2;
  pen.strokeStyle = colours.focus;
  if (x1 >= 0 && x0 <= width) pen.strokeRect(x0, top + 1, Math.max(x1 - x0, 2), ROW.states - 1);
  if (cursorMs === null) return;
  pen.setLineDash([4, 3]);
  pen.beginPath();
  pen.moveTo(xOf(cursorMs, scale), 0);
  pen.lineTo(xOf(cursorMs, scale), drawn.picture.lanes.length * UNIT_PX);
  pen.stroke();
  pen.setLineDash([]);
}

/** The whole picture, over whatever was drawn before. */
export function paintRows(pen: CanvasRenderingContext2D, drawn: Drawn): void {
  const { picture, view, width, colours, shifts, nowMs, reader, fills } = drawn;
  const below = picture.lanes.length * UNIT_PX;
  const scale = { ...view, width };
  const marks = ticks(view.t0, view.t1, { width, zone: reader.zone });
  pen.clearRect(0, 0, width, heightOf(picture.lanes.length));
  paintLanes(pen, drawn);
  pen.font = FONT;
  picture.lanes.forEach((lane, i) => paintUnit(pen, lane, { ...drawn, top: i * UNIT_PX }));
  paintLane(pen, { kind: "spans", key: "shifts", label: "", height: ROW.shifts, spans: shifts }, { frame: { ...scale, top: below, height: ROW.shifts }, pens: { colours, fills, font: FONT } });
  paintAxis(pen, { ...drawn, top: below + ROW.shifts }, marks);
  paintGrid(pen, drawn, marks);
  if (nowMs > view.t0 && nowMs < view.t1) {
    pen.fillStyle = colours.ink;
    pen.fillRect(Math.round(xOf(nowMs, scale)), 0, 1, below);
  }
  paintChosen(pen, drawn, picture.lanes.findIndex((lane) => lane.equipmentId === drawn.selected?.equipmentId));
}
