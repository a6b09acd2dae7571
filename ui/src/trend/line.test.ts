// What a line is made of: nothing that was measured may fall between its dashes, and it keeps its dashes while it is moved.
import { expect, it } from "vitest";
import { type Brush, drawLine } from "@/trend/line";
import type { Curve } from "@/trend/trace";

const tile = (rows: readonly (readonly [ms: number, low: number, high: number, last: number])[]) => {
  const column = (of: (row: (typeof rows)[number]) => number) => Float64Array.from(rows, of);
  const ones = column(() => 1);
  return { t0: 0, t1: 100, wide: 1, until: 100, askedMs: 0, before: Number.NaN, gone: [], at: column(([ms]) => ms), min: column(([, low]) => low), max: column(([, , high]) => high), first: column(([, low]) => low), last: column(([, , , last]) => last), n: ones, good: ones, held: ones };
};
const curve = (rows: readonly (readonly [number, number, number, number])[]): Curve => ({ segments: [{ tile: tile(rows), t0: 0, t1: 100, from: 0, to: rows.length, exact: true }], tail: [], until: 20 });

type Rectangle = [x: number, y: number, width: number, height: number, strength: number];
function drawn(rows: readonly (readonly [number, number, number, number])[], dash: readonly number[] = [], from = 0): Rectangle[] {
  const found: Rectangle[] = [];
  const brush: Brush = { globalAlpha: 1, fillRect: (...at) => void found.push([...at, brush.globalAlpha]) };
  drawLine(brush, curve(rows), { scale: { x: (ms) => ms + from, y: (value) => 100 - value }, stroke: { width: 2, dash, from, strength: 1 } });
  return found;
}

it("is level while a value is held, and upright where it changes", () => {
  expect(drawn([[0, 10, 10, 10], [5, 30, 30, 30]])).toEqual([[-1, 89, 2, 2, 1], [0, 89, 5, 2, 1], [4, 69, 2, 22, 1], [5, 69, 15, 2, 1]]);
});
it("covers the lowest and the highest of a bucket", () => {
  const [, x, upright] = drawn([[0, 10, 10, 10], [5, 2, 40, 12]]);
  expect([x, upright]).toEqual([[0, 89, 5, 2, 1], [4, 59, 2, 40, 1]]);
});
it("has gaps between dashes where it is level, and none where it is upright", () => {
  const found = drawn([[0, 10, 10, 10], [6, 10, 50, 10]], [4, 4]);
  expect(found.map(([x, , width]) => [x, width])).toEqual([[-1, 2], [0, 4], [5, 2], [8, 4], [16, 4]]);
  expect(found[2]?.[4]).toBeCloseTo(0.42);
});
it.each([0, 3, 17.5])("keeps its dashes when it is moved by %d px", (by) => {
  const rows = [[0, 10, 10, 10], [9, 20, 20, 20]] as const;
  expect(drawn(rows, [2, 3], by)).toEqual(drawn(rows, [2, 3]).map(([x, ...rest]) => [x + by, ...rest]));
});
it("shows a sample that stands alone", () => {
  const alone: Curve = { segments: [{ tile: { ...tile([[3, 5, 5, 5]]), held: Float64Array.of(0) }, t0: 0, t1: 100, from: 0, to: 1, exact: true }], tail: [], until: 20 };
  const found: number[][] = [];
  drawLine({ globalAlpha: 1, fillRect: (...all) => void found.push(all) }, alone, { scale: { x: (ms) => ms, y: (value) => value }, stroke: { width: 2, dash: [4, 4], from: 0, strength: 1 } });
  expect(found).toEqual([[2, 4, 2, 2]]);
});
