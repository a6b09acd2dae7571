// Fetches the tiles on screen: only what is missing, a few at a time, and no longer when nobody looks any more.
import { getBytes, serverNowMs } from "@/api/client";
import { asProblem, type Problem } from "@/api/problem";
import type { View } from "@/timeline/keys";
import { columnsOf, F64 } from "@/trend/columns";
import { momentOfUs, TILE, tilesOf, tileUs } from "@/trend/levels";
import { type Place, type Tile, tileOf, TileStore } from "@/trend/tiles";

const AT_ONCE = 4; // a browser opens six lines to one server; the rest of the page needs some
const GROWING_MS = 10_000; // a tile that is not over is read again; what comes between comes live
const YOUNG_MS = 3_600_000;
const LATE_MS = 60_000; // what arrives late from a gateway that was cut off
const AFTER_FAILURE_MS = 5_000;

/** Whether a tile may have changed since it was read. */
export function stale(tile: Tile, nowMs: number): boolean {
  if (tile.t0 > nowMs) return false;
  const age = nowMs - tile.askedMs;
  if (tile.until < tile.t1) return age > Math.max(GROWING_MS, tile.wide);
  return nowMs - tile.t1 < YOUNG_MS && age > LATE_MS;
}

/** One request: the same stretch of several tags. */
export interface Need extends Place { tags: readonly number[] }
/** What of a view is not known yet, or may have changed. */
export function missing(store: TileStore, tags: readonly number[], look: { views: readonly View[]; level: number; nowMs: number }): Need[] {
  const places = [...new Set(look.views.flatMap((view) => tilesOf(view, look.level)))];
  return places.flatMap((index) => {
    const lacking = tags.filter((tag) => {
      const tile = store.get(tag, { level: look.level, index });
      return !tile || stale(tile, look.nowMs);
    });
    return lacking.length > 0 ? [{ tags: lacking, level: look.level, index }] : [];
  });
}

const keyOf = ({ tags, level, index }: Need): string => `${level} ${index} ${tags.join(",")}`;

export class Loader {
  private version = 0;
  private wanted: Need[] = [];
  private running = new Map<string, { need: Need; controller: AbortController }>();
  private refused = new Map<string, number>();
  private listeners = new Set<() => void>();
  /** How often something that was read was not so any more. */
  forgotten = 0;
  /** Why the last request failed, null when it did not. */
  failure: Problem | null = null;

  /** `asOf`: what was corrected later does not count; null: all that is known now does. */
  constructor(readonly store: TileStore, private readonly asOf: string | null = null) {}

  readonly getVersion = (): number => this.version;
  readonly listen = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  get busy(): boolean { return this.running.size > 0; }

  /** From now on these are wanted and nothing else. */
  want(needs: readonly Need[]): void {
    const left = new Map(needs.map((need) => [`${need.level} ${need.index}`, need]));
    for (const { need, controller } of this.running.values()) {
      const place = `${need.level} ${need.index}`;
      const wanted = left.get(place);
      if (!wanted?.tags.some((tag) => need.tags.includes(tag))) controller.abort();
      else left.set(place, { ...wanted, tags: wanted.tags.filter((tag) => !need.tags.includes(tag)) }); // it is on its way
    }
    this.wanted = [...left.values()].filter(({ tags }) => tags.length > 0);
    this.more();
  }

  private more(): void {
    const nowMs = Date.now();
    for (const need of this.wanted) {
      if (this.running.size >= AT_ONCE) return;
      if (this.running.has(keyOf(need)) || (this.refused.get(keyOf(need)) ?? 0) > nowMs) continue;
      void this.fetch(need);
    }
  }

  private async fetch(need: Need): Promise<void> {
    const controller = new AbortController();
    const [key, wide, askedMs] = [keyOf(need), tileUs(need.level), serverNowMs()];
    this.running.set(key, { need, controller });
    const span = { start: momentOfUs(need.index * wide), end: momentOfUs((need.index + 1) * wide) };
    try {
      const bytes = await getBytes("/series", { tags: need.tags.join(","), ...span, px: TILE, as_of: this.asOf }, { accept: F64, signal: controller.signal });
      const known = { until: Math.min(((need.index + 1) * wide) / 1000, askedMs), askedMs };
      for (const columns of columnsOf(bytes)) this.store.put(columns.id, need, tileOf(columns, need, known));
      this.failure = null;
      this.refused.delete(key);
      this.wanted = this.wanted.filter((one) => keyOf(one) !== key);
    } catch (error) {
      if (!controller.signal.aborted) {
        this.failure = asProblem(error);
        this.refused.set(key, Date.now() + AFTER_FAILURE_MS);
      }
    } finally {
      this.running.delete(key);
      this.changed();
      this.more();
    }
  }

  /** What is known of a tag is not so any more. */
  forget(tag: number): void {
    this.store.forget(tag);
    this.forgotten += 1;
    for (const { controller } of this.running.values()) controller.abort(); // it may bring what was known before
    this.changed();
  }

  private changed(): void {
    this.version += 1;
    for (const listener of this.listeners) listener();
  }
}

const KEPT_MAX = 4; // now, as sent, and two moments between which somebody goes to and fro
const loaders = new Map<string, Loader>();

/** One for the whole page and each moment of knowledge: going back to a trend finds it still there. */
export function loaderOf(asOf: string | null): Loader {
  const key = asOf ?? "";
  const found = loaders.get(key) ?? new Loader(new TileStore(), asOf);
  loaders.delete(key);
  loaders.set(key, found); // the one asked for last goes last
  for (const oldest of loaders.keys()) {
    if (loaders.size <= KEPT_MAX) break;
    loaders.delete(oldest);
  }
  return found;
}

/** A tag was corrected: its curve is read anew, whatever moment it is shown of. */
export function forget(tag: number): void {
  for (const loader of loaders.values()) loader.forget(tag);
}
