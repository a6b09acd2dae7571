// How trends travel: columns of float64 behind a head that names them, laid over the bytes without being copied.
import type { GoneSaid } from "@/trend/gone";
import type { Columns } from "@/trend/tiles";

export const F64 = "application/vnd.dovetail.f64";
const HEAD_AT = 16;
const MAGIC = "DVTF64";
const utf8 = new TextDecoder();

interface Head { columns: string[]; tags: { id: number; rows: number; before: number | null; dropped?: GoneSaid[] }[] }

/** One for each tag, in the order asked for. Throws RangeError for bytes that are none of ours. */
export function columnsOf(bytes: ArrayBuffer): Columns[] {
  if (bytes.byteLength < HEAD_AT || utf8.decode(new Uint8Array(bytes, 0, MAGIC.length)) !== MAGIC) throw new RangeError("these are no columns");
  const length = new DataView(bytes).getUint32(8, true);
  const head = JSON.parse(utf8.decode(new Uint8Array(bytes, HEAD_AT, length))) as Head;
  let at = HEAD_AT + length;
  return head.tags.map(({ id, rows, before, dropped = [] }) => {
    const found: Record<string, Float64Array> = {};
    for (const name of head.columns) {
      found[name] = new Float64Array(bytes, at, rows);
      at += 8 * rows;
    }
    return { id, before, dropped, ...found } as unknown as Columns;
  });
}
