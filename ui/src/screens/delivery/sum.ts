// The rule by which the account of samples is read.
import type { Account } from "@/installation/queries";

/** How many samples more (or less, below zero) were accounted for than were expected. */
export const surplusOf = (one: Account): number => one.stored + one.duplicate + one.refused + one.gap - one.expected;
