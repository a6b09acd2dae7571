// What each pixel of a lane shows, worked out in one walk through its segments and written as an image: rectangles for as many would take ten times as long.
import { type Columns, firstAfter, hides, type Said } from "@/segments/columns";
import type { Tone } from "@/states/look";
import type { View } from "@/timeline/keys";
import { HEIGHT } from "@/timeline/paint";

/** The last of them is seen where many share a pixel: none is lower than one before it. */
export const ORDER: readonly Tone[] = ["quiet", "normal", "external", "setup", "void", "warning", "fault"];
const placeOf = (tone: Tone): number => 1 + ORDER.indexOf(tone);
const VOID = placeOf("void");
const PATTERN_PX = 6;
const STRIP_PX = 6; // of time without data that a segment of many records hides

/** By pixel: 0 where nothing is, else 1 + the place of its tone in ORDER. `tops`: the same at the top, where hidden time is told; `merged`: 1 where one segment stands for many records. */
export interface Pixels { tones: Uint8Array; tops: Uint8Array; merged: Uint8Array }
export const pixelsFor = (width: number): Pixels => ({ tones: new Uint8Array(width), tops: new Uint8Array(width), merged: new Uint8Array(width) });

function raise(pixels: Uint8Array, span: { from: number; to: number }, tone: number): void {
  for (let x = span.from; x < span.to; x++) if ((pixels[x] as number) < tone) pixels[x] = tone;
}

/** Time of which nothing is told is hatched like time without data: never as if it were idle. A segment narrower than a pixel still has one: a short fault must not vanish. */
export function pixelsOf(lane: Columns, look: { said: readonly Said[]; view: View; untilMs: number }, { tones, tops, merged }: Pixels): void {
  const { said, view, untilMs } = look;
  const width = tones.length;
  const perMs = width / (view.t1 - view.t0);
  const places = Uint8Array.from(said, (one) => placeOf(one.look.tone));
  const untold = Math.round((Math.min(lane.t0[0] ?? untilMs, untilMs) - view.t0) * perMs);
  tones.fill(0).fill(VOID, 0, Math.max(Math.min(untold, width), 0));
  tops.fill(0);
  merged.fill(0);
  const span = { from: 0, to: 0 };
  for (let i = firstAfter(lane, view.t0); i < lane.t0.length && (lane.t0[i] as number) < view.t1; i++) {
    span.from = Math.min(Math.max(Math.round(((lane.t0[i] as number) - view.t0) * perMs), 0), width - 1);
    span.to = Math.min(Math.max(Math.round(((lane.t1[i] as number) - view.t0) * perMs), span.from + 1), width);
    const which = lane.look[i] as number;
    raise(tones, span, places[which] ?? 0);
    if (lane.n[i] === 1) continue;
    merged.fill(1, span.from, span.to);
    const one = said[which];
    if (one && hides(one, lane.holds[i] as number, "void")) tops.fill(VOID, span.from, span.to);
  }
  for (let x = 0; x < width; x++) if (tops[x] === 0) tops[x] = tones[x] as number;
}

/** The fills of the tones, dot by dot; `ink` is the line below what stands for many. */
export interface Dots { size: number; scale: number; tones: readonly Uint32Array[]; ink: number }

export function dotsOf(fills: Readonly<Record<Tone, string | CanvasPattern>>, ink: string, scale: number): Dots {
  const size = Math.max(1, Math.floor(PATTERN_PX * scale));
  const tile = document.createElement("canvas");
  tile.width = tile.height = size;
  const pen = tile.getContext("2d", { willReadFrequently: true });
  const read = (fill: string | CanvasPattern): Uint32Array => {
    if (!pen) return new Uint32Array(size * size);
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.fillStyle = fill;
    pen.fillRect(0, 0, PATTERN_PX + 1, PATTERN_PX + 1);
    return new Uint32Array(pen.getImageData(0, 0, size, size).data.buffer);
  };
  return { size, scale, tones: ORDER.map((tone) => read(fills[tone])), ink: read(ink)[0] ?? 0 };
}

/** The height of a lane's image, in dots, for a lane so high: below it lies the line of what was merged. */
export const imageHeight = (height: number, scale: number): number => Math.round((height + 2) * scale);

/** Draws a lane, dot by dot: each tone stands on the floor, as high as it is. */
export function writeLane(out: Uint32Array, pixels: Pixels, look: { dots: Dots; height: number }): void {
  const { size, scale, tones, ink } = look.dots;
  const width = pixels.tones.length;
  const floor = Math.round(look.height * scale);
  const tops = ORDER.map((tone) => floor - Math.round(floor * HEIGHT[tone]));
  const row = new Uint32Array((ORDER.length + 1) * size); // what each tone has in it; of no tone: nothing
  for (let y = 0; y < floor; y++) {
    tones.forEach((dots, i) => {
      const from = (y % size) * size;
      if (y >= (tops[i] as number)) row.set(dots.subarray(from, from + size), (i + 1) * size);
    });
    const shown = y < STRIP_PX * scale ? pixels.tops : pixels.tones;
    for (let [x, phase, at] = [0, 0, y * width]; x < width; x++, at++) {
      out[at] = row[(shown[x] as number) * size + phase] as number;
      if (++phase === size) phase = 0;
    }
  }
  out.fill(0, floor * width);
  const line = Math.round((look.height + 1) * scale);
  for (let y = line; y < imageHeight(look.height, scale); y++) {
    for (let x = 0; x < width; x++) if (pixels.merged[x] === 1) out[y * width + x] = ink;
  }
}
