// How fast a machine runs, and how fast it should: live where its signals come, never a value that cannot be believed.
import { useQuery } from "@tanstack/react-query";
import { tagsQuery } from "@/api/queries";
import type { Equipment, Tag } from "@/api/types";
import { isGood } from "@/live/columns";
import { useLiveValue, useTopicWanted } from "@/live/live";

/** Live where it came, else as the page was loaded; null when it cannot be believed. */
function useNumber(tag: Tag | undefined): number | null {
  const live = useLiveValue(tag?.id ?? -1);
  if (live) return isGood(live.quality) ? live.value : null;
  return tag?.last && isGood(tag.last.quality) && typeof tag.last.value === "number" ? tag.last.value : null;
}

/** What a tag of a machine says now; undefined where there is no such tag, or while it is not known. */
export function useTagNow(equipmentId: number, property: string | undefined): { tagId: number; value: number | null } | undefined {
  const { data } = useQuery({ ...tagsQuery(equipmentId), staleTime: 60_000, enabled: property !== undefined });
  useTopicWanted(property === undefined ? null : `tags/${equipmentId}`);
  const tag = data?.find((candidate) => candidate.property === property);
  const value = useNumber(tag);
  return tag && { tagId: tag.id, value };
}

export interface Speed { tagId: number; value: number | null; unit: string | null; rate: number | null }

/** Null for a machine without a speed signal; undefined until that is known. */
export function useSpeed(equipment: Pick<Equipment, "id" | "standard_rate_upm">): Speed | null | undefined {
  const { data } = useQuery({ ...tagsQuery(equipment.id), staleTime: 60_000 });
  useTopicWanted(`tags/${equipment.id}`);
  const tag = data?.find((candidate) => candidate.property === "speed");
  const value = useNumber(tag);
  const rate = useNumber(data?.find((candidate) => candidate.property === "rate_upm"));
  return tag ? { tagId: tag.id, value, unit: tag.unit, rate: rate || equipment.standard_rate_upm } : data && null; // 0 or nothing: no job, the unit's own
}
