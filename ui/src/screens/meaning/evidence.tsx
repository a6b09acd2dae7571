// The evidence for the eye: what was made when, with what the state signal said below it, and how often which rate came.
import css from "@/screens/meaning/meaning.module.css";
import type { Machine, RateClaim } from "@/screens/meaning/api";
import { type Choice, stateOf } from "@/screens/meaning/choice";
import { words } from "@/screens/meaning/words";
import { formatMeasured, formatMoment } from "@/show/format";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

const W = 960;
const H = 48;
const RUNNING = new Set(["RUN", "Execute"]);
type Part = "run" | "stand" | "open";

/** `run` is light and outlined, `stand` dark, `open` dashed: told apart without any colour. */
function Key({ part, text }: { part: Part; text: string }) {
  return <li><svg width="16" height="10" aria-hidden="true"><rect x="1" y="1" width="14" height="8" className={css[part]} /><rect x="1" y="1" width="14" height="8" className={css.frame} /></svg>{text}</li>;
}

export function Strip({ machine, choice }: { machine: Machine; choice: Choice }) {
  const say = useWords(words);
  const language = useLanguage();
  const { pieces_upm: made, spans, state } = machine;
  if (made.length === 0) return null;
  const [from, to] = [Date.parse(machine.start), Date.parse(machine.end)];
  const most = Math.max(1, ...made.map((one) => one ?? 0));
  const x = (at: string) => ((Date.parse(at) - from) / (to - from)) * W;
  const partOf = (value: string): Part => {
    const meant = stateOf(machine, choice, value);
    return meant === "" ? "open" : RUNNING.has(meant) ? "run" : "stand";
  };
  const moment = (at: number) => formatMoment(at, "minute", { language, zone: undefined });
  const label = say("evidence", { start: moment(from), end: moment(to), most: formatMeasured(most, language) });
  const width = W / made.length;
  return (
    <figure style={{ margin: 0 }} data-testid="evidence">
      <figcaption className="quiet">{label}{spans.length > 0 && state && ` ${say("stateEvidence", { tag: state.tag })}`}</figcaption>
      <svg viewBox={`0 0 ${W} 74`} className={css.chart} preserveAspectRatio="none" role="img" aria-label={label}>
        {made.map((one, n) => (one === null ? <rect key={n} x={n * width} y={H - 3} width={width} height="3" className={css.gap} /> : <rect key={n} x={n * width + 0.5} y={H - (one / most) * H} width={width - 1} height={(one / most) * H} className={css.bar} />))}
        {spans.map((span) => <rect key={span.start} x={Math.max(0, x(span.start))} y={54} width={Math.max(0.5, x(span.end) - Math.max(0, x(span.start)))} height={18} className={css[partOf(span.value)]} />)}
        {spans.length > 0 && <rect x={0.5} y={53.5} width={W - 1} height={19} className={css.frame} />}
      </svg>
      {spans.length > 0 && <ul className={css.legend}><Key part="run" text={say("run")} /><Key part="stand" text={say("stand")} /><Key part="open" text={say("open")} /></ul>}
    </figure>
  );
}

export function Rates({ rate }: { rate: RateClaim }) {
  const say = useWords(words);
  const language = useLanguage();
  const bins = rate.histogram;
  if (bins.length < 2) return null;
  const most = Math.max(1, ...bins.map(([, , n]) => n));
  const label = say("histogram", { from: formatMeasured(bins[0]?.[0] ?? 0, language), to: formatMeasured(bins.at(-1)?.[1] ?? 0, language) });
  return (
    <figure style={{ margin: 0 }}>
      <figcaption className="quiet">{label}</figcaption>
      <svg viewBox="0 0 240 60" className={css.histogram} preserveAspectRatio="none" role="img" aria-label={label}>
        {bins.map(([low, , n], i) => <rect key={low} x={i * (240 / bins.length) + 0.5} y={60 - (n / most) * 60} width={240 / bins.length - 1} height={(n / most) * 60} className={css.bar} />)}
      </svg>
    </figure>
  );
}
