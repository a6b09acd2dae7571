// The pens of a trend as the address keeps them: `12.0,15.1o,18.2h` is tag 12 with the first look, 15 with an axis of its own, 18 hidden.

export const PENS_MAX = 16; // looks that can be told apart: eight colours, each with dashes of its own
const PEN = /^(\d{1,15})(?:\.(\d{1,2}))?([oh]{0,2})$/;

export interface Pen { tag: number; look: number; own: boolean; hidden: boolean }

const freeLook = (pens: readonly Pen[]): number => Array.from({ length: PENS_MAX }, (_, i) => i).find((look) => pens.every((pen) => pen.look !== look)) ?? 0;

/** A pen for one more tag, in a look that no other has; the same pens when it is there already or there are too many. */
export function withTag(pens: readonly Pen[], tag: number): readonly Pen[] {
  if (pens.length >= PENS_MAX || pens.some((pen) => pen.tag === tag)) return pens;
  return [...pens, { tag, look: freeLook(pens), own: false, hidden: false }];
}

/** What an address says; what is no pen, comes twice or is too much is passed over. */
export function pensOf(text: string | undefined): readonly Pen[] {
  let pens: readonly Pen[] = [];
  for (const one of (text ?? "").split(",")) {
    const found = PEN.exec(one);
    if (!found) continue;
    const before = pens;
    pens = withTag(pens, Number(found[1]));
    const look = Number(found[2] ?? -1);
    const marks = found[3] ?? "";
    if (pens === before) continue;
    const free = look >= 0 && look < PENS_MAX && before.every((pen) => pen.look !== look);
    pens = pens.map((pen, i) => (i < before.length ? pen : { ...pen, look: free ? look : pen.look, own: marks.includes("o"), hidden: marks.includes("h") }));
  }
  return pens;
}

export const textOf = (pens: readonly Pen[]): string | null =>
  pens.map((pen) => `${pen.tag}.${pen.look}${pen.own ? "o" : ""}${pen.hidden ? "h" : ""}`).join(",") || null;

export const changed = (pens: readonly Pen[], tag: number, how: Partial<Pen>): Pen[] => pens.map((pen) => (pen.tag === tag ? { ...pen, ...how } : pen));
export const without = (pens: readonly Pen[], tag: number): Pen[] => pens.filter((pen) => pen.tag !== tag);

/** The axis a pen is read on: one for each unit, unless it wants its own. */
export const axisOf = (pen: Pen, unit: string | null): string => (pen.own ? `own ${pen.tag}` : `unit ${unit ?? ""}`);

export const COLOURS = 8;
const DASHES: readonly (readonly number[])[] = [[], [8, 4], [2, 3], [10, 3, 2, 3]];
export const dashOf = (look: number): readonly number[] => DASHES[look < COLOURS ? look % 2 : 2 + (look % 2)] ?? [];
