// What is to be drawn of the pens: each on its axis, the axes as wide as what is on screen.
import { useRef } from "react";
import { unitSymbol } from "@/show/format";
import type { View } from "@/timeline/keys";
import type { Lane } from "@/timeline/lanes";
import { layoutOf } from "@/trend/layout";
import { type Axis, axisWidth, type Cursor, doubtful, type DrawnPen, type Picture } from "@/trend/paint";
import { axisOf, COLOURS, dashOf, type Pen } from "@/trend/pens";
import { type Range, steady } from "@/trend/scale";
import { extent } from "@/trend/trace";
import type { Curves } from "@/trend/use-curves";

/** A pen with what is known of its tag. `no` is its number in the list. */
export interface Drawn { pen: Pen; no: number; unit: string | null; kind: string }

/** The ranges of the axes as they were drawn last; kept outside React, they only steady the next ones. */
export const useRanges = (): Map<string, Range> => useRef(new Map<string, Range>()).current;

function axesOf(drawn: readonly DrawnPen[], units: ReadonlyMap<string, string>, ranges: Map<string, Range>): Axis[] {
  const keys = [...new Set(drawn.map((one) => one.axis))];
  for (const old of ranges.keys()) if (!keys.includes(old)) ranges.delete(old);
  return keys.map((key) => {
    const own = drawn.filter((one) => one.axis === key);
    const extents = own.flatMap((one) => [extent(one.curve), ...(one.then ? [extent(one.then)] : [])]);
    const range = steady(ranges.get(key), Math.min(...extents.map(({ low }) => low)), Math.max(...extents.map(({ high }) => high)));
    ranges.set(key, range);
    return { key, unit: units.get(key) ?? "", range, nos: own.map((one) => one.no), colour: own[0]?.colour ?? "" };
  });
}

interface Given { pens: readonly Drawn[]; curves: Curves; view: View; shiftMs: number | null; lanes: readonly Lane[]; size: { width: number; height: number }; nowMs: number; cursors: readonly Cursor[]; look: Picture["look"] }

export function pictureOf({ pens, curves, view, shiftMs, lanes, size, nowMs, cursors, look }: Given, ranges: Map<string, Range>): Picture {
  const drawn = pens.map(({ pen, no, unit, kind }): DrawnPen => ({
    no, tag: pen.tag, look: pen.look, axis: axisOf(pen, kind === "bool" ? "bool" : unit), colour: look.colours.pens[pen.look % COLOURS] ?? look.colours.ink, dash: dashOf(pen.look),
    curve: curves.of(pen.tag), then: shiftMs === null ? null : curves.then(pen.tag),
  }));
  const units = new Map(pens.map(({ pen, unit, kind }) => [axisOf(pen, kind === "bool" ? "bool" : unit), unitSymbol(unit)]));
  const axes = axesOf(drawn, units, ranges);
  const layout = layoutOf(size, { axes: axes.map((axis) => axisWidth(axis, size.height, look.reader)), rows: doubtful(drawn).length, lanes });
  return { view, layout, pens: drawn, axes, lanes, shiftMs: shiftMs ?? 0, cursors, nowMs, look };
}
