// The newest of what a signal was read with and what came live since.
import { useCallback, useSyncExternalStore } from "react";
import type { Scalar, Tag } from "@/api/types";
import type { LiveValue } from "@/live/columns";
import { liveLink, useLiveValue } from "@/live/live";
import { formatMeasured, NOTHING, unitSymbol } from "@/show/format";
import { gradeOf } from "@/signals/quality";
import type { Language } from "@/words/language";

/** Kinds whose values are numbers: they have a trend and come live. */
export const NUMERIC: ReadonlySet<string> = new Set(["f64", "i64", "u64", "bool"]);

export interface Newest { value: Scalar; tsMs: number; quality: number; deviceMs: number | null }

function valueOf(tag: Tag, live: LiveValue): Scalar {
  if (live.text !== null) return live.text;
  if (Number.isNaN(live.value)) return null;
  return tag.kind === "bool" ? live.value !== 0 : live.value;
}

export function newestOf(tag: Tag, live: LiveValue | null): Newest | null {
  const last = tag.last;
  const loadedMs = last ? Date.parse(last.ts) : Number.NEGATIVE_INFINITY;
  if (live && live.tsMs > loadedMs) return { value: valueOf(tag, live), tsMs: live.tsMs, quality: live.quality, deviceMs: live.deviceMs };
  return last && { value: last.value, tsMs: loadedMs, quality: last.quality, deviceMs: last.ts_device ? Date.parse(last.ts_device) : null };
}

/** For a row on screen: drawn again when its own value changes, and only then. */
export const useNewest = (tag: Tag): Newest | null => newestOf(tag, useLiveValue(tag.id));
/** Drawn again when the quality changes; a value of the same quality is no reason. */
export function useLiveQuality(tag: Tag): number | null {
  const listen = useCallback((listener: () => void) => liveLink.columns.listen(tag.id, listener), [tag.id]);
  return useSyncExternalStore(listen, () => peekNewest(tag)?.quality ?? null);
}
/** For sorting and filtering thousands at once, without listening to any. */
export const peekNewest = (tag: Tag): Newest | null => newestOf(tag, liveLink.columns.read(tag.id));

/** Without its unit; what is bad has no value. */
export function valueText(newest: Newest | null, language: Language): string {
  if (!newest || newest.value === null || gradeOf(newest.quality) === "bad") return NOTHING;
  return typeof newest.value === "number" ? formatMeasured(newest.value, language) : String(newest.value);
}

export function valueWithUnit(newest: Newest | null, tag: Tag, language: Language): string {
  const text = valueText(newest, language);
  const symbol = unitSymbol(tag.unit);
  return symbol && text !== NOTHING ? `${text}\u2009${symbol}` : text;
}
