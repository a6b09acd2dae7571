// Counts that nobody can convert, as things to do: how many there are for whoever is signed in.
import { useQuery } from "@tanstack/react-query";
import { unconvertedQuery } from "@/api/queries";
import type { Unconverted } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import { useMayAt } from "@/jobs/jobs";

export interface Group { key: string; first: Unconverted; quantity: number; end: string }

/** Counts of one machine, kind, unit and product that wait for the same thing, as one. */
export function grouped(items: readonly Unconverted[]): Group[] {
  const groups = new Map<string, Group>();
  for (const one of items) {
    const key = JSON.stringify([one.equipment_id, one.kind, one.unit, one.product, one.by]);
    const held = groups.get(key) ?? { key, first: one, quantity: 0, end: one.end };
    groups.set(key, { ...held, quantity: held.quantity + one.quantity, end: one.end });
  }
  return [...groups.values()];
}

/** What whoever is signed in may mend of it, each machine, unit and product once: by a job for that time, by the product's units. */
export function useToMend(): number {
  const may = useMayAt();
  const { map } = useEquipment();
  const items = useQuery(unconvertedQuery()).data?.items ?? [];
  const mends = ({ first }: Group) => {
    const unit = map.byId(first.equipment_id);
    return unit !== undefined && (first.why === "no-job" ? ["job.operate"] : ["plant.edit", ...(first.by ? ["count.enter"] : [])]).some((permission) => may(permission, unit));
  };
  return grouped(items).filter(mends).length;
}
