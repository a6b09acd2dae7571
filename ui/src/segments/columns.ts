// The time of a machine as columns: tens of thousands of segments that a canvas walks through without an object for each.
import { type Look, lookOf } from "@/states/look";

/** `n` > 1: short records of one pixel, shown as what took most of their time; `holds` says which kinds of time are in it. */
export interface LaneAnswer { equipment_id: number; t0_us: number[]; t1_us: number[]; look: number[]; marks: number[]; n: number[]; holds: number[] }
export interface LookAnswer { state: string; mode: string; reason: string | null; external: boolean; kind: "void" | "stands" | "produces" }
export interface SegmentsAnswer { start: string; end: string; until: string; bucket_us: number; records: number; partial: boolean; looks: LookAnswer[]; lanes: LaneAnswer[] }

export const MARK = { edited: 1, changed: 2, provisional: 4, person: 8, commented: 16, open: 32 } as const;
export const HOLDS = { void: 1, stands: 2, produces: 4 } as const;
const KIND = { void: 1, stands: 2, produces: 4 } as const;

/** What segments of one kind look like, and what they say. */
export interface Said extends LookAnswer { look: Look }

export interface Columns {
  equipmentId: number;
  /** ms since 1970, ascending; each ends where the next begins. */
  t0: Float64Array;
  t1: Float64Array;
  look: Uint16Array;
  marks: Uint8Array;
  n: Uint32Array;
  holds: Uint8Array;
}
export interface Picture { said: readonly Said[]; lanes: readonly Columns[]; untilMs: number; records: number; partial: boolean }

export const pictureOf = (answer: SegmentsAnswer): Picture => ({
  said: answer.looks.map((one) => ({ ...one, look: lookOf(one) })),
  lanes: answer.lanes.map((lane) => ({
    equipmentId: lane.equipment_id,
    t0: Float64Array.from(lane.t0_us, (us) => us / 1000),
    t1: Float64Array.from(lane.t1_us, (us) => us / 1000),
    look: Uint16Array.from(lane.look), marks: Uint8Array.from(lane.marks), n: Uint32Array.from(lane.n), holds: Uint8Array.from(lane.holds),
  })),
  untilMs: Date.parse(answer.until), records: answer.records, partial: answer.partial,
});

/** The first segment that ends after a moment; the length of the lane when there is none. */
export function firstAfter(lane: Columns, ms: number): number {
  let [low, high] = [0, lane.t1.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lane.t1[middle] ?? 0) > ms) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The segment at a moment, -1 where nothing is told of it. */
export function segmentAt(lane: Columns, ms: number): number {
  const place = firstAfter(lane, ms);
  return place < lane.t0.length && (lane.t0[place] ?? 0) <= ms ? place : -1;
}

/** One segment as an object, for the few that a person looks at. */
export interface Segment extends Said { equipmentId: number; place: number; t0: number; t1: number; marks: number; n: number; holds: number }
export function segmentOf(picture: Picture, lane: Columns, place: number): Segment | null {
  const said = picture.said[lane.look[place] ?? -1];
  if (!said) return null;
  return { ...said, equipmentId: lane.equipmentId, place, t0: lane.t0[place] ?? 0, t1: lane.t1[place] ?? 0, marks: lane.marks[place] ?? 0, n: lane.n[place] ?? 1, holds: lane.holds[place] ?? 0 };
}

/** Whether a merged segment hides time of another kind than the one it shows. */
export const hides = (said: LookAnswer, holds: number, kind: keyof typeof HOLDS): boolean => (holds & HOLDS[kind]) !== 0 && KIND[said.kind] !== HOLDS[kind];

/** Everything of a lane that lies in view. */
export function inView(picture: Picture, lane: Columns, view: { t0: number; t1: number }): Segment[] {
  const found: Segment[] = [];
  for (let place = firstAfter(lane, view.t0); place < lane.t0.length && (lane.t0[place] ?? 0) < view.t1; place++) {
    const segment = segmentOf(picture, lane, place);
    if (segment) found.push(segment);
  }
  return found;
}

/** What a picture says of the time in view, each once: without an object for each of a hundred thousand segments. */
export function saidInView({ said, lanes }: Picture, view: { t0: number; t1: number }): Said[] {
  const seen = new Uint8Array(said.length);
  for (const lane of lanes) {
    for (let place = firstAfter(lane, view.t0); place < lane.t0.length && (lane.t0[place] ?? 0) < view.t1; place++) seen[lane.look[place] ?? 0] = 1;
  }
  return said.filter((_, i) => seen[i] === 1);
}
