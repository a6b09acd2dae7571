// The stops of a shift or a period: which of them wait for a reason, in which order a person looks at them.
import { useQuery } from "@tanstack/react-query";
import { stopsQuery } from "@/api/queries";
import type { Stop, Stops } from "@/api/types";
import { useLinkState, useLive, useRefused } from "@/live/live";

const ASK_AGAIN_MS = 20_000;

/** Breaks need no reason, and nobody answers for a stop of seconds. */
export const needsReason = (stop: Stop): boolean => stop.reason === null && !stop.planned && !stop.micro;

export const startMs = (stop: Stop): number => Date.parse(stop.start);
/** How long, so far, ms. */
export const lastsMs = (stop: Stop, nowMs: number): number => (stop.end ? stop.duration_s * 1000 : Math.max(0, nowMs - startMs(stop)));

/** As the operator meets them: what still stands, then what has no reason, then the rest; in each the newest first. */
export function inOrder(stops: readonly Stop[]): Stop[] {
  const rank = (stop: Stop) => (needsReason(stop) ? (stop.end === null ? 0 : 1) : stop.end === null ? 2 : 3);
  return [...stops].sort((a, b) => rank(a) - rank(b) || startMs(b) - startMs(a));
}

export interface Filter { unit: number | null; reason: string | null; unassigned: boolean; own: boolean; longerMs: number; planned: boolean; micro: boolean; slow: boolean; sort: "newest" | "longest" }

/** A reason also matches those below it: `mechanical` finds `mechanical/jam`. */
export function filtered(stops: readonly Stop[], filter: Filter, nowMs: number): Stop[] {
  const { reason } = filter;
  const fits = (stop: Stop) =>
    (filter.unit === null || stop.equipment_id === filter.unit) &&
    (reason === null || stop.reason === reason || (stop.reason?.startsWith(`${reason}/`) ?? false)) &&
    (!filter.unassigned || stop.reason === null) &&
    (!filter.own || !stop.external) &&
    lastsMs(stop, nowMs) >= filter.longerMs &&
    (filter.planned || !stop.planned) &&
    (filter.micro || !stop.micro);
  const by = filter.sort === "longest" ? (a: Stop, b: Stop) => lastsMs(b, nowMs) - lastsMs(a, nowMs) : (a: Stop, b: Stop) => startMs(b) - startMs(a);
  return stops.filter(fits).sort(by);
}

/** The sum of what a list shows, as the server's explanation names it: its filters, the moment up to which a stop that goes
 * on lasts, and back to which one the list was loaded. */
export function stopsPath(filter: Filter, measure: "us" | "stops", { nowMs, oldest }: { nowMs: number; oldest?: Stop | undefined }): string {
  const [unit, begin] = oldest?.stop_id.split("-") ?? [];
  const steps = [
    `at:${Math.floor(nowMs) * 1000}`,
    filter.unit !== null && `machine:${filter.unit}`,
    filter.reason !== null && `reason:${encodeURIComponent(filter.reason)}`,
    filter.unassigned && "unassigned",
    filter.own && "own",
    filter.longerMs > 0 && `longer:${filter.longerMs * 1000}`,
    filter.planned && "planned",
    filter.micro && "short",
    oldest && `since:${begin}.${unit}`,
  ];
  return ["stops", ...steps.filter(Boolean), measure].join("/");
}

/** The stops of the shift that runs now, or of the last hours where none does: live, asked for where the link refuses them. */
export function useShiftStops(equipmentId: number): { stops: Stops | undefined; error: Error | null } {
  const topic = `equipment/${equipmentId}/stops`;
  const live = useLive<Stops>(topic);
  const refused = useRefused(topic);
  const link = useLinkState();
  const { data, error } = useQuery({ ...stopsQuery(equipmentId, { shift: "current" }), enabled: !live && (refused || link === "lost"), refetchInterval: ASK_AGAIN_MS });
  const stops = live ?? data;
  return { stops, error: stops ? null : error };
}
