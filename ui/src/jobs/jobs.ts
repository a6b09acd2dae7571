// The jobs that run on the floor, and who may start and end them.
import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { change, serverNowMs } from "@/api/client";
import { jobResponsesQuery, productsQuery } from "@/api/queries";
import type { Equipment, JobResponse, Product } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import { useMe } from "@/app/gate";
import { useNowMs } from "@/live/now";

const DAY_MS = 86_400_000;
const STEP_MS = 600_000;
const ASK_AGAIN_MS = 15_000;

/** Whether the person holds a permission here: a grant on the equipment or on anything above it. */
export const useMay = (permission: string, equipment: Equipment): boolean => useMayAt()(permission, equipment);

/** The same, asked of several machines. */
export function useMayAt(): (permission: string, equipment: Equipment) => boolean {
  const me = useMe();
  const { map } = useEquipment();
  return (permission, equipment) => {
    const held = me.permissions.at[permission] ?? [];
    return me.permissions.system.includes(permission) || map.chain(equipment).some((node) => held.includes(node.id));
  };
}

/** The jobs that run now, undefined until that is known; of a line those of its work units. Asked for the last minutes only; a running job touches them however long it lasts. */
export function useKnownJobs(equipmentId: number): JobResponse[] | undefined {
  const step = Math.floor(useNowMs() / STEP_MS) * STEP_MS;
  const span = { start: new Date(step - STEP_MS).toISOString(), end: new Date(step + DAY_MS).toISOString() };
  return useQuery({ ...jobResponsesQuery(equipmentId, span), refetchInterval: ASK_AGAIN_MS }).data?.filter((job) => job.end === null);
}

/** What the floor calls one job: an order that runs on several machines of a line, whether it was started on all at once or on each. */
export interface Run { key: string; first: JobResponse; jobs: readonly JobResponse[] }
export function runsOf(jobs: readonly JobResponse[]): Run[] {
  const runs = new Map<string, JobResponse[]>();
  for (const job of jobs) {
    const key = job.job_order || job.lot ? `${job.product} ${job.job_order} ${job.lot}` : job.run_id;
    runs.set(key, [...(runs.get(key) ?? []), job]);
  }
  return [...runs].flatMap(([key, all]) => (all[0] ? [{ key, first: all[0], jobs: all }] : []));
}

/** What ends, hands over or cancels a run on this equipment: a run's id acts on every machine of the line, a response's id on one. */
export const idsOf = (run: Run, here: Equipment): string[] => [...new Set(run.jobs.map((job) => (here.level === "WorkUnit" ? job.id : job.run_id)))];

export function useProductName(): (id: string) => string {
  const { data } = useQuery(productsQuery());
  return useCallback((id) => data?.find((product) => product.id === id)?.name ?? id, [data]);
}

/** The product's rate on the nearest equipment that has one, else the equipment's own. */
export function rateFor(product: Product | undefined, chain: readonly Equipment[]): number | null {
  for (const node of [...chain].reverse()) {
    const rate = product?.rates_upm[node.path];
    if (rate !== undefined) return rate;
  }
  return chain.at(-1)?.standard_rate_upm ?? null;
}

export interface Given { product: string | null; rate: number | null; order: string; lot: string }

/** Start it; what runs now ends at the same moment, all of it or nothing. The audit row of what was done. */
export async function startJob(equipment: Equipment, running: JobResponse | undefined, given: Given): Promise<string[]> {
  const started = await change("POST", "/job-responses", {
    equipment_id: equipment.id,
    product: given.product,
    ...(running ? { started_at: new Date(serverNowMs()).toISOString(), ends: [running.id] } : {}),
    ...(given.rate === null ? {} : { standard_rate_upm: given.rate }),
    ...(given.order.trim() ? { job_order: given.order.trim() } : {}),
    ...(given.lot.trim() ? { lot: given.lot.trim() } : {}),
  });
  return started.auditId ? [started.auditId] : [];
}
