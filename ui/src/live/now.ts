// The moment "now" of running counters: one clock for the whole page, ticking on the server's whole seconds.
import { useSyncExternalStore } from "react";
import { serverNowMs } from "@/api/client";

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setTimeout> | undefined;
let nowMs = serverNowMs();

function tick(): void {
  nowMs = serverNowMs();
  for (const listener of listeners) listener();
  timer = listeners.size > 0 ? setTimeout(tick, 1000 - (nowMs % 1000)) : undefined;
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  if (!timer) tick();
  return () => void listeners.delete(listener);
}

/** Now by the server's clock in ms, once a second. */
export const useNowMs = (): number => useSyncExternalStore(listen, () => nowMs);
