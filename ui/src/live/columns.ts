// The newest value of every tag on screen, in typed arrays outside React: who looks is told once per frame, and painted once per picture.
import type { ColumnsFrame } from "@/live/frames";

const GOOD = 0xc0;
const MAJOR = 0xc0;
const GROW_BY = 256;

/** `deviceMs` null: the device's clock says the same as `tsMs`. A text has no number, a number no text. */
export interface LiveValue { tsMs: number; value: number; text: string | null; quality: number; deviceMs: number | null }
export type ColumnsOf = Pick<ColumnsFrame, "tag" | "tsMs" | "value" | "deviceMs" | "quality" | "text">;

export class ColumnStore {
  private slots = new Map<number, number>();
  private tsMs = new Float64Array(GROW_BY);
  private deviceMs = new Float64Array(GROW_BY);
  private value = new Float64Array(GROW_BY);
  private quality = new Uint16Array(GROW_BY);
  private version = new Uint32Array(GROW_BY);
  private text = new Map<number, string>();
  private listeners = new Map<number, Set<() => void>>();
  private painters = new Set<() => void>();
  private picture: number | null = null;

  private slot(tag: number): number {
    const known = this.slots.get(tag);
    if (known !== undefined) return known;
    const slot = this.slots.size;
    if (slot === this.tsMs.length) this.grow();
    this.slots.set(tag, slot);
    return slot;
  }

  private grow(): void {
    const wider = <Column extends Float64Array | Uint16Array | Uint32Array>(old: Column, fresh: Column) => (fresh.set(old), fresh);
    const n = this.tsMs.length * 2;
    this.tsMs = wider(this.tsMs, new Float64Array(n));
    this.deviceMs = wider(this.deviceMs, new Float64Array(n));
    this.value = wider(this.value, new Float64Array(n));
    this.quality = wider(this.quality, new Uint16Array(n));
    this.version = wider(this.version, new Uint32Array(n));
  }

  /** Take over a frame; a value that stands already is not news to anybody. */
  put({ tag, tsMs, value, deviceMs, quality, text }: ColumnsOf): void {
    const heard: number[] = [];
    for (let i = 0; i < tag.length; i++) {
      const id = tag[i] as number;
      const slot = this.slot(id);
      if (this.version[slot] !== 0 && this.tsMs[slot] === tsMs[i] && this.quality[slot] === quality[i] && Object.is(this.value[slot], value[i]) && this.text.get(id) === text.get(id)) continue;
      this.tsMs[slot] = tsMs[i] as number;
      this.deviceMs[slot] = deviceMs[i] as number;
      this.value[slot] = value[i] as number;
      this.quality[slot] = quality[i] as number;
      this.version[slot] = (this.version[slot] as number) + 1;
      if (this.listeners.has(id)) heard.push(id);
      const said = text.get(id);
      if (said !== undefined) this.text.set(id, said);
      else if (this.text.size > 0) this.text.delete(id);
    }
    for (const id of heard) for (const listener of this.listeners.get(id) ?? []) listener();
    if (this.painters.size > 0) this.picture ??= requestAnimationFrame(() => this.paint());
  }

  private paint(): void {
    this.picture = null;
    for (const painter of this.painters) painter();
  }

  /** Called at most once per picture, after frames have come: for what writes into the page without React. */
  onPicture(painter: () => void): () => void {
    this.painters.add(painter);
    return () => void this.painters.delete(painter);
  }

  /** Grows by one with every change of the tag; 0 = nothing came yet. What React and the painters compare. */
  versionOf(tag: number): number {
    const slot = this.slots.get(tag);
    return slot === undefined ? 0 : (this.version[slot] ?? 0);
  }

  read(tag: number): LiveValue | null {
    const slot = this.slots.get(tag);
    if (slot === undefined) return null;
    const [tsMs, deviceMs] = [this.tsMs[slot] ?? 0, this.deviceMs[slot] ?? 0];
    return { tsMs, value: this.value[slot] ?? Number.NaN, text: this.text.get(tag) ?? null, quality: this.quality[slot] ?? 0, deviceMs: deviceMs === tsMs ? null : deviceMs };
  }

  listen(tag: number, listener: () => void): () => void {
    const those = this.listeners.get(tag) ?? new Set();
    this.listeners.set(tag, those.add(listener));
    return () => {
      those.delete(listener);
      if (those.size === 0) this.listeners.delete(tag);
    };
  }
}

/** Whether a quality lets the value be believed (OPC: both major bits set). */
export const isGood = (quality: number): boolean => (quality & MAJOR) === GOOD;
