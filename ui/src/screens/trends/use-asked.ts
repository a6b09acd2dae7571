// The trend's view: moved at once on screen, written into the address when the hand rests.
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useNowMs } from "@/live/now";
import { type Asked, askedOf, changeOf, viewOf, type When } from "@/screens/trends/state";
import type { View } from "@/timeline/keys";
import { useChangeSearch, useSearchText } from "@/view/search";

const RESTS_MS = 300;

/** `viewNow`: the view at the moment, for what happens at a press and need not be drawn at every step. */
export interface Trending extends Asked { view: View; viewNow: () => View; following: boolean; nowMs: number; show: (when: When) => void; set: (to: Partial<Asked>, replace?: "replace") => void }

export function useAsked(): Trending {
  const search = useSearchText();
  const change = useChangeSearch();
  const nowMs = useNowMs();
  const asked = useMemo(() => askedOf(search), [search]);
  const [moving, setMoving] = useState<When | null>(null);
  const written = JSON.stringify(asked.when);
  useEffect(() => setMoving(null), [written]); // the address has it, or leads elsewhere
  useEffect(() => {
    if (!moving) return undefined;
    const rests = setTimeout(() => change(changeOf({ when: moving }), "replace"), RESTS_MS);
    return () => clearTimeout(rests);
  }, [moving, change]);
  const set = useCallback((to: Partial<Asked>, replace?: "replace") => change(changeOf(to), replace), [change]);
  const when = moving ?? asked.when;
  const following = !("view" in when);
  const tick = following ? nowMs : 0;
  const view = useMemo(() => viewOf(when, tick), [when, tick]);
  const latest = useRef(view);
  useEffect(() => { latest.current = view; }, [view]);
  const viewNow = useCallback(() => latest.current, []);
  return { ...asked, when, view, viewNow, following, nowMs, show: setMoving, set };
}
