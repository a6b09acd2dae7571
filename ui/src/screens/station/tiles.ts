// How many machines of a line stand side by side on its station: as many as a gloved finger and the eye can tell apart.
export const TILE_MIN_PX = 134; // the longest state at 18 px, broken once; wider than the 110 px of a touch
export const GAP_PX = 10;
const TURN_PX = 112;

const fit = (widthPx: number): number => Math.max(1, Math.floor((widthPx + GAP_PX) / (TILE_MIN_PX + GAP_PX)));

/** The machines of each page, dealt out evenly; one page, and no button to turn it, where all of them fit. */
export function pagesOf<Unit>(units: readonly Unit[], widthPx: number): (readonly Unit[])[] {
  const pages = units.length <= fit(widthPx) ? 1 : Math.ceil(units.length / fit(widthPx - TURN_PX - GAP_PX));
  const size = Math.max(1, Math.ceil(units.length / pages));
  return Array.from({ length: pages }, (_, n) => units.slice(n * size, (n + 1) * size)).filter((page) => page.length > 0);
}
