// A numeric signal over time: lowest and highest per pixel, so that no spike is lost, and the live end.
import { useElementSize } from "@mantine/hooks";
import { useEffect, useMemo, useRef, useState } from "react";
import uPlot from "uplot";
import type { Series } from "@/api/types";
import { formatMeasured, formatMoment, NOTHING, unitSymbol } from "@/show/format";
import { useReader } from "@/show/show";
import type { Reader } from "@/show/format";
import { type Colours, useColours } from "@/timeline/colours";
import css from "@/trend/trend.module.css";
import { words } from "@/trend/words";
import type { View } from "@/timeline/keys";
import { useWords } from "@/words/words";

const HEIGHT_PX = 300;
export interface TailPoint { tsMs: number; value: number | null }
export type Rows = [number[], (number | null)[], (number | null)[], (number | null)[]];

/** Buckets and the live tail after them as uPlot's columns: time (s), lowest, highest, last. */
export function rowsOf(series: Series, tail: readonly TailPoint[]): Rows {
  const end = series.t0_us.at(-1) ?? 0;
  const later = tail.filter((point) => point.tsMs * 1000 > end);
  const values = later.map((point) => point.value);
  return [[...series.t0_us.map((t) => t / 1e6), ...later.map((point) => point.tsMs / 1000)], [...series.min, ...values], [...series.max, ...values], [...series.last, ...values]];
}

function options(look: { width: number; colours: Colours; reader: Reader; view: View }): Omit<uPlot.Options, "plugins"> {
  const { width, colours, reader, view } = look;
  const axis = { stroke: colours.inkSoft, grid: { stroke: colours.grid, width: 1 }, ticks: { stroke: colours.grid, width: 1 }, font: '500 11.5px "Inter Variable", sans-serif' };
  const long = view.t1 - view.t0 > 36 * 3_600_000;
  const stepped = uPlot.paths.stepped?.({ align: 1 });
  const edge = { stroke: "transparent", width: 0, points: { show: false }, ...(stepped ? { paths: stepped } : {}) };
  return {
    width,
    height: HEIGHT_PX,
    legend: { show: false },
    cursor: { drag: { x: true, y: false, setScale: false }, points: { size: 7 } },
    scales: { x: { time: true, range: [view.t0 / 1000, view.t1 / 1000] } },
    axes: [
      { ...axis, space: 80, values: (_, at) => at.map((s) => formatMoment(s * 1000, long ? "minute" : "time", reader)) },
      { ...axis, size: 64, values: (_, at) => at.map((v) => formatMeasured(v, reader.language)) },
    ],
    bands: [{ series: [2, 1], fill: colours.band }],
    series: [{}, { ...edge }, { ...edge }, { stroke: colours.chart, width: 1.5, points: { show: false }, ...(stepped ? { paths: stepped } : {}) }],
  };
}

interface TrendProps { series: Series; tail: readonly TailPoint[]; tag: string; view: View; onZoom: (view: View) => void }

export function Trend({ series, tail, tag, view, onZoom }: TrendProps) {
  const say = useWords(words);
  const reader = useReader();
  const colours = useColours();
  const { ref: box, width } = useElementSize<HTMLDivElement>();
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const [at, setAt] = useState<number | null>(null);
  const rows = useMemo(() => rowsOf(series, tail), [series, tail]);
  const newest = useRef(rows);
  const zoom = useRef(onZoom);
  useEffect(() => { newest.current = rows; zoom.current = onZoom; });
  const { t0, t1 } = view;
  useEffect(() => {
    if (!place.current || width === 0) return undefined;
    const hooks: uPlot.Hooks.Arrays = {
      setCursor: [(chart) => setAt(chart.cursor.idx ?? null)],
      setSelect: [(chart) => { const { left, width: wide } = chart.select; if (wide > 4) zoom.current({ t0: chart.posToVal(left, "x") * 1000, t1: chart.posToVal(left + wide, "x") * 1000 }); }],
    };
    const chart = new uPlot({ ...options({ width, colours, reader, view: { t0, t1 } }), hooks }, newest.current, place.current);
    plot.current = chart;
    return () => chart.destroy();
  }, [width, colours, reader.language, reader.zone, t0, t1]); // eslint-disable-line react-hooks/exhaustive-deps -- `reader` is new at every drawing, its parts are what counts
  useEffect(() => plot.current?.setData(rows), [rows]);
  const shown = at ?? rows[0].length - 1;
  const text = (column: 1 | 2 | 3) => formatMeasured(rows[column][shown], reader.language);
  const moment = rows[0][shown];
  return (
    <div ref={box} className={css.trend} role="img" aria-label={say("chart", { tag })} data-testid="trend">
      <div className={css.readout}>
        <span>{moment === undefined ? NOTHING : formatMoment(moment * 1000, "full", reader)}</span>
        <span>{say("value")} <strong data-testid="trend-value">{text(3)}</strong> {unitSymbol(series.unit)}</span>
        <span className="quiet">{say("span")} {text(1)} – {text(2)}</span>
      </div>
      <div ref={place} />
    </div>
  );
}
