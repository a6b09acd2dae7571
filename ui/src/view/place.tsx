// Links into the plant: every piece of equipment has an address made of its own path.
import { Link, Navigate, useRouterState } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Equipment } from "@/api/types";
import type { Search } from "@/view/search";

const AT = ["overview", "unit", "line", "andon", "station", "stops", "timeline", "losses", "groups", "kpi-trend", "board", "reports", "tags"] as const;
const at = (screen: (typeof AT)[number]) => (path: string): string => `/${screen}/${path}`;
export const overviewOf = at("overview");
export const unitOf = at("unit");
export const lineOf = at("line");
export const andonOf = at("andon");
export const stationOf = at("station");
export const stopsOf = at("stops");
export const timelineOf = at("timeline");
export const lossesOf = at("losses");
export const groupsOf = at("groups");
export const kpiTrendOf = at("kpi-trend");
export const boardOf = at("board");
export const reportsOf = at("reports");
export const tagsOf = at("tags");
export const tagOf = (id: number): string => `/tag/${id}`;
export const connectionOf = (name: string): string => `/connection/${encodeURIComponent(name)}`;

const LINES: ReadonlySet<string> = new Set(["ProductionLine", "ProcessCell", "ProductionUnit", "WorkCell", "WorkCenter"]);
type Placed = Pick<Equipment, "path" | "level">;
export const isLine = (equipment: Placed): boolean => LINES.has(equipment.level);
export const isUnit = (equipment: Placed): boolean => equipment.level === "WorkUnit";
export const placeOf = (equipment: Placed): string => (isUnit(equipment) ? unitOf : isLine(equipment) ? lineOf : overviewOf)(equipment.path);

const EQUIPMENT = new RegExp(`^/(?:${AT.join("|")})/(.+?)/?$`);
/** The equipment path in the address bar, or null on screens without one. */
export const useEquipmentPath = (): string | null =>
  useRouterState({ select: (state) => EQUIPMENT.exec(decodeURIComponent(state.location.pathname))?.[1] ?? null });

/** Leads on from an address of this screen (`from`); not from where the way already leads, to a screen that is still being fetched. */
export function LeadOn({ from, to }: { from: string; to: string }) {
  const still = useRouterState({ select: (state) => state.location.pathname.startsWith(from) });
  return still ? <Navigate to={to} replace /> : null;
}

const EXACT = { exact: true, includeSearch: false };

interface GoProps { to: string; search?: Search; className?: string | undefined; children: ReactNode; testid?: string; label?: string; current?: boolean }
/** A link inside Dovetail; opens in a new tab like any link. */
export function Go({ to, search, className, children, testid, label, current }: GoProps) {
  return (
    <Link to={to} activeOptions={EXACT} search={(search ?? {}) as never} className={className} data-testid={testid} aria-label={label} aria-current={current ? "page" : undefined}>
      {children}
    </Link>
  );
}
