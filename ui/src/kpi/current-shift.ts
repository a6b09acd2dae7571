// The figures of the shift that runs now: live where the link stands, asked for where it does not.
import { type UseQueryOptions, useQuery } from "@tanstack/react-query";
import { kpisQuery, liveKpiQuery } from "@/api/queries";
import type { Kpis, LiveKpi } from "@/api/types";
import { useLinkState, useLive, useRefused } from "@/live/live";

const ASK_AGAIN_MS = 15_000;

function useLatest<Document>(topic: string, asked: UseQueryOptions<Document, Error, Document, never[]>): { found: Document | undefined; error: Error | null } {
  const live = useLive<Document>(topic);
  const refused = useRefused(topic);
  const link = useLinkState();
  const { data, error } = useQuery({ ...asked, enabled: !live && (refused || link === "lost"), refetchInterval: live ? false : ASK_AGAIN_MS });
  return { found: live ?? data, error: live ? null : error };
}

export function useCurrentShift(equipmentId: number): { kpis: Kpis | undefined; error: Error | null } {
  const { found, error } = useLatest<Kpis>(`equipment/${equipmentId}/kpi`, kpisQuery(equipmentId, { shift: "current" }) as never);
  return { kpis: found, error };
}

/** How it stands against its plan, and how it will end. */
export const useLiveKpi = (equipmentId: number): LiveKpi | undefined => useLatest<LiveKpi>(`equipment/${equipmentId}/live-kpi`, liveKpiQuery(equipmentId) as never).found;
