// Alarms that stood at one time share a lane: pieces of time, each named by all that stood in it.
import type { NamedSpan } from "@/timeline/lanes";

export interface Stood { t0: number; t1: number; says: string }

/** By time, without overlaps; in a piece the alarm that came first is named first: it is the one that matters. */
export function pieces(stood: readonly Stood[]): NamedSpan[] {
  const edges = [...new Set(stood.flatMap(({ t0, t1 }) => [t0, t1]))].sort((a, b) => a - b);
  const waiting = [...stood].sort((a, b) => a.t0 - b.t0);
  const found: NamedSpan[] = [];
  let [standing, next] = [[] as Stood[], 0];
  edges.forEach((t0, i) => {
    standing = standing.filter(({ t1 }) => t1 > t0);
    for (let one = waiting[next]; one && one.t0 <= t0; one = waiting[++next]) if (one.t1 > t0) standing.push(one);
    const [t1, label] = [edges[i + 1], [...new Set(standing.map(({ says }) => says))].join(" + ")];
    if (t1 === undefined || label === "") return;
    const before = found.at(-1);
    if (before && before.t1 === t0 && before.label === label) before.t1 = t1;
    else found.push({ t0, t1, label });
  });
  return found;
}
