// A view under a hand: drawn at once, told of when it rests. The page around the picture need not follow each step of a movement.
import { useEffect, useMemo } from "react";
import type { View } from "@/timeline/keys";

const REST_MS = 120;
const same = (one: View, other: View): boolean => one.t0 === other.t0 && one.t1 === other.t1;

/** `fits`: how a view is told. `near`: what was asked for the one is enough for the other; else it is told of under way. */
export interface Given { view: View; fits: (view: View) => View; near: (one: View, other: View) => boolean; draw: (view: View) => void; onRest: (view: View) => void }

export class Moving {
  private held: View | null = null;
  private told: View;
  private seen: View;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private given: Given;
  constructor(given: Given) {
    this.given = given;
    this.told = this.seen = given.view;
  }

  /** Where the picture stands. */
  get view(): View { return this.held ?? this.given.view; }

  /** What the page says now; a movement that rests has arrived, or was overtaken. */
  hear(given: Given): void {
    this.given = given;
    if (same(given.view, this.seen)) return;
    this.seen = given.view;
    if (this.timer === null) this.held = null;
  }

  move(to: View): void {
    const { fits, near, draw } = this.given;
    this.held = fits(to);
    draw(this.held);
    this.stop();
    this.timer = setTimeout(() => this.rest(), REST_MS);
    if (!near(this.held, this.told)) this.tell(this.held);
  }

  rest(): void {
    this.stop();
    if (this.held === null) return;
    if (same(this.held, this.given.view)) this.held = null;
    else this.tell(this.held);
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  private tell(view: View): void {
    this.told = view;
    this.given.onRest(view);
  }
}

export function useMoving(given: Given): Moving {
  const moving = useMemo(() => new Moving(given), []); // eslint-disable-line react-hooks/exhaustive-deps -- it hears of what is given below
  moving.hear(given);
  useEffect(() => () => moving.stop(), [moving]);
  return moving;
}
