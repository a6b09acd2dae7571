// In which unit pieces are entered: that of the product that runs, or another that it knows, as cases or kilograms.
import { useQuery } from "@tanstack/react-query";
import { productsQuery } from "@/api/queries";
import type { Equipment, Product } from "@/api/types";
import css from "@/counts/enter.module.css";
import { unitWords } from "@/counts/unit-words";
import { useKnownJobs } from "@/jobs/jobs";
import { useWords } from "@/words/words";

const PIECES = ["{#}", "1", "pcs", "pieces"];

/** How a unit is called: pieces have no sign of their own. */
export function useUnitName(): (unit: string | null) => string {
  const say = useWords(unitWords);
  return (unit) => (unit === null || PIECES.includes(unit) ? say("pieces") : unit);
}

/** The products that run on a machine, and the units that they know beside their own. */
function useRunning(machineId: number): { running: Product[]; others: string[] } {
  const jobs = useKnownJobs(machineId) ?? [];
  const { data } = useQuery(productsQuery());
  const running = (data ?? []).filter((product) => jobs.some((job) => job.product === product.id));
  return { running, others: [...new Set(running.flatMap((product) => Object.keys(product.units)))] };
}

/** The unit that is chosen, as long as it stands there to be seen: where another product runs by now, that one's own (null). */
export function useSeenUnit(machine: Equipment | undefined, chosen: string | null): string | null {
  const { others } = useRunning(machine?.id ?? -1);
  return chosen !== null && others.includes(chosen) ? chosen : null;
}

/** `chosen` null: the product's own. Nothing where no product that runs here knows another. */
export function Units({ machine, chosen, onChoose }: { machine: Equipment; chosen: string | null; onChoose: (unit: string | null) => void }) {
  const say = useWords(unitWords);
  const name = useUnitName();
  const { running, others } = useRunning(machine.id);
  if (others.length === 0) return null;
  const all = [null, ...others];
  return (
    <div className={css.units} role="radiogroup" aria-label={say("countedIn")}>
      {all.map((one) => <button key={one ?? ""} type="button" role="radio" aria-checked={one === chosen} className={css.unit} onClick={() => onChoose(one)} data-testid={`enter-in-${one ?? "own"}`}>{name(one ?? running[0]?.unit ?? null)}</button>)}
    </div>
  );
}
