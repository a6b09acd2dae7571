// Whether a part of the page is near what one sees: five hundred machines are drawn, and heard of, a screenful at a time.
import { type RefCallback, useCallback, useState } from "react";

const AHEAD_PX = 400; // what comes into view next is there before it does

type Near = (element: Element, tell: (near: boolean) => void) => () => void;
const watched = new WeakMap<Element, (near: boolean) => void>();
let observer: IntersectionObserver | undefined;

/** One observer for the whole page. */
const watch: Near = (element, tell) => {
  observer ??= new IntersectionObserver((entries) => { for (const entry of entries) watched.get(entry.target)?.(entry.isIntersecting); }, { rootMargin: `${AHEAD_PX}px` });
  watched.set(element, tell);
  observer.observe(element);
  return () => {
    watched.delete(element);
    observer?.unobserve(element);
  };
};

/** A ref for the part, whether it is near, and how high it was when it last was: so much room it keeps. */
export function useNear(heightPx: number): { ref: RefCallback<HTMLElement>; near: boolean; keepPx: number } {
  const [{ near, keepPx }, setSeen] = useState({ near: false, keepPx: heightPx });
  const ref = useCallback((element: HTMLElement | null) => {
    if (!element) return undefined;
    return watch(element, (now) => setSeen((before) => (before.near === now ? before : { near: now, keepPx: now ? before.keepPx : element.offsetHeight })));
  }, []);
  return { ref, near, keepPx };
}
