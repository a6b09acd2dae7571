// What a quality says: the byte of OPC DA below, our own marks above it.

export type Grade = "good" | "uncertain" | "bad";
export type Mark = "reanchored" | "held" | "substituted";
export const GRADES: readonly Grade[] = ["good", "uncertain", "bad"];
const MARKS: readonly (readonly [number, Mark])[] = [[1 << 8, "reanchored"], [1 << 9, "held"], [1 << 10, "substituted"]];

/** 0b11 good, 0b01 uncertain, anything else bad. */
export function gradeOf(quality: number): Grade {
  const major = quality & 0xc0;
  return major === 0xc0 ? "good" : major === 0x40 ? "uncertain" : "bad";
}

/** The low byte by which the catalogues name it. */
export const codeOf = (quality: number): string => String(quality & 0xff);
export const marksOf = (quality: number): Mark[] => MARKS.filter(([bit]) => (quality & bit) !== 0).map(([, mark]) => mark);
