// The columns of a KPI over time: value, bounds where little is known, target, the time before, and how much is known.
import { useElementSize } from "@mantine/hooks";
import { type Course, type Point, topOf } from "@/screens/kpi-trend/ask";
import css from "@/screens/kpi-trend/kpi-trend.module.css";
import { kpiText } from "@/screens/kpi-trend/value";
import { words } from "@/screens/kpi-trend/words";
import { formatMoment } from "@/show/format";
import { useReader } from "@/show/show";
import { useWords } from "@/words/words";

const HEIGHT = 250;
const [LEFT, BOTTOM, TOP] = [62, 40, 10];
const LABEL_PX = 88;
const COVERAGE_LOW = 0.9;
const LINES = 4;

export interface ChartProps { course: Course; pairs: readonly { now: Point; before: Point | undefined }[]; name: string; kpiName: string; onOpen: (point: Point) => void }

interface Scale { x: (i: number) => number; y: (value: number) => number; column: number; width: number }

function Column({ pair: { now, before }, place, scale, onOpen }: { pair: ChartProps["pairs"][number]; place: number; scale: Scale; onOpen: () => void }) {
  const { x, y, column } = scale;
  const [left, base] = [x(place), y(0)];
  const low = now.coverage !== null && now.coverage < COVERAGE_LOW;
  const middle = left + column / 2;
  return (
    <g className={css.group} onClick={onOpen} data-testid="column">
      <rect x={left - 2} y={TOP} width={column + 4} height={HEIGHT - TOP} className={css.reach} />
      {now.value !== null && <rect x={left} y={y(now.value)} width={column} height={Math.max(base - y(now.value), 1)} className={css.column} data-low={low} />}
      {before?.value !== null && before?.value !== undefined && <line x1={left - 2} x2={left + column + 2} y1={y(before.value)} y2={y(before.value)} className={css.before} />}
      {now.target !== null && <line x1={left - 3} x2={left + column + 3} y1={y(now.target)} y2={y(now.target)} className={css.target} />}
      {now.low !== null && now.high !== null && <path d={`M${middle} ${y(now.low)}V${y(now.high)}M${middle - 3} ${y(now.low)}h6M${middle - 3} ${y(now.high)}h6`} className={css.bounds} />}
      <rect x={left} y={base + 3} width={column} height={4} className={css.known} />
      <rect x={left} y={base + 3} width={column * (now.coverage ?? 0)} height={4} className={css.knownShare} />
    </g>
  );
}

/** The pattern of a column of which little is known. */
const Hatched = () => <defs><pattern id="little-known" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" className={css.hatchGround} /><rect width="2" height="6" className={css.hatchMark} /></pattern></defs>;

export function Chart({ course, pairs, name, kpiName, onOpen }: ChartProps) {
  const say = useWords(words);
  const reader = useReader();
  const { ref: box, width } = useElementSize<HTMLDivElement>();
  const { unit } = course.kpi;
  const top = topOf(pairs.flatMap(({ now, before }) => [now.value, now.high, now.target, before?.value]), unit);
  const plot = Math.max(width - LEFT - 8, 1);
  const step = plot / Math.max(pairs.length, 1);
  const column = Math.max(Math.min(step * 0.7, 46), 2);
  const scale: Scale = { x: (i) => LEFT + i * step + (step - column) / 2, y: (value) => TOP + (1 - Math.min(value / top, 1)) * (HEIGHT - TOP - BOTTOM), column, width };
  const every = Math.max(1, Math.ceil(LABEL_PX / step));
  return (
    <div ref={box} className={css.chart} data-testid="course">
      <svg width={width} height={HEIGHT} role="img" aria-label={say("chart", { kpi: kpiName, name, n: pairs.length })}>
        <Hatched />
        {Array.from({ length: LINES + 1 }, (_, n) => (n * top) / LINES).map((value) => (
          <g key={value}><line x1={LEFT} x2={width - 8} y1={scale.y(value)} y2={scale.y(value)} className={css.grid} /><text x={LEFT - 8} y={scale.y(value) + 4} className={css.tick}>{kpiText(value, unit, reader.language)}</text></g>
        ))}
        {pairs.map((pair, i) => <Column key={pair.now.start} pair={pair} place={i} scale={scale} onOpen={() => onOpen(pair.now)} />)}
        {pairs.map(({ now }, i) => i % every === 0 && <text key={now.start} x={scale.x(i) + column / 2} y={HEIGHT - 14} className={css.label}>{formatMoment(Date.parse(now.start), "day", reader)}</text>)}
      </svg>
    </div>
  );
}
