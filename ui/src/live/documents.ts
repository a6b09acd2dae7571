// The latest truth of each subscribed topic: a state, the figures of the shift, the connections, the work in progress.
import type { Problem } from "@/api/problem";

export interface Latest { document: unknown; refused: Problem | null }

export class DocumentStore {
  private latest = new Map<string, Latest>();
  private listeners = new Map<string, Set<() => void>>();

  put(topic: string, latest: Latest): void {
    this.latest.set(topic, latest);
    for (const listener of this.listeners.get(topic) ?? []) listener();
  }

  read(topic: string): Latest | undefined {
    return this.latest.get(topic);
  }

  forget(topic: string): void {
    this.latest.delete(topic);
  }

  listen(topic: string, listener: () => void): () => void {
    const those = this.listeners.get(topic) ?? new Set();
    this.listeners.set(topic, those.add(listener));
    return () => {
      those.delete(listener);
      if (those.size === 0) this.listeners.delete(topic);
    };
  }
}
