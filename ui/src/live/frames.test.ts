// A frame read wrongly would show one machine's value under another's name.
import { describe, expect, it } from "vitest";
import { ColumnStore, isGood } from "@/live/columns";
import { decodeFrame } from "@/live/frames";
import { backoffMs } from "@/live/link";

function columns(rows: [tag: bigint, tsUs: bigint, value: number, quality: number][]): ArrayBuffer {
  const n = rows.length;
  const view = new DataView(new ArrayBuffer(16 + n * 26));
  view.setUint32(0, 7, true);
  view.setUint8(4, 2);
  view.setUint32(8, n, true);
  rows.forEach(([tag, tsUs, value, quality], i) => {
    view.setBigInt64(16 + 8 * i, tag, true);
    view.setBigInt64(16 + 8 * (n + i), tsUs, true);
    view.setFloat64(16 + 8 * (2 * n + i), value, true);
    view.setUint16(16 + 24 * n + 2 * i, quality, true);
  });
  return view.buffer as ArrayBuffer;
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
    const frame = decodeFrame(columns([[501n, 1_700_000_000_123_456n, 96.5, 0xc0], [502n, 5_000n, -1, 8]]));
    expect(frame).toMatchObject({ kind: "columns", topicNo: 7, tag: [501, 502] });
    expect(frame?.kind === "columns" && [...frame.value]).toEqual([96.5, -1]);
    expect(frame?.kind === "columns" && [...frame.tsMs]).toEqual([1_700_000_000_123.456, 5]);
    expect(frame?.kind === "columns" && [...frame.quality]).toEqual([0xc0, 8]);
  });

  it("refuses a frame that is cut off", () => expect(() => decodeFrame(columns([[1n, 1n, 1, 1]]).slice(0, 20))).toThrow(RangeError));
  it("passes over a kind it does not know", () => expect(decodeFrame(new Uint8Array([1, 0, 0, 0, 9, 0, 0, 0]).buffer)).toBeNull());
});

describe("ColumnStore", () => {
  it("keeps every tag's newest value and tells only who listens to it", () => {
    const store = new ColumnStore();
    const heard: number[] = [];
    const stop = store.listen(3, () => heard.push(3));
    for (let tag = 0; tag < 1000; tag++) store.put(tag, { tsMs: tag, value: tag * 2, quality: 0xc0 });
    stop();
    store.put(3, { tsMs: 9, value: 9, quality: 8 });
    expect(heard).toEqual([3]);
    expect(store.read(999)).toEqual({ tsMs: 999, value: 1998, quality: 0xc0 });
    expect(store.read(3)).toEqual({ tsMs: 9, value: 9, quality: 8 });
    expect(store.versionOf(3)).toBe(2);
    expect(store.read(5000)).toBeNull();
  });
});

describe("link", () => {
  it.each([[0, 0, 500], [1, 1, 1000], [3, 0.5, 2250], [9, 1, 5000]])("after %i failures waits (jitter %d) %i ms", (failures, random, ms) => expect(backoffMs(failures, random)).toBe(ms));
  it.each([[0xc0, true], [0x1c0, true], [0x40, false], [8, false]])("quality %i good: %s", (quality, good) => expect(isGood(quality)).toBe(good));
});
