// Aggregates instead of samples: which of them, and over which stretches of the period.

/** Those that people ask for, by the names of OPC UA Part 13; the API has all of them. */
export const AGGREGATES = ["TimeAverage2", "Minimum2", "Maximum2", "PercentGood", "Range2", "Average", "StandardDeviationSample", "Count", "Total2", "Start", "End", "Delta"] as const;
export type Aggregate = (typeof AGGREGATES)[number];
export const AS_SHOWN: readonly Aggregate[] = ["TimeAverage2", "Minimum2", "Maximum2", "PercentGood"]; // the figures beside a trend

export const OCCASIONS = ["jobs", "lots", "shifts", "stops"] as const;
export type Occasion = (typeof OCCASIONS)[number];
export type Over = "every" | "whole" | Occasion;

export interface Sums { aggregates: readonly Aggregate[]; over: Over }
/** As the server is asked for it. */
export interface AskedSums { aggregates: string; every_s?: number; over?: Occasion; equipment?: number }

/** `every`: seconds of an interval; `equipment`: whose occasions they are. */
export function askedOf({ aggregates, over }: Sums, { every, equipment }: { every: number; equipment: number | null }): AskedSums {
  const names = aggregates.join(",");
  if (over === "every") return { aggregates: names, every_s: every };
  return over === "whole" || equipment === null ? { aggregates: names } : { aggregates: names, over, equipment };
}
