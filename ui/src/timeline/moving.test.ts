// A hand that moves a picture: what is drawn, what is told of, and who wins when both change.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { View } from "@/timeline/keys";
import { type Given, Moving } from "@/timeline/moving";

const at = (t0: number): View => ({ t0, t1: t0 + 100 });
function moved() {
  const [drawn, told]: [number[], number[]] = [[], []];
  const given = (t0: number): Given => ({ view: at(t0), fits: ({ t0: from }) => at(Math.round(from)), near: (one, other) => Math.abs(one.t0 - other.t0) < 50, draw: (view) => drawn.push(view.t0), onRest: (view) => told.push(view.t0) });
  return { drawn, told, given, moving: new Moving(given(0)) };
}

describe("a view under a hand", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  it("is drawn at each step and told of when it rests", () => {
    const { moving, drawn, told, given } = moved();
    [10, 20.4, 30].forEach((t0) => moving.move(at(t0)));
    expect([drawn, told, moving.view]).toEqual([[10, 20, 30], [], at(30)]);
    vi.runAllTimers();
    expect([told, moving.view]).toEqual([[30], at(30)]);
    moving.hear(given(30));
    expect(moving.view).toEqual(at(30));
  });
  it("is told of under way where what was asked for is not enough, and does not jump back to that", () => {
    const { moving, told, given } = moved();
    [40, 60, 80].forEach((t0) => moving.move(at(t0)));
    expect(told).toEqual([60]);
    moving.hear(given(60));
    expect(moving.view).toEqual(at(80));
    vi.runAllTimers();
    expect(told).toEqual([60, 80]);
  });
  it("that came back to where it was tells nothing", () => {
    const { moving, told } = moved();
    [10, 0].forEach((t0) => moving.move(at(t0)));
    vi.runAllTimers();
    expect(told).toEqual([]);
  });
  it("gives way to another period that is chosen when it rests", () => {
    const { moving, given } = moved();
    moving.move(at(10));
    vi.runAllTimers();
    moving.hear(given(500));
    expect(moving.view).toEqual(at(500));
  });
});
