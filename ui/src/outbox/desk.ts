// The outbox of this device: who may use it, and when it sends.
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useSyncExternalStore } from "react";
import { command, newKey, serverNowMs } from "@/api/client";
import { refreshPlant } from "@/api/queries";
import { useMe } from "@/app/gate";
import { useLinkState } from "@/live/live";
import { type Command, type Entry, type Outcome, Outbox } from "@/outbox/outbox";

const KEY = "dovetail.outbox";
const TRY_AGAIN_MS = 10_000;
let memory: string | null = null; // where the browser keeps nothing for us, the page still does

const store = {
  read: () => memory ?? globalThis.localStorage?.getItem(KEY) ?? null,
  write(text: string) {
    try {
      localStorage.setItem(KEY, text);
      memory = null;
    } catch {
      memory = text;
    }
  },
};
export const outbox = new Outbox(store, (entry) => command(entry.path, entry.body, entry.id));

export const useOutbox = (): readonly Entry[] => useSyncExternalStore(outbox.listen, outbox.entries);

/** Hand something to the outbox: kept at once, sent as soon as may be. */
export function useSubmit(): (what: Command) => Promise<Outcome> {
  const { person } = useMe();
  const client = useQueryClient();
  return useCallback(async (what) => {
    const outcome = await outbox.submit(what, { id: newKey(), person: person.id, personName: person.name, atMs: serverNowMs() });
    if (outcome.kind === "sent") refreshPlant(client);
    return outcome;
  }, [person, client]);
}

/** Once, below the gate: sends what waits when the link comes back, and now and then while something waits. */
export function useOutboxPost(): void {
  const { person } = useMe();
  const client = useQueryClient();
  const link = useLinkState();
  const waits = useOutbox().some((entry) => entry.person === person.id && entry.refused === null);
  useEffect(() => {
    const look = (event: StorageEvent) => { if (event.key === KEY) outbox.look(); };
    addEventListener("storage", look);
    return () => removeEventListener("storage", look);
  }, []);
  useEffect(() => {
    if (!waits) return undefined;
    const flush = () => {
      const before = outbox.entries();
      void outbox.flush(person.id).then(() => outbox.entries() !== before && refreshPlant(client));
    };
    if (link === "open") flush();
    addEventListener("online", flush);
    const timer = setInterval(flush, TRY_AGAIN_MS);
    return () => { clearInterval(timer); removeEventListener("online", flush); };
  }, [waits, link, person.id, client]);
}
