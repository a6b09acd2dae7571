// Which rows of the equipment tree are on screen, given what is folded and what is searched for.
import type { EquipmentMap } from "@/app/equipment";
import type { Equipment } from "@/api/types";

export interface Row { equipment: Equipment; depth: number; expandable: boolean; expanded: boolean }

const fold = (text: string) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** All equipment whose name or path holds the text, and everything above it. */
function matching(map: EquipmentMap, text: string): Set<number> | null {
  const wanted = fold(text.trim());
  if (!wanted) return null;
  const hits = map.items.filter((item) => fold(item.name).includes(wanted) || fold(item.path).includes(wanted));
  return new Set(hits.flatMap((hit) => map.chain(hit).map((item) => item.id)));
}

/** Depth-first rows. While something is searched for, everything above a hit is unfolded. */
export function rowsOf(map: EquipmentMap, folded: ReadonlySet<number>, search: string): Row[] {
  const wanted = matching(map, search);
  const rows: Row[] = [];
  const walk = (equipment: Equipment, depth: number) => {
    if (wanted && !wanted.has(equipment.id)) return;
    const children = map.children(equipment.id);
    const expanded = children.length > 0 && (wanted !== null || !folded.has(equipment.id));
    rows.push({ equipment, depth, expandable: children.length > 0, expanded });
    if (expanded) for (const child of children) walk(child, depth + 1);
  };
  for (const root of map.roots) walk(root, 0);
  return rows;
}
