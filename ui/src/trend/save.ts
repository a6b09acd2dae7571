// Exactly what is shown, as a file: the picture, or the rows from which it was drawn.
import { unitSymbol } from "@/show/format";
import { FONT, type Picture } from "@/trend/paint";
import { beginning, type Curve, newsSince } from "@/trend/trace";

export interface Named { tag: number; no: number; path: string; unit: string | null }
type Row = (string | number | null)[];
const HEAD: Row = ["time", "signal", "unit", "lowest", "highest", "first", "last", "samples", "good samples"];
const known = (value: number | undefined): number | null => (value === undefined || Number.isNaN(value) ? null : value);

function* curveRows({ segments, tail, until }: Curve, whose: Row, endMs: number): Generator<Row> {
  const since = newsSince(segments);
  const [begins] = segments;
  const before = begins && begins.t0 < until ? known(beginning(begins)) : null; // further than its word holds nothing stands
  if (begins && before !== null) yield [new Date(begins.t0).toISOString(), ...whose, before, before, before, before, 0, 0];
  for (const { tile, from, to } of segments) {
    for (let i = from; i < to; i++) {
      yield [new Date(tile.at[i] as number).toISOString(), ...whose, known(tile.min[i]), known(tile.max[i]), known(tile.first[i]), known(tile.last[i]), tile.n[i] ?? 0, tile.good[i] ?? 0];
    }
  }
  for (const { tsMs, value } of tail) {
    if (tsMs > since && tsMs >= (begins?.t0 ?? tsMs) && tsMs <= endMs) yield [new Date(tsMs).toISOString(), ...whose, value, value, value, value, 1, Number(value !== null)];
  }
}

/** One row for each bucket in view, pen by pen, before it what stood where the view begins (of no sample in view), and after each the curve it is compared with, at its own time; a live sample is a bucket of its own. */
export function rowsOf(picture: Picture, names: readonly Named[], compared = ""): Row[] {
  const rows: Row[] = [HEAD];
  for (const { tag, curve, then } of picture.pens) {
    const name = names.find((one) => one.tag === tag);
    const [path, unit] = [name?.path ?? String(tag), unitSymbol(name?.unit)];
    rows.push(...curveRows(curve, [path, unit], picture.view.t1));
    if (then) rows.push(...curveRows(then, [`${path} (${compared})`, unit], picture.view.t1));
  }
  return rows;
}

const LINE_PX = 18;

/** The canvas on the panel's own ground, title above, pens by number below, under them what else one has to know of it. */
export function pictureOf(canvas: HTMLCanvasElement, picture: Picture, words: { title: string; names: readonly Named[]; notes: readonly string[] }): HTMLCanvasElement {
  const { layout, look } = picture;
  const scale = canvas.width / layout.width;
  const made = document.createElement("canvas");
  made.width = canvas.width;
  made.height = Math.round((layout.height + LINE_PX * (words.names.length + words.notes.length + 2)) * scale);
  const pen = made.getContext("2d");
  if (!pen) return made;
  pen.fillStyle = look.colours.panel;
  pen.fillRect(0, 0, made.width, made.height);
  pen.drawImage(canvas, 0, Math.round(LINE_PX * scale));
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.font = FONT;
  pen.fillStyle = look.colours.ink;
  pen.fillText(words.title, 12, 14, layout.width - 24); // closer on a phone, never cut off
  words.names.forEach((name, i) => {
    const y = layout.height + LINE_PX * (i + 2) - 4;
    const drawn = picture.pens.find((one) => one.tag === name.tag);
    pen.strokeStyle = drawn?.colour ?? look.colours.ink;
    pen.lineWidth = 2;
    pen.setLineDash([...(drawn?.dash ?? [])]);
    pen.beginPath();
    pen.moveTo(12, y - 4);
    pen.lineTo(44, y - 4);
    pen.stroke();
    pen.setLineDash([]);
    pen.fillStyle = look.colours.ink;
    pen.fillText([`${name.no}  ${name.path}`, unitSymbol(name.unit)].filter(Boolean).join("  "), 52, y, layout.width - 64);
  });
  words.notes.forEach((note, i) => pen.fillText(note, 12, layout.height + LINE_PX * (words.names.length + i + 2) - 4, layout.width - 24));
  return made;
}

export function savePicture(canvas: HTMLCanvasElement, name: string): void {
  canvas.toBlob((blob) => {
    if (!blob) return;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }, "image/png");
}
