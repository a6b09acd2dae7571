// How Dovetail writes numbers, moments and durations: one place, in the reader's language and the plant's time zone.
import type { Language } from "@/words/language";

export const NOTHING = "–"; // a ratio without a denominator, a value nobody knows
const numberFormats = new Map<string, Intl.NumberFormat>();
const momentFormats = new Map<string, Intl.DateTimeFormat>();

function numberFormat(language: Language, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = language + JSON.stringify(options);
  const known = numberFormats.get(key);
  if (known) return known;
  const made = new Intl.NumberFormat(language, options);
  numberFormats.set(key, made);
  return made;
}

const known = (value: number | null | undefined): value is number => value !== null && value !== undefined && Number.isFinite(value);

export function formatNumber(value: number | null | undefined, language: Language, digits = 0): string {
  return known(value) ? numberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value) : NOTHING;
}

const WHOLE_FROM = 1e6;
const [POWERS_FROM, POWERS_BELOW] = [1e16, 1e-9]; // more digits than a number carries, or more zeros than anybody counts
/** A measured value: as many digits as it carries, at most six significant ones; of large numbers every digit before the point, or a mean would lie beside its own highest; the largest of a PLC (3.4E38) by its power of ten. */
export function formatMeasured(value: number | null | undefined, language: Language): string {
  if (!known(value)) return NOTHING;
  const size = Math.abs(value);
  if (size >= POWERS_FROM || (size < POWERS_BELOW && size > 0)) return numberFormat(language, { notation: "scientific", maximumSignificantDigits: 6 }).format(value);
  return Number.isInteger(value) || Math.abs(value) >= WHOLE_FROM ? formatNumber(value, language) : numberFormat(language, { maximumSignificantDigits: 6 }).format(value);
}

