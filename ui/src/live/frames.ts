// How live values travel: little-endian binary frames, one topic each, a JSON document or columns of tag values.

export interface DocumentFrame { kind: "document"; topicNo: number; document: unknown }
export interface ColumnsFrame { kind: "columns"; topicNo: number; tag: number[]; tsMs: Float64Array; value: Float64Array; quality: Uint16Array }

const HEAD = 8;
const COLUMNS_HEAD = 16;

/** An i64 as a number, exact up to 2⁵³: a BigInt each would be half of the work of a frame. */
const wide = (view: DataView, at: number): number => view.getInt32(at + 4, true) * 0x1_0000_0000 + view.getUint32(at, true);

function decodeColumns(view: DataView, topicNo: number): ColumnsFrame {
  const n = view.getUint32(HEAD, true);
  if (view.byteLength < COLUMNS_HEAD + n * 26) throw new RangeError("columns frame is cut off");
  const frame: ColumnsFrame = { kind: "columns", topicNo, tag: new Array<number>(n), tsMs: new Float64Array(n), value: new Float64Array(n), quality: new Uint16Array(n) };
  for (let i = 0; i < n; i++) {
    frame.tag[i] = wide(view, COLUMNS_HEAD + 8 * i);
    frame.tsMs[i] = wide(view, COLUMNS_HEAD + 8 * (n + i)) / 1000;
    frame.value[i] = view.getFloat64(COLUMNS_HEAD + 8 * (2 * n + i), true);
    frame.quality[i] = view.getUint16(COLUMNS_HEAD + 24 * n + 2 * i, true);
  }
  return frame;
}

/** Read one frame; null for a kind that this browser does not know yet. Raises RangeError or SyntaxError on a broken one. */
export function decodeFrame(buffer: ArrayBuffer): DocumentFrame | ColumnsFrame | null {
  const view = new DataView(buffer);
  const topicNo = view.getUint32(0, true);
  const kind = view.getUint8(4);
  if (kind === 1) return { kind: "document", topicNo, document: JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, HEAD))) };
  return kind === 2 ? decodeColumns(view, topicNo) : null;
}
