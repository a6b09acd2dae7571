// Thresholds as a person sets them, and what the machine would have been by them: pure, so that a drag answers at once.
export interface Between { low: number; high: number }
export const NAMES: Readonly<Record<number, readonly string[]>> = { 2: ["idle", "run"], 3: ["off", "idle", "run"], 4: ["off", "idle", "idle_high", "run"] };
export const MEANS: Readonly<Record<string, string>> = { off: "Stopped", idle: "Idle", idle_high: "Idle", run: "Execute" };

/** The level at each moment, 0 the lowest; -1 where there is no value. Between low and high it stays what it was. */
export function levelsOf(values: readonly (number | null)[], between: readonly Between[]): number[] {
  let level = -1;
  return values.map((value) => {
    if (value === null) return -1;
    const least = between.filter(({ high }) => value >= high).length;
    const most = between.filter(({ low }) => value > low).length;
    level = level < 0 ? least : Math.min(Math.max(level, least), most);
    return level;
  });
}

/** Where the highest level begins: one tick for each cycle. */
export const risesOf = (levels: readonly number[], top: number): number[] => levels.flatMap((level, n) => (n > 0 && level === top && levels[n - 1] !== top && levels[n - 1] !== -1 ? [n] : []));

const FEW = 0.1; // of the stretch

/** From where on it is worth drawing: a new signal was heard for minutes of a day, which would be a sliver. */
export function nearerStart(start: string, end: string, firstUs: number | undefined): string {
  const [from, to] = [Date.parse(start), Date.parse(end)];
  const first = (firstUs ?? 0) / 1000;
  return first - from > FEW * (to - from) && first < to ? new Date(Math.floor(first)).toISOString() : start;
}

/** Neighbours that are alike as one stretch [from, to): a strip of hundreds of seams would look hatched. */
export function stretchesOf<Kind>(kinds: readonly Kind[]): { kind: Kind; from: number; to: number }[] {
  const found: { kind: Kind; from: number; to: number }[] = [];
  for (const [n, kind] of kinds.entries()) {
    const last = found.at(-1);
    if (last && last.kind === kind) last.to = n + 1;
    else found.push({ kind, from: n, to: n + 1 });
  }
  return found;
}

/** One pair moved as a whole or by one edge; it pushes nothing and stops at its neighbours. */
export function moved(between: readonly Between[], at: number, { edge, to }: { edge: "low" | "high" | "both"; to: number }): Between[] {
  return between.map((one, n) => {
    if (n !== at) return one;
    const half = (one.high - one.low) / 2;
    const [under, over] = [between[n - 1]?.high ?? -Infinity, between[n + 1]?.low ?? Infinity];
    if (edge === "both") { const middle = Math.min(Math.max(to, under + half), over - half); return { low: middle - half, high: middle + half }; }
    if (edge === "low") return { low: Math.min(Math.max(to, under), one.high), high: one.high };
    return { low: one.low, high: Math.max(Math.min(to, over), one.low) };
  });
}
