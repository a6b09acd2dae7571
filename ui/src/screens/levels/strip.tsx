// The signal over time, and below it what the machine would have been; each begin of running is a tick.
import { useQuery } from "@tanstack/react-query";
import { seriesQuery } from "@/api/queries";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { type Between, levelsOf, nearerStart, risesOf, stretchesOf } from "@/screens/levels/levels";
import css from "@/screens/levels/levels.module.css";
import { words } from "@/screens/levels/words";
import { formatMoment, formatRatio } from "@/show/format";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

const PX = 600;
const W = 960;
const LINE = 70;

interface StripProps { tag: number; start: string; end: string; between: readonly Between[]; names: readonly string[] }
export function Strip({ tag, start, end, between, names }: StripProps) {
  const say = useWords(words);
  const language = useLanguage();
  const whole = useQuery(seriesQuery(tag, { start, end, px: PX }));
  const near = nearerStart(start, end, whole.data?.t0_us[0]);
  const { data, error, refetch } = useQuery({ ...seriesQuery(tag, { start: near, end, px: PX }), enabled: whole.data !== undefined || whole.error !== null });
  if (error) return <ProblemNotice error={error} compact onRetry={() => void refetch()} />;
  if (!data) return <Waiting lines={3} />;
  if (data.t0_us.length === 0) return <Empty compact title={say("noStrip")} />;
  const [from, to] = [Date.parse(near) * 1000, Date.parse(end) * 1000];
  const levels = levelsOf(data.last, between);
  const rises = risesOf(levels, between.length);
  const known = data.last.filter((one) => one !== null);
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const x = (us: number) => ((us - from) / (to - from)) * W;
  const y = (value: number) => LINE - ((value - least) / (most - least || 1)) * (LINE - 4);
  const points = data.t0_us.flatMap((at, n) => { const value = data.last[n]; return value === null || value === undefined ? [] : [`${x(at).toFixed(1)},${y(value).toFixed(1)}`]; }).join(" ");
  const heard = levels.filter((one) => one >= 0).length || 1;
  const look = (level: number) => [css.l0, css.l1, css.l2][Math.min(2, level + Math.max(0, 3 - names.length))] ?? css.void;
  const reader = { language, zone: undefined };
  const label = say("strip", { start: formatMoment(from / 1000, "minute", reader), end: formatMoment(to / 1000, "minute", reader) });
  return (
    <figure style={{ margin: 0 }} data-testid="strip">
      <figcaption className="quiet">{label}</figcaption>
      <svg viewBox={`0 0 ${W} 112`} className={css.strip} preserveAspectRatio="none" role="img" aria-label={label}>
        <polyline points={points} className={css.line} />
        {stretchesOf(levels).map(({ kind: level, from: first, to: next }) => { const at = x(data.t0_us[first] ?? 0); return <rect key={first} x={at} y={80} width={Math.max(0.6, x(data.t0_us[next] ?? to) - at)} height={22} className={level < 0 ? css.void : look(level)} data-level={level} />; })}
        <rect x={0.5} y={79.5} width={W - 1} height={23} className={css.frame} />
        {rises.map((n) => { const at = x(data.t0_us[n] ?? 0); return <line key={n} x1={at} x2={at} y1={74} y2={110} className={css.tick} />; })}
      </svg>
      <ul className={css.legend}>
        {names.map((name, n) => <li key={name} data-testid={`share-${name}`}><svg width="16" height="10" aria-hidden="true"><rect x="1" y="1" width="14" height="8" className={look(n)} /><rect x="1" y="1" width="14" height="8" className={css.frame} /></svg>{say("share", { name: say(name as "run"), share: formatRatio(levels.filter((one) => one === n).length / heard, language) })}</li>)}
        <li>{say("cycles", { n: rises.length })}</li>
      </ul>
    </figure>
  );
}
