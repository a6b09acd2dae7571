// Draws what a work unit did onto a canvas: height, pattern and colour all tell the same, so none is needed alone.
import type { StateRecord } from "@/api/types";
import { lookOf, type Look, type Tone } from "@/states/look";
import type { Colours } from "@/timeline/colours";

export interface Bar { record: StateRecord; look: Look; t0: number; t1: number; open: boolean }
export interface Frame { t0: number; t1: number; width: number; top: number; height: number }

/** Calm states stay low; what is abnormal stands up. Share of the lane's height. */
export const HEIGHT: Readonly<Record<Tone, number>> = { normal: 0.62, quiet: 0.3, external: 0.8, setup: 0.8, warning: 1, fault: 1, void: 1 };
/** Painted later = seen when many share one pixel. */
const ORDER: readonly Tone[] = ["quiet", "normal", "external", "setup", "void", "warning", "fault"];

/** Records as bars in time order; the open one reaches to now. */
export function barsOf(records: readonly StateRecord[], nowMs: number): Bar[] {
  return records
    .map((record) => {
      const t0 = Date.parse(record.start);
      return { record, look: lookOf(record), t0, t1: record.end ? Date.parse(record.end) : Math.max(nowMs, t0), open: !record.end };
    })
    .sort((a, b) => a.t0 - b.t0);
}

export const xOf = (ms: number, frame: Pick<Frame, "t0" | "t1" | "width">): number => ((ms - frame.t0) / (frame.t1 - frame.t0)) * frame.width;

const LETTERS_MIN = 5; // fewer say nothing
/** The text as far as there is room, cut between letters and with a sign; empty where too little would be left. */
export function fitted(pen: Pick<CanvasRenderingContext2D, "measureText">, text: string, width: number): string {
  const whole = pen.measureText(text).width;
  if (whole <= width) return text;
  const letters = Math.floor((text.length * (width - pen.measureText("…").width)) / whole);
  return letters < LETTERS_MIN ? "" : `${text.slice(0, letters).trimEnd()}…`;
}

/** The bar at a moment, by bisection: -1 when there is none. */
export function barAt(bars: readonly Bar[], ms: number): number {
  let [low, high] = [0, bars.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const bar = bars[middle];
    if (!bar || ms < bar.t0) high = middle - 1;
    else if (ms >= bar.t1) low = middle + 1;
    else return middle;
  }
  return -1;
}

type Stroke = (pen: CanvasRenderingContext2D, size: number) => void;
const path = (pen: CanvasRenderingContext2D, ...lines: [number, number, number, number][]) => {
  pen.beginPath();
  for (const [x0, y0, x1, y1] of lines) {
    pen.moveTo(x0, y0);
    pen.lineTo(x1, y1);
  }
  pen.stroke();
};
const STROKES: Partial<Record<Tone, Stroke>> = {
  void: (pen, s) => path(pen, [-1, 1, 1, -1], [0, s, s, 0], [s - 1, s + 1, s + 1, s - 1]),
  external: (pen, s) => path(pen, [0, s / 2, s, s / 2]),
  warning: (pen, s) => path(pen, [-1, s - 1, 1, s + 1], [0, 0, s, s], [s - 1, -1, s + 1, 1]),
  setup: (pen, s) => path(pen, [s / 2, 0, s / 2, s]),
};

/** A fill for each tone; patterns keep their size on dense displays. */
export function fillsOf(colours: Colours, scale: number): Readonly<Record<Tone, string | CanvasPattern>> {
  const fills: Record<Tone, string | CanvasPattern> = { ...colours.fill };
  for (const [tone, stroke] of Object.entries(STROKES) as [Tone, Stroke][]) {
    const tile = document.createElement("canvas");
    const size = 6;
    tile.width = tile.height = size * scale;
    const pen = tile.getContext("2d");
    if (!pen) continue;
    pen.scale(scale, scale);
    pen.fillStyle = colours.fill[tone];
    pen.fillRect(0, 0, size, size);
    pen.strokeStyle = colours.mark[tone];
    pen.lineWidth = 1.4;
    stroke(pen, size);
    const pattern = pen.createPattern(tile, "repeat");
    pattern?.setTransform(new DOMMatrix().scale(1 / scale));
    if (pattern) fills[tone] = pattern;
  }
  return fills;
}

/** Paint the bars of one lane. A bar narrower than a pixel still gets one: a short fault must not vanish. */
export function paintBars(pen: CanvasRenderingContext2D, bars: readonly Bar[], look: { frame: Frame; fills: Readonly<Record<Tone, string | CanvasPattern>> }): void {
  const { frame, fills } = look;
  for (const tone of ORDER) {
    pen.fillStyle = fills[tone];
    for (const bar of bars) {
      if (bar.look.tone !== tone || bar.t1 <= frame.t0 || bar.t0 >= frame.t1) continue;
      const x0 = Math.max(xOf(bar.t0, frame), 0);
      const x1 = Math.min(xOf(bar.t1, frame), frame.width);
      const height = frame.height * HEIGHT[tone];
      pen.fillRect(x0, frame.top + frame.height - height, Math.max(x1 - x0, 1), height);
    }
  }
}
