// Fetches the tiles on screen: only what is missing, a few at a time, and no longer when nobody looks any more.
import { get, serverNowMs } from "@/api/client";
import { asProblem, type Problem } from "@/api/problem";
import type { Series } from "@/api/types";
import type { View } from "@/timeline/keys";
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

export interface Need extends Place { tag: number }
/** What of a view is not known yet, or may have changed. */
export function missing(store: TileStore, tags: readonly number[], look: { views: readonly View[]; level: number; nowMs: number }): Need[] {
  const places = new Set(look.views.flatMap((view) => tilesOf(view, look.level)));
  return [...places].flatMap((index) => tags.flatMap((tag) => {
    const tile = store.get(tag, { level: look.level, index });
    return tile && !stale(tile, look.nowMs) ? [] : [{ tag, level: look.level, index }];
  }));
}

const keyOf = ({ tag, level, index }: Need): string => `${tag} ${level} ${index}`;

export class Loader {
  private version = 0;
  private wanted: Need[] = [];
  private running = new Map<string, AbortController>();
  private refused = new Map<string, number>();
  private listeners = new Set<() => void>();
  private failed = new Map<number, Problem>();

  constructor(readonly store: TileStore) {}

  readonly getVersion = (): number => this.version;
  readonly listen = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  get busy(): boolean { return this.running.size > 0; }
  failure(tag: number): Problem | undefined { return this.failed.get(tag); }

  /** From now on these are wanted and nothing else. */
  want(needs: readonly Need[]): void {
    const keys = new Set(needs.map(keyOf));
    for (const [key, controller] of this.running) if (!keys.has(key)) controller.abort();
    this.wanted = [...needs];
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
    this.running.set(key, controller);
    const span = { start: momentOfUs(need.index * wide), end: momentOfUs((need.index + 1) * wide) };
    try {
      const series = await get<Series>("/series", { tag: need.tag, ...span, px: TILE }, controller.signal);
      this.store.put(need.tag, need, tileOf(series, need, { until: Math.min(((need.index + 1) * wide) / 1000, askedMs), askedMs }));
      this.failed.delete(need.tag);
      this.refused.delete(key);
      this.wanted = this.wanted.filter((one) => keyOf(one) !== key);
    } catch (error) {
      if (!controller.signal.aborted) {
        this.failed.set(need.tag, asProblem(error));
        this.refused.set(key, Date.now() + AFTER_FAILURE_MS);
      }
    } finally {
      this.running.delete(key);
      this.changed();
      this.more();
    }
  }

  private changed(): void {
    this.version += 1;
    for (const listener of this.listeners) listener();
  }
}

/** One for the whole page: going back to a trend finds it still there. */
export const loader = new Loader(new TileStore());
