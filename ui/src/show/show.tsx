// The components through which every number, moment and duration reaches a screen; each carries its exact value for whoever takes it away.
import { createContext, useContext } from "react";
import { useKnownMs } from "@/live/live";
import { formatBytes, formatCounter, formatDuration, formatMeasured, formatMoment, formatNumber, formatRatio, type MomentStyle, type Reader, unitSymbol } from "@/show/format";
import { useLanguage } from "@/words/language";

const Zone = createContext<string | undefined>(undefined);
/** Below this, moments are shown on the clock of this time zone (the plant's, not the browser's). */
export const PlantClock = Zone.Provider;
export const useZone = (): string | undefined => useContext(Zone);

export function useReader(): Reader {
  const zone = useZone();
  const language = useLanguage();
  return { language, zone };
}

interface NumProps { value: number | null | undefined; digits?: number; unit?: string | null; measured?: boolean }
export function Num({ value, digits = 0, unit = null, measured = false }: NumProps) {
  const language = useLanguage();
  const symbol = unitSymbol(unit);
  return (
    <span className="num" data-given={value ?? ""} data-unit={symbol || undefined}>
      {measured ? formatMeasured(value, language) : formatNumber(value, language, digits)}
      {symbol && value !== null && value !== undefined && <span className="unit">{`\u2009${symbol}`}</span>}
    </span>
  );
}

export function Ratio({ value, digits = 1 }: { value: number | null | undefined; digits?: number }) {
  return <span className="num" data-given={value ?? ""}>{formatRatio(value, useLanguage(), digits)}</span>;
}

export function Size({ bytes }: { bytes: number | null | undefined }) {
  return <span className="num">{formatBytes(bytes, useLanguage())}</span>;
}

export function Lasting({ us }: { us: number | null | undefined }) {
  return <span className="num" data-given={us === null || us === undefined ? "" : us / 1e6} data-unit="s">{formatDuration(us, useLanguage())}</span>;
}

/** `at` is RFC 3339 or ms; hovering shows date, milliseconds and the zone. */
export function When({ at, as = "minute" }: { at: string | number | null | undefined; as?: MomentStyle }) {
  const reader = useReader();
  const ms = typeof at === "string" ? Date.parse(at) : (at ?? Number.NaN);
  if (!Number.isFinite(ms)) return <span className="num">{formatMoment(Number.NaN, as, reader)}</span>;
  return (
    <time className="num" dateTime={new Date(ms).toISOString()} data-given={typeof at === "string" ? at : new Date(ms).toISOString()} title={`${formatMoment(ms, "exact", reader)} ${reader.zone ?? ""}`}>
      {formatMoment(ms, as, reader)}
    </time>
  );
}

/** Counts up from a moment, once a second. */
export function Running({ since }: { since: string | null }) {
  const nowMs = useKnownMs();
  return since && <span className="num">{formatCounter(nowMs - Date.parse(since))}</span>;
}
