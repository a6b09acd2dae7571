// Hands on a trend: drag, wheel, two fingers, cursors that are set and moved; at most one change per picture.
import { type PointerEvent, type RefObject, useEffect, useMemo, useRef } from "react";
import type { View } from "@/timeline/keys";
import { allowed, pinched, pressed, wheeled } from "@/trend/gestures";
import type { Box } from "@/trend/layout";
import type { Cursor } from "@/trend/paint";

const CLICK_PX = 4; // a hand shakes
const GRASP_PX = 8;

export interface Hands {
  view: View;
  cursors: readonly Cursor[];
  onView: (view: View) => void;
  onGo: (where: "first" | "now") => void;
  onHover: (ms: number | null) => void;
  /** A cursor by its name, to be set (a moment), or taken away (null). */
  onCursor: (name: string, ms: number | null) => void;
}
interface Held { x: number; y: number; from: number; moved: boolean; cursor: string | null }
export interface HandsOn {
  field: RefObject<HTMLDivElement | null>;
  press: (key: string, shift: boolean) => boolean;
  down: (event: PointerEvent<HTMLDivElement>) => void;
  move: (event: PointerEvent<HTMLDivElement>) => void;
  up: (event: PointerEvent<HTMLDivElement>) => void;
  leave: () => void;
}

class Grip {
  given!: Hands & { plot: Box };
  private next: (() => void) | null = null;
  private frame = 0;
  private held = new Map<number, Held>();
  private touched = "A";
  /** The view as it will be once the waiting change is drawn. */
  private ahead: View | null = null;

  private soon(act: () => void): void {
    this.next = act;
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      const now = this.next;
      this.next = this.ahead = null;
      now?.();
    });
  }

  private show(view: View): void {
    const next = allowed(view);
    this.ahead = next;
    this.soon(() => this.given.onView(next));
  }

  private get view(): View { return this.ahead ?? this.given.view; }
  private share(x: number): number { return (x - this.given.plot.left) / this.given.plot.width; }
  private msAt(x: number): number { return this.view.t0 + this.share(x) * (this.view.t1 - this.view.t0); }
  private inside(x: number): boolean { return this.share(x) >= 0 && this.share(x) <= 1; }

  private near(x: number): string | null {
    const apart = (ms: number) => Math.abs(this.given.plot.left + ((ms - this.view.t0) / (this.view.t1 - this.view.t0)) * this.given.plot.width - x);
    return this.given.cursors.find((cursor) => cursor.pinned && apart(cursor.ms) <= GRASP_PX)?.name ?? null;
  }

  down(event: PointerEvent<HTMLDivElement>): void {
    if (event.button !== 0) return;
    const { x, y } = placeIn(event);
    event.currentTarget.setPointerCapture(event.pointerId);
    this.held.set(event.pointerId, { x, y, from: x, moved: false, cursor: this.held.size === 0 ? this.near(x) : null });
  }

  move(event: PointerEvent<HTMLDivElement>): void {
    const { x, y } = placeIn(event);
    const held = this.held.get(event.pointerId);
    if (!held) {
      if (event.pointerType !== "touch") this.given.onHover(this.inside(x) ? this.msAt(x) : null);
      return;
    }
    const before = { ...held };
    held.moved ||= Math.abs(x - held.from) > CLICK_PX;
    if (!held.moved && this.held.size < 2) return;
    Object.assign(held, { x, y });
    const { cursor } = held;
    if (cursor) return this.soon(() => this.given.onCursor(cursor, this.msAt(x)));
    if (this.held.size === 2) return this.pinch(event.pointerId, before.x);
    const span = this.view.t1 - this.view.t0;
    const by = ((before.x - x) / this.given.plot.width) * span;
    this.show({ t0: this.view.t0 + by, t1: this.view.t1 + by });
  }

  private pinch(id: number, beforeX: number): void {
    const now = [...this.held.values()].map(({ x }) => this.share(x));
    const before = [...this.held].map(([other, { x }]) => this.share(other === id ? beforeX : x));
    for (const one of this.held.values()) one.moved = true;
    this.show(pinched(this.view, before as [number, number], now as [number, number]));
  }

  up(event: PointerEvent<HTMLDivElement>): void {
    const held = this.held.get(event.pointerId);
    this.held.delete(event.pointerId);
    if (!held || held.moved || !this.inside(held.x) || event.type === "pointercancel") return;
    const name = event.shiftKey ? "B" : "A";
    this.touched = name;
    this.given.onCursor(name, this.msAt(held.x));
  }

  leave(): void { if (this.held.size === 0) this.given.onHover(null); }

  wheel(event: WheelEvent): void {
    const { x } = { x: event.clientX - (event.currentTarget as HTMLElement).getBoundingClientRect().left };
    event.preventDefault();
    const span = this.view.t1 - this.view.t0;
    const sideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
    if (!sideways) return this.show(wheeled(this.view, event.deltaY, this.msAt(Math.max(x, this.given.plot.left))));
    const by = ((event.deltaX || event.deltaY) / this.given.plot.width) * span;
    this.show({ t0: this.view.t0 + by, t1: this.view.t1 + by });
  }

  press(key: string, shift: boolean): boolean {
    const found = pressed(key, this.view, shift);
    if (found) {
      if ("view" in found) this.show(found.view);
      else this.given.onGo(found.go);
      return true;
    }
    return this.pressCursor(key);
  }

  private pressCursor(key: string): boolean {
    const name = { a: "A", b: "B" }[key];
    const own = this.given.cursors.find((cursor) => cursor.name === (name ?? this.touched));
    if (name) {
      this.touched = name;
      this.given.onCursor(name, own ? null : (this.view.t0 + this.view.t1) / 2);
      return true;
    }
    const step = { ",": -1, ".": 1, "<": -20, ">": 20 }[key];
    if (step !== undefined && own) {
      this.given.onCursor(own.name, own.ms + (step * (this.view.t1 - this.view.t0)) / this.given.plot.width);
      return true;
    }
    if (key !== "Escape" || this.given.cursors.every((cursor) => !cursor.pinned)) return false;
    for (const cursor of this.given.cursors) if (cursor.pinned) this.given.onCursor(cursor.name, null);
    return true;
  }
}

function placeIn(event: PointerEvent<HTMLDivElement>): { x: number; y: number } {
  const box = event.currentTarget.getBoundingClientRect();
  return { x: event.clientX - box.left, y: event.clientY - box.top };
}

export function useHands(given: Hands & { plot: Box }): HandsOn {
  const field = useRef<HTMLDivElement>(null);
  const grip = useMemo(() => new Grip(), []);
  grip.given = given;
  useEffect(() => {
    const element = field.current;
    const turn = (event: WheelEvent) => grip.wheel(event);
    element?.addEventListener("wheel", turn, { passive: false }); // React listens passively, the page would scroll
    return () => element?.removeEventListener("wheel", turn);
  }, [grip]);
  return useMemo(() => ({
    field,
    press: (key, shift) => grip.press(key, shift),
    down: (event) => grip.down(event),
    move: (event) => grip.move(event),
    up: (event) => grip.up(event),
    leave: () => grip.leave(),
  }), [grip]);
}
