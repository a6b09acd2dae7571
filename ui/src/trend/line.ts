// A stepped line as rectangles: every part of it is level or upright, and a canvas without a graphics card fills a rectangle forty times sooner than it strokes a path.
import { type Curve, type Sink, trace } from "@/trend/trace";

/** What a line is drawn with: `fillRect`, and how strongly. */
export type Brush = Pick<CanvasRenderingContext2D, "fillRect" | "globalAlpha">;
/** `dash`: on, off, on, off … px along the time axis, from `from` px on; none: whole. */
export interface Stroke { width: number; dash: readonly number[]; from: number; strength: number }
export interface Scale { x: (ms: number) => number; y: (value: number) => number }

const FAINT = 0.42; // between the dashes an upright is fainter, never gone: it may be the only sample that shows a fault

/** Where a pattern of dashes stands: it moves with the curve, not with the picture. */
class Dashes {
  readonly period: number;
  constructor(private readonly dash: readonly number[], private readonly from: number) {
    this.period = dash.reduce((sum, one) => sum + one, 0);
  }

  /** Whether there is a dash at `x`, and how far that reaches. */
  at(x: number): { on: boolean; until: number } {
    if (this.period === 0) return { on: true, until: Number.POSITIVE_INFINITY };
    let left = (((x - this.from) % this.period) + this.period) % this.period;
    for (let i = 0; i < this.dash.length; i++) {
      const length = this.dash[i] as number;
      if (left < length - 1e-6) return { on: i % 2 === 0, until: x + length - left };
      left -= length;
    }
    return { on: true, until: x + (this.dash[0] as number) };
  }
}

class Rectangles implements Sink {
  end: [number, number] | null = null;
  private x = 0;
  private y = 0;
  private readonly dashes: Dashes;
  private readonly half: number;
  constructor(private readonly brush: Brush, private readonly scale: Scale, private readonly stroke: Stroke) {
    this.dashes = new Dashes(stroke.dash, stroke.from);
    this.half = stroke.width / 2;
  }

  start(ms: number, value: number): void {
    this.to(this.scale.x(ms), this.scale.y(value));
    this.brush.fillRect(this.x - this.half, this.y - this.half, this.stroke.width, this.stroke.width); // a sample alone is seen too
  }

  hold(ms: number): void {
    const x = this.scale.x(ms);
    for (let from = this.x; from < x;) {
      const { on, until } = this.dashes.at(from);
      const to = Math.min(until, x);
      if (on) this.brush.fillRect(from, this.y - this.half, to - from, this.stroke.width);
      from = to;
    }
    this.to(x, this.y);
  }

  column(ms: number, { first, low, high, last }: { first: number; low: number; high: number; last: number }): void {
    const x = this.scale.x(ms);
    const y = this.scale.y(last);
    const [top, bottom] = [Math.min(this.y, this.scale.y(high), this.scale.y(first), y), Math.max(this.y, this.scale.y(low), y)];
    if (bottom - top > 0.01) {
      const { on } = this.dashes.at(x);
      this.brush.globalAlpha = on ? this.stroke.strength : this.stroke.strength * FAINT;
      this.brush.fillRect(x - this.half, top - this.half, this.stroke.width, bottom - top + this.stroke.width);
      this.brush.globalAlpha = this.stroke.strength;
    }
    this.to(x, y);
  }

  lift(): void { /* the next one starts where it is */ }

  private to(x: number, y: number): void {
    this.x = x;
    this.y = y;
    this.end = [x, y];
  }
}

/** Draws a curve in the colour that is set; where it ended, or null when nothing of it is in view. */
export function drawLine(brush: Brush, curve: Curve, { scale, stroke }: { scale: Scale; stroke: Stroke }): [number, number] | null {
  const line = new Rectangles(brush, scale, stroke);
  brush.globalAlpha = stroke.strength;
  trace(curve, line);
  brush.globalAlpha = 1;
  return line.end;
}
