// The curves on screen: what was read of each pen, what came live since, and how far its last value may be held.
import { useEffect, useMemo, useRef, useSyncExternalStore } from "react";
import { useDebouncedValue } from "@mantine/hooks";
import { isGood } from "@/live/columns";
import { liveLink } from "@/live/live";
import type { Problem } from "@/api/problem";
import type { View } from "@/timeline/keys";
import { levelOf, tilesOf } from "@/trend/levels";
import { type Loader, loaderOf, missing } from "@/trend/loader";
import type { Curve, TailPoint } from "@/trend/trace";

const SETTLED_MS = 70; // a wheel turns several notches in this time: asked is where it begins, at once, and where it stops
const LOOK_AGAIN_MS = 5_000;
const TAIL_MAX = 2_000; // of a value ten times a second: more than three minutes between two readings of the history

/** What came live since the page opened, outside React. */
class Tails {
  private points = new Map<number, TailPoint[]>();
  private seen = new Map<number, number>();

  /** Whether anything came. */
  take(tags: readonly number[]): boolean {
    let news = false;
    for (const tag of tags) {
      const version = liveLink.columns.versionOf(tag);
      const live = this.seen.get(tag) === version ? null : liveLink.columns.read(tag);
      this.seen.set(tag, version);
      if (!live) continue;
      const points = this.points.get(tag) ?? [];
      if (live.tsMs <= (points.at(-1)?.tsMs ?? 0)) continue;
      points.push({ tsMs: live.tsMs, value: isGood(live.quality) && !Number.isNaN(live.value) ? live.value : null });
      if (points.length > TAIL_MAX) points.shift();
      this.points.set(tag, points);
      news = true;
    }
    return news;
  }

  of(tag: number): readonly TailPoint[] { return this.points.get(tag) ?? []; }
}

/** Several tiles may come between two pictures: they are told of once. */
function oncePerPicture(loader: Loader): (listener: () => void) => () => void {
  return (listener) => {
    let frame = 0;
    const stop = loader.listen(() => { frame ||= requestAnimationFrame(() => { frame = 0; listener(); }); });
    return () => { cancelAnimationFrame(frame); stop(); };
  };
}

/** `asOf` of the curves, `beside` of the second ones: corrections made later do not count. */
export interface Known { asOf: string | null; beside: string | null }
interface Look extends Known { tags: readonly number[]; view: View; shiftMs: number | null; width: number; nowMs: number; holdsUntil: (tag: number) => number }
/** `exact`: all in view has been read as finely as it is drawn. */
export interface Curves { level: number; busy: boolean; exact: boolean; failure: Problem | null; of: (tag: number) => Curve; then: (tag: number) => Curve }

const shifted = (view: View, ms: number): View => ({ t0: view.t0 + ms, t1: view.t1 + ms });

/** `then` is the same stretch of another time on its own clock, or as it was known at another moment. `onNews` is called when a live value came. */
export function useCurves({ tags, view, shiftMs, width, nowMs, holdsUntil, asOf, beside }: Look, onNews: () => void): Curves {
  const [loader, second] = [useMemo(() => loaderOf(asOf), [asOf]), useMemo(() => loaderOf(beside), [beside])];
  const [news, secondNews] = [useMemo(() => oncePerPicture(loader), [loader]), useMemo(() => oncePerPicture(second), [second])];
  const version = useSyncExternalStore(news, loader.getVersion) + useSyncExternalStore(secondNews, second.getVersion);
  const level = levelOf(view, width);
  const tails = useRef(new Tails());
  const other = shiftMs === null ? null : shifted(view, shiftMs);
  const key = [tags.join(","), level, tilesOf(view, level).join(","), other && tilesOf(other, level).join(","), Math.floor(nowMs / LOOK_AGAIN_MS), asOf, beside, loader.forgotten, second.forgotten].join(" ");
  const [settled] = useDebouncedValue(key, SETTLED_MS, { leading: true });
  useEffect(() => {
    if (width === 0 || settled !== key) return;
    const both = other !== null && second === loader;
    loader.want(missing(loader.store, tags, { views: both ? [view, other] : [view], level, nowMs }));
    if (other && !both) second.want(missing(second.store, tags, { views: [other], level, nowMs }));
  }, [settled, key, width > 0]); // eslint-disable-line react-hooks/exhaustive-deps -- the key says all that matters
  useEffect(() => () => { loader.want([]); second.want([]); }, [loader, second]);
  const heard = useRef({ tags, onNews });
  useEffect(() => { heard.current = { tags, onNews }; });
  useEffect(() => liveLink.columns.onPicture(() => { if (tails.current.take(heard.current.tags)) heard.current.onNews(); }), []);
  return useMemo(() => ({
    level,
    busy: loader.busy || second.busy,
    exact: tags.every((tag) => tilesOf(view, level).every((index) => loader.store.get(tag, { level, index }) !== undefined)),
    failure: loader.failure ?? second.failure,
    of: (tag) => ({ segments: loader.store.segments(tag, view, level), tail: tails.current.of(tag), until: Math.min(view.t1, holdsUntil(tag)) }),
    then: (tag) => ({ segments: other ? second.store.segments(tag, other, level) : [], tail: [], until: Math.min(other?.t1 ?? 0, holdsUntil(tag)) }),
  }), [version, level, view, tags, other?.t0, other?.t1, holdsUntil, loader, second]); // eslint-disable-line react-hooks/exhaustive-deps -- `version` stands for what the store holds
}
