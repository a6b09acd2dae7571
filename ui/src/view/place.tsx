// Links into the plant: every piece of equipment has an address made of its own path.
import { Link, useRouterState } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Equipment } from "@/api/types";
import type { Search } from "@/view/search";

export const overviewOf = (path: string): string => `/overview/${path}`;
export const unitOf = (path: string): string => `/unit/${path}`;
export const placeOf = (equipment: Pick<Equipment, "path" | "level">): string =>
  equipment.level === "WorkUnit" ? unitOf(equipment.path) : overviewOf(equipment.path);

/** The equipment path in the address bar, or null on screens without one. */
export const useEquipmentPath = (): string | null =>
  useRouterState({ select: (state) => /^\/(?:overview|unit)\/(.+?)\/?$/.exec(decodeURIComponent(state.location.pathname))?.[1] ?? null });

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
