// How live values travel: little-endian binary frames, one topic each, a JSON document or columns of tag values.

export interface DocumentFrame { kind: "document"; topicNo: number; document: unknown }
/** Columns of one length; `text` holds the values that are no numbers, by tag. `deviceMs` equals `tsMs` where the device's clock says the same. */
export interface ColumnsFrame { kind: "columns"; topicNo: number; tag: Float64Array; tsMs: Float64Array; value: Float64Array; deviceMs: Float64Array; quality: Uint16Array; text: ReadonlyMap<number, string> }

const HEAD = 8;
const COLUMNS_HEAD = 16;
const ROW = 34; // bytes of one value: four columns of 8, one of 2
const NO_TEXT: ReadonlyMap<number, string> = new Map();
const utf8 = new TextDecoder();

/** i64[n] as numbers, exact up to 2⁵³: a BigInt each would be half of the work of a frame. */
function wide(halves: Int32Array, per: number): Float64Array {
  const n = halves.length / 2;
  const numbers = new Float64Array(n);
  for (let i = 0; i < n; i++) numbers[i] = ((halves[2 * i + 1] as number) * 0x1_0000_0000 + ((halves[2 * i] as number) >>> 0)) / per;
  return numbers;
}

function textOf(buffer: ArrayBuffer, at: number, length: number): ReadonlyMap<number, string> {
  if (length === 0) return NO_TEXT;
  const byTag = JSON.parse(utf8.decode(new Uint8Array(buffer, at, length))) as Record<string, string>;
  return new Map(Object.entries(byTag).map(([tag, text]) => [Number(tag), text]));
}

/** Every column starts on a multiple of its own width, so numbers are looked at where they lie. */
function decodeColumns(view: DataView, buffer: ArrayBuffer, topicNo: number): ColumnsFrame {
  const [n, length] = [view.getUint32(HEAD, true), view.getUint32(HEAD + 4, true)];
  const column = (no: number) => COLUMNS_HEAD + 8 * n * no;
  if (buffer.byteLength < COLUMNS_HEAD + ROW * n + length) throw new RangeError("columns frame is cut off");
  const whole = (no: number, per: number) => wide(new Int32Array(buffer, column(no), 2 * n), per);
  return {
    kind: "columns", topicNo, tag: whole(0, 1), tsMs: whole(1, 1000), value: new Float64Array(buffer, column(2), n),
    deviceMs: whole(3, 1000), quality: new Uint16Array(buffer, column(4), n), text: textOf(buffer, column(4) + 2 * n, length),
  };
}

/** Read one frame; null for a kind that this browser does not know yet. Raises RangeError or SyntaxError on a broken one. */
export function decodeFrame(buffer: ArrayBuffer): DocumentFrame | ColumnsFrame | null {
  const view = new DataView(buffer);
  const topicNo = view.getUint32(0, true);
  const kind = view.getUint8(4);
  if (kind === 1) return { kind: "document", topicNo, document: JSON.parse(utf8.decode(new Uint8Array(buffer, HEAD))) };
  return kind === 3 ? decodeColumns(view, buffer, topicNo) : null;
}
