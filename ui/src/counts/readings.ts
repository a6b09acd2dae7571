// What lies between two readings of a counter, as the server sees it too.

/** Where a counter that shows this begins anew if it has no more digits. */
export const rollsAt = (shown: number): number => 10 ** String(shown).length;

/** The pieces from one reading to a later one; null: it shows less, and nobody says where it begins anew. */
export function made(before: number, after: number, modulus: number | null): number | null {
  if (after >= before) return after - before;
  return modulus === null || before >= modulus ? null : modulus - before + after;
}

/** How far a begin lies from the end before it: positive pieces are missing, negative are there twice; the shorter way round. */
export function apart(last: number, before: number, modulus: number | null): number {
  const far = before - last;
  if (modulus === null) return far;
  const half = Math.floor(modulus / 2);
  return ((((far + half) % modulus) + modulus) % modulus) - half;
}
