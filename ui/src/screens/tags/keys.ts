// The keys of the tag table: arrows walk the rows, Enter opens one.

type Move = (at: number, last: number, screen: number) => number;
const MOVES: Readonly<Record<string, Move>> = {
  ArrowDown: (at, last) => Math.min(at + 1, last),
  ArrowUp: (at) => Math.max(at - 1, 0),
  PageDown: (at, last, screen) => Math.min(at + screen, last),
  PageUp: (at, _, screen) => Math.max(at - screen, 0),
  Home: () => 0,
  End: (_, last) => last,
};

/** The row a key leads to, null for a key that leads to none. `screen`: rows in view. */
export function moved(key: string, at: number, rows: { count: number; screen: number }): number | null {
  const move = MOVES[key];
  return move && rows.count > 0 ? move(Math.min(at, rows.count - 1), rows.count - 1, Math.max(1, rows.screen - 1)) : null;
}