/** 0.8512 → 85.1 % */
export function formatRatio(value: number | null | undefined, language: Language, digits = 1): string {
  return known(value) ? numberFormat(language, { style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value) : NOTHING;
}

const SIZES = ["B", "kB", "MB", "GB", "TB"] as const;
/** 1234567 → 1.2 MB; powers of a thousand, as disks are sold. */
export function formatBytes(bytes: number | null | undefined, language: Language): string {
  if (!known(bytes)) return NOTHING;
  const power = Math.min(SIZES.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  return `${formatNumber(bytes / 1000 ** power, language, power ? 1 : 0)} ${SIZES[power] ?? ""}`;
}

const two = (n: number) => String(n).padStart(2, "0");

/** A running counter: 0:07, 12:30, 3:04:05, 2 d 03:04. */
export function formatCounter(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const [d, h, min] = [Math.floor(s / 86400), Math.floor(s / 3600) % 24, Math.floor(s / 60) % 60];
  if (d > 0) return `${d} d ${two(h)}:${two(min)}`;
  return h > 0 ? `${h}:${two(min)}:${two(s % 60)}` : `${min}:${two(s % 60)}`;
}

/** A duration in SI symbols, two places at most: 850 ms, 12.5 s, 4 min 30 s, 7 h 12 min, 3 d 4 h. */
export function formatDuration(us: number | null | undefined, language: Language): string {
  if (!known(us)) return NOTHING;
  const sign = us < 0 ? "−" : "";
  const s = Math.abs(us) / 1e6;
  if (s === 0) return "0 s";
  if (s < 1) return `${sign}${formatNumber(s * 1000, language, s < 0.01 ? 1 : 0)} ms`;
  if (s < 60) return `${sign}${formatNumber(s, language, s % 1 === 0 ? 0 : 1)} s`;
  const whole = Math.round(s);
  const [d, h, min] = [Math.floor(whole / 86400), Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60];
  const pair = (a: number, unitA: string, b: string) => `${sign}${formatNumber(a, language)} ${unitA}${b ? ` ${b}` : ""}`;
  if (d > 0) return pair(d, "d", h ? `${h} h` : "");
  if (h > 0) return pair(h, "h", min ? `${min} min` : "");
  return pair(min, "min", whole % 60 ? `${whole % 60} s` : "");
}

export type MomentStyle = "milli" | "month" | "time" | "second" | "minute" | "day" | "full" | "exact";
const STYLES: Readonly<Record<MomentStyle, Intl.DateTimeFormatOptions>> = {
  milli: { minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 },
  month: { month: "short", year: "numeric" },
  time: { hour: "2-digit", minute: "2-digit" },
  second: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
  minute: { day: "2-digit", month: "short", hour: "2-digit", minute: "2-digit" },
  day: { weekday: "short", day: "2-digit", month: "short" },
  full: { day: "2-digit", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit" },
  exact: { day: "2-digit", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 },
};

export interface Reader { language: Language; zone: string | undefined }

/** A moment (ms since 1970) on the plant's clock; the hour always counts to 24. */
export function formatMoment(ms: number, style: MomentStyle, reader: Reader): string {
  if (!Number.isFinite(ms)) return NOTHING;
  const key = `${reader.language} ${style} ${reader.zone}`;
  let format = momentFormats.get(key);
  if (!format) {
    const locale = reader.language === "en" ? "en-GB" : reader.language;
    format = new Intl.DateTimeFormat(locale, { ...STYLES[style], hourCycle: "h23", ...(reader.zone ? { timeZone: reader.zone } : {}) });
    momentFormats.set(key, format);
  }
  return format.format(ms);
}

const UNITS: Readonly<Record<string, string>> = { "{#}": "", "m{#}": "", "{#}/min": "/min", "{#}/h": "/h", Cel: "°C", "1": "", us: "µs" };

/** A UCUM unit as people on the floor write it. */
export const unitSymbol = (ucum: string | null | undefined): string => (ucum ? (UNITS[ucum] ?? ucum) : "");

const clocks = new Map<string | undefined, Intl.DateTimeFormat>(); // one costs as much as hundreds of readings of it

function clockOf(zone: string | undefined): Intl.DateTimeFormat {
  const known = clocks.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-GB", { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric", hourCycle: "h23", ...(zone ? { timeZone: zone } : {}) });
  clocks.set(zone, made);
  return made;
}

/** How far a zone is ahead of UTC at a moment. */
function zoneAheadMs(ms: number, zone: string | undefined): number {
  const parts = clockOf(zone).formatToParts(ms);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  return Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second")) - Math.floor(ms / 1000) * 1000;
}

/** The moment a plant's clock shows `YYYY-MM-DDTHH:MM`; in the hour that a DST change repeats, the first one. */
export function momentOfWall(text: string, zone: string | undefined): number {
  const asUtc = Date.parse(`${text.length === 10 ? `${text}T00:00` : text}Z`);
  if (Number.isNaN(asUtc)) return Number.NaN;
  const guess = asUtc - zoneAheadMs(asUtc, zone);
  const better = asUtc - zoneAheadMs(guess, zone);
  return Math.min(better, asUtc - zoneAheadMs(better - 3_600_000, zone) === better - 3_600_000 ? better - 3_600_000 : better);
}

/** The plant's clock as `YYYY-MM-DDTHH:MM`, for an input field. */
export const wallOf = (ms: number, zone: string | undefined): string => exactWallOf(ms, zone).slice(0, 16);

/** A moment as files hold it: RFC 3339 on the plant's clock, with its offset. `fraction`: of the second, as it is to be written. */
export function zoned(ms: number, zone: string | undefined, fraction = ""): string {
  const aheadMin = Math.round(zoneAheadMs(ms, zone) / 60_000);
  const [h, min] = [Math.floor(Math.abs(aheadMin) / 60), Math.abs(aheadMin) % 60];
  return `${exactWallOf(Math.floor(ms / 1000) * 1000, zone).slice(0, 19)}${fraction}${aheadMin < 0 ? "-" : "+"}${two(h)}:${two(min)}`;
}

/** The same to the millisecond. */
export const exactWallOf = (ms: number, zone: string | undefined): string => new Date(ms + zoneAheadMs(ms, zone)).toISOString().slice(0, 23);

/** The same time of the plant's clock so many days before: an hour more or less than that many times 24 h where clocks changed. */
export const daysEarlier = (ms: number, days: number, zone: string | undefined): number =>
  momentOfWall(new Date(Date.parse(`${exactWallOf(ms, zone)}Z`) - days * 86_400_000).toISOString().slice(0, 23), zone);

/** When the plant's day began that holds this moment. */
export const dayStartMs = (ms: number, zone: string | undefined): number => momentOfWall(wallOf(ms, zone).slice(0, 10), zone);
