// What is sent again of an entry once its person has chosen: what an earlier choice said goes, and the version seen is the newest.

export type Way = "mine" | "theirs" | "both";

/** `seen`: the version of the others' words; `first`: the one that was seen when the entry was written. */
export function chosen(body: unknown, how: Way, { seen, first }: { seen: string; first: string }): Record<string, unknown> {
  const { beside, ...said } = body as { beside?: string };
  const more = { mine: {}, theirs: { yields: true }, both: { beside: beside ?? first } }[how];
  const kept = Object.entries(said).filter(([name]) => name !== "yields");
  return { ...Object.fromEntries(kept), seen, ...more };
}
