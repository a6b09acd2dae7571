// The newest value of every tag on screen, in typed arrays outside React: only the row that changed is drawn again.

const GOOD = 0xc0;
const MAJOR = 0xc0;
const GROW_BY = 256;

export interface LiveValue { tsMs: number; value: number; quality: number }

export class ColumnStore {
  private slots = new Map<number, number>();
  private tsMs = new Float64Array(GROW_BY);
  private value = new Float64Array(GROW_BY);
  private quality = new Uint16Array(GROW_BY);
  private version = new Uint32Array(GROW_BY);
  private listeners = new Map<number, Set<() => void>>();

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
    const n = this.tsMs.length + GROW_BY;
    this.tsMs = wider(this.tsMs, new Float64Array(n));
    this.value = wider(this.value, new Float64Array(n));
    this.quality = wider(this.quality, new Uint16Array(n));
    this.version = wider(this.version, new Uint32Array(n));
  }

  put(tag: number, sample: LiveValue): void {
    const slot = this.slot(tag);
    this.tsMs[slot] = sample.tsMs;
    this.value[slot] = sample.value;
    this.quality[slot] = sample.quality;
    this.version[slot] = (this.version[slot] ?? 0) + 1;
    for (const listener of this.listeners.get(tag) ?? []) listener();
  }

  /** Grows by one with every value of the tag; 0 = nothing came yet. What React compares. */
  versionOf(tag: number): number {
    const slot = this.slots.get(tag);
    return slot === undefined ? 0 : (this.version[slot] ?? 0);
  }

  read(tag: number): LiveValue | null {
    const slot = this.slots.get(tag);
    if (slot === undefined) return null;
    return { tsMs: this.tsMs[slot] ?? 0, value: this.value[slot] ?? Number.NaN, quality: this.quality[slot] ?? 0 };
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
