// Of all pieces, the good ones and the scrap two give the third, as the server derives it too.
export const KINDS = ["good", "scrap", "total", "rework", "infeed"] as const;
export type Kind = (typeof KINDS)[number];
export type Typed = Readonly<Record<Kind, string>>;

/** What follows from the total: of good and scrap the one that was not typed; negative: more was typed than there is in all. */
export function follows(typed: Typed): { kind: "good" | "scrap"; quantity: number } | null {
  if (typed.total === "") return null;
  const rest = Number(typed.total) - Number(typed.rework);
  if (typed.good === "") return { kind: "good", quantity: rest - Number(typed.scrap) };
  return typed.scrap === "" ? { kind: "scrap", quantity: rest - Number(typed.good) } : null;
}

/** Why what was typed cannot be sent: nothing of it is more than zero, or the parts are not the whole. */
export function wrong(typed: Typed): "nothing" | "sum" | null {
  if (KINDS.every((kind) => !Number(typed[kind]))) return "nothing";
  const derived = follows(typed);
  if (derived) return derived.quantity < 0 ? "sum" : null;
  return typed.total !== "" && Number(typed.good) + Number(typed.scrap) + Number(typed.rework) !== Number(typed.total) ? "sum" : null;
}

/** The quantities to send: all that was typed; a zero only where it says that there were none beside a total. */
export function sent(typed: Typed): Partial<Record<Kind, number>> {
  const zeros = typed.total === "" ? [] : KINDS.filter((kind) => typed[kind] !== "");
  return Object.fromEntries(KINDS.filter((kind) => Number(typed[kind]) > 0 || zeros.includes(kind)).map((kind) => [kind, Number(typed[kind])]));
}

/** The scrap there is, typed or derived: it has a reason. */
export const scrapIn = (typed: Typed): number => {
  const derived = follows(typed);
  return derived?.kind === "scrap" ? derived.quantity : Number(typed.scrap);
};
