// Dates without a clock: the days of a month as whole weeks, and how a reader writes them.
import type { Language } from "@/words/language";

const DAY_MS = 86_400_000;
const at = (date: string): number => Date.parse(`${date}T00:00:00Z`);
const locale = (language: Language) => (language === "en" ? "en-GB" : language);

export const isDate = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(at(text));
export const addDays = (date: string, days: number): string => new Date(at(date) + days * DAY_MS).toISOString().slice(0, 10);

/** Monday is 0. */
export const weekdayOf = (date: string): number => (new Date(at(date)).getUTCDay() + 6) % 7;
export const mondayOf = (date: string): string => addDays(date, -weekdayOf(date));

/** The first and last date shown of a month: whole weeks. */
export function monthSpan(date: string): { start: string; end: string } {
  const first = `${date.slice(0, 8)}01`;
  const last = addDays(addMonths(date, 1), -1);
  return { start: mondayOf(first), end: addDays(mondayOf(last), 6) };
}

/** The first of the month so many months on. */
export function addMonths(date: string, months: number): string {
  const [year, month] = [Number(date.slice(0, 4)), Number(date.slice(5, 7))];
  return new Date(Date.UTC(year, month - 1 + months, 1)).toISOString().slice(0, 10);
}

export type DateStyle = "day" | "month" | "weekday" | "long";
const STYLES: Readonly<Record<DateStyle, Intl.DateTimeFormatOptions>> = {
  day: { weekday: "short", day: "numeric", month: "short" },
  month: { month: "long", year: "numeric" },
  weekday: { weekday: "short" },
  long: { weekday: "long", day: "numeric", month: "long", year: "numeric" },
};
export const formatDate = (date: string, style: DateStyle, language: Language): string =>
  isDate(date) ? new Intl.DateTimeFormat(locale(language), { ...STYLES[style], timeZone: "UTC" }).format(at(date)) : date;
