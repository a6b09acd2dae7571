// A Pareto chart of stops with its table: the few reasons that make up most of the lost time.
import { useElementSize } from "@mantine/hooks";
import { useEffect, useMemo, useRef } from "react";
import { Empty } from "@/design/notice";
import { type EChartsCoreOption, type EChartsType, init } from "@/pareto/chart";
import css from "@/pareto/pareto.module.css";
import { cumulated, type Stop, stopsOf } from "@/pareto/stops";
import { words } from "@/pareto/words";
import { formatDuration, formatRatio } from "@/show/format";
import { Lasting, Num, Ratio } from "@/show/show";
import { lookOf } from "@/states/look";
import { useReasonName, useStateName } from "@/states/names";
import { StateSign } from "@/states/sign";
import { type Colours, useColours } from "@/timeline/colours";
import type { Bar } from "@/timeline/paint";
import { type Language, useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

const SHOWN_MAX = 12;

function option(stops: readonly Stop[], names: readonly string[], look: { colours: Colours; language: Language }): EChartsCoreOption {
  const { colours, language } = look;
  const text = { color: colours.inkSoft, fontFamily: "Inter Variable, sans-serif", fontSize: 11.5 };
  const axis = { axisLine: { lineStyle: { color: colours.line } }, axisTick: { show: false }, splitLine: { lineStyle: { color: colours.grid } } };
  return {
    animation: false,
    grid: { left: 74, right: 52, top: 14, bottom: 46 },
    xAxis: { ...axis, type: "category", data: names, axisLabel: { ...text, interval: 0, width: 96, overflow: "break" } },
    yAxis: [
      { ...axis, type: "value", axisLabel: { ...text, formatter: (ms: number) => formatDuration(ms * 1000, language) } },
      { ...axis, type: "value", min: 0, max: 1, splitLine: { show: false }, axisLabel: { ...text, formatter: (share: number) => formatRatio(share, language, 0) } },
    ],
    series: [
      { type: "bar", barMaxWidth: 46, data: stops.map((stop) => ({ value: stop.ms, itemStyle: { color: colours.fill[stop.tone] } })) },
      { type: "line", yAxisIndex: 1, data: cumulated(stops), symbolSize: 6, lineStyle: { color: colours.chart, width: 1.5 }, itemStyle: { color: colours.chart } },
    ],
  };
}

function Chart({ stops, names }: { stops: readonly Stop[]; names: readonly string[] }) {
  const say = useWords(words);
  const language = useLanguage();
  const colours = useColours();
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(null);
  const { ref: box, width } = useElementSize();
  useEffect(() => {
    if (!place.current) return undefined;
    const made = init(place.current, undefined, { renderer: "canvas" });
    chart.current = made;
    return () => made.dispose();
  }, []);
  useEffect(() => { if (width > 0) chart.current?.resize(); }, [width]);
  useEffect(() => chart.current?.setOption(option(stops, names, { colours, language }), true), [stops, names, colours, language]);
  return <div ref={box} role="img" aria-label={say("chart")} data-testid="pareto-chart"><div ref={place} className={css.chart} /></div>;
}

export default function Pareto({ bars, t0, t1 }: { bars: readonly Bar[]; t0: number; t1: number }) {
  const say = useWords(words);
  const reasonName = useReasonName();
  const stateName = useStateName();
  const minute = Math.floor((bars.at(-1)?.t1 ?? 0) / 60_000);
  // eslint-disable-next-line react-hooks/exhaustive-deps -- the open record grows every second; once a minute is enough for an analysis
  const stops = useMemo(() => stopsOf(bars, t0, t1).slice(0, SHOWN_MAX), [bars.length, minute, t0, t1]);
  const nameOf = (stop: Stop) => (stop.reason ? (reasonName(stop.reason) ?? stop.reason) : stateName(stop.word));
  const joined = stops.map(nameOf).join("\n");
  const names = useMemo(() => joined.split("\n"), [joined]);
  const shares = cumulated(stops);
  if (stops.length === 0) return <Empty compact icon="check" title={say("none")} hint={say("noneHint")} />;
  return (
    <div className={css.pareto} data-testid="pareto">
      <h3>{say("title")}</h3>
      <div className={css.pair}>
        <Chart stops={stops} names={names} />
        <table className={css.table}>
          <thead><tr>{(["stop", "time", "count", "share"] as const).map((key) => <th key={key} scope="col">{say(key)}</th>)}</tr></thead>
          <tbody>
            {stops.map((stop, i) => (
              <tr key={stop.key} data-testid={`stop-${stop.key}`}>
                <th scope="row"><StateSign tone={stop.tone} sign={lookOf({ state: stop.word, reason: stop.reason, external: stop.tone === "external" }).sign} /> {names[i]}</th>
                <td><Lasting us={stop.ms * 1000} /></td><td><Num value={stop.count} /></td><td><Ratio value={shares[i]} digits={0} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
