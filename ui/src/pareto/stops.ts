// Which stops cost most: the bars of a timeline summed by what stopped the unit, largest first.
import type { Bar } from "@/timeline/paint";
import type { Tone } from "@/states/look";

export interface Stop { key: string; word: string; reason: string | null; tone: Tone; count: number; ms: number }
const NOT_A_STOP: ReadonlySet<Tone> = new Set(["normal", "void"]);

/** Stops inside [t0, t1), cut at its ends; running and unknown time are no stops. */
export function stopsOf(bars: readonly Bar[], t0: number, t1: number): Stop[] {
  const stops = new Map<string, Stop>();
  for (const bar of bars) {
    const ms = Math.min(bar.t1, t1) - Math.max(bar.t0, t0);
    if (ms <= 0 || NOT_A_STOP.has(bar.look.tone)) continue;
    const key = bar.record.reason ?? bar.look.word;
    const stop = stops.get(key) ?? { key, word: bar.look.word, reason: bar.record.reason, tone: bar.look.tone, count: 0, ms: 0 };
    stops.set(key, { ...stop, count: stop.count + 1, ms: stop.ms + ms });
  }
  return [...stops.values()].sort((a, b) => b.ms - a.ms);
}

/** Share of all stopped time that the first n stops make up, for each n. */
export function cumulated(stops: readonly Stop[]): number[] {
  const whole = stops.reduce((sum, stop) => sum + stop.ms, 0);
  let sum = 0;
  return stops.map((stop) => (sum += stop.ms) / whole);
}
