// The address bar keeps the whole view: equipment, time, tab and the open explanation can be sent to a colleague.
import { useNavigate, useRouterState } from "@tanstack/react-router";
import { useCallback } from "react";

export type Search = Readonly<Record<string, string>>;
export type Change = Readonly<Record<string, string | null>>;

export const parseSearch = (text: string): Search => Object.fromEntries(new URLSearchParams(text));
export function stringifySearch(search: Record<string, unknown>): string {
  const pairs = Object.entries(search).filter(([, value]) => value !== undefined && value !== null && value !== "");
  // times, paths and lists stay readable: ":", "/" and "," need no escape in a query
  const text = new URLSearchParams(pairs.map(([key, value]) => [key, String(value)])).toString().replaceAll("%3A", ":").replaceAll("%2F", "/").replaceAll("%2C", ",");
  return text ? `?${text}` : "";
}

export const useSearchText = (): Search => useRouterState({ select: (state) => state.location.search as Search });

/** Change some parts of the view; null takes a part away. `replace` leaves no step behind for the back button. */
export function useChangeSearch(): (change: Change, replace?: "replace") => void {
  const navigate = useNavigate();
  return useCallback(
    (change, replace) => {
      const next = (before: Search) => Object.fromEntries(Object.entries({ ...before, ...change }).filter(([, value]) => value !== null));
      void navigate({ to: ".", search: next as never, replace: replace === "replace" });
    },
    [navigate],
  );
}
