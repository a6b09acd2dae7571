// The figures of the shift that runs now: live where the link stands, asked for where it does not.
import { useQuery } from "@tanstack/react-query";
import { kpisQuery } from "@/api/queries";
import type { Kpis } from "@/api/types";
import { useLinkState, useLive, useRefused } from "@/live/live";

const ASK_AGAIN_MS = 15_000;

export function useCurrentShift(equipmentId: number): { kpis: Kpis | undefined; error: Error | null } {
  const topic = `equipment/${equipmentId}/kpi`;
  const live = useLive<Kpis>(topic);
  const refused = useRefused(topic);
  const link = useLinkState();
  const { data, error } = useQuery({
    ...kpisQuery(equipmentId, { shift: "current" }),
    enabled: !live && (refused || link === "lost"),
    refetchInterval: live ? false : ASK_AGAIN_MS,
  });
  return { kpis: live ?? data, error: live ? null : error };
}
