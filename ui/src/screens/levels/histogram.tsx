// The histogram of a raw signal with its thresholds in it: dragged with a finger, or moved with the arrow keys.
import { type KeyboardEvent, type PointerEvent, useRef } from "react";
import type { Found } from "@/screens/levels/api";
import { type Between, moved } from "@/screens/levels/levels";
import css from "@/screens/levels/levels.module.css";
import { words } from "@/screens/levels/words";
import { formatMeasured } from "@/show/format";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

const W = 960;
const H = 180;
const GRIP = 44; // wide enough for a finger
const STEP = 0.005; // of the whole width, for a key

interface HistogramProps { found: Found; between: readonly Between[]; names: readonly string[]; put: (between: Between[]) => void }
export function Histogram({ found, between, names, put }: HistogramProps) {
  const say = useWords(words);
  const language = useLanguage();
  const frame = useRef<SVGSVGElement>(null);
  const edges = found.histogram_edges;
  const [from, to] = [edges[0] ?? 0, edges.at(-1) ?? 1];
  const most = Math.max(1, ...found.histogram_counts.map(Math.sqrt));
  const x = (value: number) => ((value - from) / (to - from || 1)) * W;
  const width = W / Math.max(1, found.histogram_counts.length);
  const drag = (at: number) => (event: PointerEvent) => {
    const box = frame.current?.getBoundingClientRect();
    if (box && event.currentTarget.hasPointerCapture(event.pointerId)) put(moved(between, at, { edge: "both", to: from + ((event.clientX - box.left) / box.width) * (to - from) }));
  };
  const press = (at: number) => (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 }[event.key];
    const one = between[at];
    if (by === undefined || !one) return;
    event.preventDefault();
    put(moved(between, at, { edge: "both", to: (one.low + one.high) / 2 + by * STEP * (to - from) }));
  };
  const name = (n: number) => say((names[n] ?? "idle") as "idle");
  return (
    <svg ref={frame} viewBox={`0 0 ${W} ${H}`} className={css.histogram} preserveAspectRatio="none" role="group" aria-label={say("histogram", { from: formatMeasured(from, language), to: formatMeasured(to, language) })} data-testid="histogram">
      {found.histogram_counts.map((n, i) => <rect key={i} x={i * width + 0.5} y={H - (Math.sqrt(n) / most) * H} width={width - 1} height={(Math.sqrt(n) / most) * H} className={css.bar} />)}
      {between.map((one, n) => {
        const middle = (one.low + one.high) / 2;
        return (
          <g key={n}>
            <rect x={x(one.low)} y={0} width={Math.max(1, x(one.high) - x(one.low))} height={H} className={css.zone} />
            <line x1={x(one.low)} x2={x(one.low)} y1={0} y2={H} className={css.edge} /><line x1={x(one.high)} x2={x(one.high)} y1={0} y2={H} className={css.edge} />
            <rect
              x={x(middle) - GRIP / 2} y={0} width={GRIP} height={H} className={css.handle} tabIndex={0} role="slider" data-testid={`handle-${n}`}
              aria-label={say("threshold", { below: name(n), above: name(n + 1) })} aria-valuemin={from} aria-valuemax={to} aria-valuenow={middle} aria-valuetext={formatMeasured(middle, language)}
              onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)} onPointerMove={drag(n)} onKeyDown={press(n)}
            />
          </g>
        );
      })}
    </svg>
  );
}
