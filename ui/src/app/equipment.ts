// The equipment tree as the screens look at it: by id, by path, what lies below what.
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { equipmentQuery } from "@/api/queries";
import type { Equipment } from "@/api/types";
import { may, useMe } from "@/app/gate";

export class EquipmentMap {
  readonly roots: Equipment[] = [];
  private byIdMap = new Map<number, Equipment>();
  private byPathMap = new Map<string, Equipment>();
  private below = new Map<number, Equipment[]>();

  constructor(readonly items: readonly Equipment[]) {
    for (const item of items) {
      this.byIdMap.set(item.id, item);
      this.byPathMap.set(item.path, item);
    }
    for (const item of items) {
      const parent = item.parent_id === null ? undefined : this.byIdMap.get(item.parent_id);
      if (!parent) this.roots.push(item); // also what hangs below something the person may not see
      else this.below.set(parent.id, [...(this.below.get(parent.id) ?? []), item]);
    }
    for (const [id, children] of this.below) this.below.set(id, inFlow(this.byIdMap.get(id), children));
  }

  byId(id: number): Equipment | undefined { return this.byIdMap.get(id); }
  byPath(path: string): Equipment | undefined { return this.byPathMap.get(path); }
  children(id: number): readonly Equipment[] { return this.below.get(id) ?? []; }

  /** From the root down to the equipment itself. */
  chain(equipment: Equipment): Equipment[] {
    const parent = equipment.parent_id === null ? undefined : this.byIdMap.get(equipment.parent_id);
    return parent ? [...this.chain(parent), equipment] : [equipment];
  }

  /** Everything with work units directly below it, in tree order: the lines of an area. */
  groups(from: Equipment): Equipment[] {
    const children = this.children(from.id);
    const own = children.some((child) => child.level === "WorkUnit") ? [from] : [];
    return [...own, ...children.flatMap((child) => this.groups(child))];
  }
}

/** Work units stand in the order in which the product passes them. */
function inFlow(parent: Equipment | undefined, children: Equipment[]): Equipment[] {
  const flow = parent?.flow ?? [];
  const place = (child: Equipment) => {
    const at = flow.indexOf(child.path.split("/").at(-1) ?? "");
    return at < 0 ? flow.length : at;
  };
  return [...children].sort((a, b) => place(a) - place(b));
}

export function useEquipment(): { map: EquipmentMap; isPending: boolean; error: Error | null; refetch: () => void } {
  const enabled = may(useMe(), "plant.view");
  const { data, isLoading, error, refetch } = useQuery({ ...equipmentQuery(), enabled });
  const map = useMemo(() => new EquipmentMap(data ?? []), [data]);
  return { map, isPending: isLoading, error, refetch: () => void refetch() };
}
