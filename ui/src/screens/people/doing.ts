// What was just done to a user, said on the page, with the way back for a while.
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { change } from "@/api/client";

const UNDO_MS = 20_000;

export type Deed = "didRole" | "didDeactivate" | "didActivate" | "didSignOut" | "didChange";
export interface Done { deed: Deed; name: string; auditId: string | null }

/** Take note of what was done; the list is asked for anew. */
export function useDone() {
  const client = useQueryClient();
  const [done, setDone] = useState<Done | null>(null);
  const [held, hold] = useState(false); // nobody is hurried: it stays while a pointer or the focus is on it
  useEffect(() => {
    if (!done || held) return undefined;
    const timer = setTimeout(() => setDone(null), UNDO_MS);
    return () => clearTimeout(timer);
  }, [done, held]);
  const note = (next: Done | null) => {
    setDone(next);
    hold(false);
    void client.invalidateQueries({ queryKey: ["/people"] });
  };
  return { done, note, hold };
}

export const undo = (auditId: string) => change("POST", `/audit/${auditId}/undo`);
