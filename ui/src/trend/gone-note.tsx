// The legend of what went: which signal, how many samples, from when to when, by which rule.
import { formatMoment } from "@/show/format";
import { useReader } from "@/show/show";
import type { Gone } from "@/trend/gone";
import css from "@/trend/trend.module.css";
import { words } from "@/trend/words";
import { useWords } from "@/words/words";

export interface GoneOfPen extends Gone { name: string }

export function GoneNote({ gone }: { gone: readonly GoneOfPen[] }) {
  const say = useWords(words);
  const reader = useReader();
  if (gone.length === 0) return null;
  return (
    <ul className={css.gone} role="status" data-testid="trend-gone">
      {gone.map((one) => (
        <li key={`${one.name} ${one.t0} ${one.rule}`}>
          <span className={css.goneSwatch} aria-hidden="true" />
          {say(one.act === "evict" ? "evicted" : one.act === "damaged" ? "damaged" : "gone", { name: one.name, n: one.n, from: formatMoment(one.t0, "full", reader), to: formatMoment(one.t1, "full", reader), rule: one.rule })}
        </li>
      ))}
    </ul>
  );
}
