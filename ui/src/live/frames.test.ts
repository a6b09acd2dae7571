// A frame read wrongly would show one machine's value under another's name.
import { describe, expect, it, vi } from "vitest";
import { type ColumnsOf, ColumnStore, isGood } from "@/live/columns";
import { decodeFrame } from "@/live/frames";
import { backoffMs } from "@/live/link";

type Row = [tag: bigint, tsUs: bigint, value: number, quality: number, deviceUs?: bigint];
function columns(rows: Row[], texts = ""): ArrayBuffer {
  const n = rows.length;
  const text = new TextEncoder().encode(texts);
  const buffer = new ArrayBuffer(16 + n * 34 + text.length);
  const view = new DataView(buffer);
  view.setUint32(0, 7, true);
  view.setUint8(4, 3);
  view.setUint32(8, n, true);
  view.setUint32(12, text.length, true);
  rows.forEach(([tag, tsUs, value, quality, deviceUs], i) => {
    view.setBigInt64(16 + 8 * i, tag, true);
    view.setBigInt64(16 + 8 * (n + i), tsUs, true);
    view.setFloat64(16 + 8 * (2 * n + i), value, true);
    view.setBigInt64(16 + 8 * (3 * n + i), deviceUs ?? tsUs, true);
    view.setUint16(16 + 32 * n + 2 * i, quality, true);
  });
  new Uint8Array(buffer, 16 + 34 * n).set(text);
  return buffer;
}

describe("decodeFrame", () => {
  it("reads a JSON document with its topic number", () => {
    const text = new TextEncoder().encode('{"state":"Execute","who":"ä"}');
    const bytes = new Uint8Array(8 + text.length);
    bytes.set([9, 0, 0, 0, 1]);
    bytes.set(text, 8);
    expect(decodeFrame(bytes.buffer)).toEqual({ kind: "document", topicNo: 9, document: { state: "Execute", who: "ä" } });
  });

  it("reads columns in their order", () => {
    const frame = decodeFrame(columns([[501n, 1_700_000_000_123_456n, 96.5, 0xc0], [5_000_000_502n, -5_000n, -1, 8, 4_000n], [9n, 0n, Number.NaN, 0xc0]], '{"9":"Grün"}'));
    expect(frame).toMatchObject({ kind: "columns", topicNo: 7 });
    expect(frame?.kind === "columns" && [...frame.tag]).toEqual([501, 5_000_000_502, 9]);
    expect(frame?.kind === "columns" && [...frame.value]).toEqual([96.5, -1, Number.NaN]);
    expect(frame?.kind === "columns" && [...frame.tsMs]).toEqual([1_700_000_000_123.456, -5, 0]);
    expect(frame?.kind === "columns" && [...frame.deviceMs]).toEqual([1_700_000_000_123.456, 4, 0]);
    expect(frame?.kind === "columns" && [...frame.quality]).toEqual([0xc0, 8, 0xc0]);
    expect(frame?.kind === "columns" && [...frame.text]).toEqual([[9, "Grün"]]);
  });

  it("refuses a frame that is cut off", () => expect(() => decodeFrame(columns([[1n, 1n, 1, 1]]).slice(0, 20))).toThrow(RangeError));
  it("passes over a kind it does not know", () => expect(decodeFrame(new Uint8Array([1, 0, 0, 0, 9, 0, 0, 0]).buffer)).toBeNull());
});

const columnsOf = (rows: { tag: number; tsMs: number; value?: number; quality?: number; deviceMs?: number; text?: string }[]): ColumnsOf => ({
  tag: Float64Array.from(rows, (row) => row.tag), tsMs: Float64Array.from(rows, (row) => row.tsMs), value: Float64Array.from(rows, (row) => row.value ?? Number.NaN),
  deviceMs: Float64Array.from(rows, (row) => row.deviceMs ?? row.tsMs), quality: Uint16Array.from(rows, (row) => row.quality ?? 0xc0),
  text: new Map(rows.flatMap((row): [number, string][] => (row.text === undefined ? [] : [[row.tag, row.text]]))),
});

describe("ColumnStore", () => {
  const thousand = (tsMs: number) => columnsOf(Array.from({ length: 1000 }, (_, tag) => ({ tag, tsMs: tsMs + tag, value: tag * 2 })));

  it("keeps every tag's newest value and tells only who listens to it", () => {
    const store = new ColumnStore();
    const heard: number[] = [];
    const stop = store.listen(3, () => heard.push(3));
    store.put(thousand(0));
    stop();
    store.put(columnsOf([{ tag: 3, tsMs: 9, value: 9, quality: 8, deviceMs: 7 }]));
    expect(heard).toEqual([3]);
    expect(store.read(999)).toEqual({ tsMs: 999, value: 1998, text: null, quality: 0xc0, deviceMs: null });
    expect(store.read(3)).toEqual({ tsMs: 9, value: 9, text: null, quality: 8, deviceMs: 7 });
    expect(store.versionOf(3)).toBe(2);
    expect(store.read(5000)).toBeNull();
  });

  it("keeps texts, and a text that ends", () => {
    const store = new ColumnStore();
    store.put(columnsOf([{ tag: 1, tsMs: 1, text: "cola" }]));
    expect(store.read(1)?.text).toBe("cola");
    store.put(columnsOf([{ tag: 1, tsMs: 2, quality: 8 }]));
    expect(store.read(1)?.text).toBeNull();
  });

  it("takes what stands already for no news", () => {
    const store = new ColumnStore();
    store.put(columnsOf([{ tag: 1, tsMs: 1, value: 5 }, { tag: 2, tsMs: 1, quality: 8 }]));
    store.put(columnsOf([{ tag: 1, tsMs: 1, value: 5 }, { tag: 2, tsMs: 1, quality: 8 }]));
    expect([store.versionOf(1), store.versionOf(2)]).toEqual([1, 1]);
    store.put(columnsOf([{ tag: 1, tsMs: 1, value: 5, quality: 0x40 }]));
    expect(store.versionOf(1)).toBe(2);
  });

  it("paints once per picture, however many frames come", () => {
    const pictures: (() => void)[] = [];
    vi.stubGlobal("requestAnimationFrame", (picture: () => void) => pictures.push(picture));
    const store = new ColumnStore();
    let painted = 0;
    const stop = store.onPicture(() => { painted += 1; });
    store.put(thousand(0));
    store.put(thousand(1000));
    expect([pictures.length, painted]).toEqual([1, 0]);
    pictures.splice(0).forEach((picture) => picture());
    store.put(thousand(2000));
    pictures.splice(0).forEach((picture) => picture());
    stop();
    store.put(thousand(3000));
    expect([pictures.length, painted]).toEqual([0, 2]);
    vi.unstubAllGlobals();
  });
});

describe("link", () => {
  it.each([[0, 0, 500], [1, 1, 1000], [3, 0.5, 2250], [9, 1, 5000]])("after %i failures waits (jitter %d) %i ms", (failures, random, ms) => expect(backoffMs(failures, random)).toBe(ms));
  it.each([[0xc0, true], [0x1c0, true], [0x40, false], [8, false]])("quality %i good: %s", (quality, good) => expect(isGood(quality)).toBe(good));
});
