// How a row on the screen looks at the live plant: it hears of its own topic only.
import { useCallback, useEffect, useSyncExternalStore } from "react";
import type { LiveValue } from "@/live/columns";
import { clockOffset } from "@/api/client";
import { LiveLink, type LinkState } from "@/live/link";
import { useNowMs } from "@/live/now";

const address = () => {
  const { protocol, host } = globalThis.location ?? { protocol: "http:", host: "localhost" };
  return `${protocol === "https:" ? "wss" : "ws"}://${host}/api/v1/live`;
};
export const liveLink = new LiveLink(address());

export const useLinkState = (): LinkState => useSyncExternalStore(liveLink.listen, liveLink.getState);

/** The moment up to which the live plant is known, by the server's clock: now, or where the link was lost. Nothing grows past it. */
export function useKnownMs(): number {
  const nowMs = useNowMs();
  const lost = useLinkState() === "lost";
  return lost ? Math.min(nowMs, liveLink.lastHeardMs + clockOffset()) : nowMs;
}

/** Subscribe while mounted; null = nothing to subscribe to yet. */
export function useTopicWanted(topic: string | null): void {
  useEffect(() => (topic ? liveLink.want(topic) : undefined), [topic]);
}

/** The same for many at once. */
export function useTopicsWanted(topics: readonly string[]): void {
  const key = topics.join(" ");
  useEffect(() => {
    const releases = key ? key.split(" ").map((topic) => liveLink.want(topic)) : [];
    return () => releases.forEach((release) => release());
  }, [key]);
}

/** The latest document of a topic, undefined until it comes. */
export function useLive<Document>(topic: string | null): Document | undefined {
  useTopicWanted(topic);
  const listen = useCallback((listener: () => void) => (topic ? liveLink.documents.listen(topic, listener) : () => undefined), [topic]);
  const latest = useSyncExternalStore(listen, () => (topic ? liveLink.documents.read(topic) : undefined));
  return latest?.document as Document | undefined;
}

/** Whether the server refused the topic to this person, who may still ask by HTTP for what they see of it. */
export function useRefused(topic: string): boolean {
  const listen = useCallback((listener: () => void) => liveLink.documents.listen(topic, listener), [topic]);
  return useSyncExternalStore(listen, () => Boolean(liveLink.documents.read(topic)?.refused));
}

/** The newest value of one tag; its topic must be wanted by somebody (`useTopicWanted`). */
export function useLiveValue(tag: number): LiveValue | null {
  const listen = useCallback((listener: () => void) => liveLink.columns.listen(tag, listener), [tag]);
  useSyncExternalStore(listen, () => liveLink.columns.versionOf(tag));
  return liveLink.columns.read(tag);
}
