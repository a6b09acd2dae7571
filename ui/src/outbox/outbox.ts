// What people entered and the server has not got yet: kept on this device, sent in order, never dropped without a word.
import { asProblem, Problem, type ProblemBody } from "@/api/problem";

/** What is to be done, and how it is named to a person: `label` is a key of the outbox's words. `undo` "none": there is no way back that makes sense. `moves`: the machine whose figures follow, by its path. */
export interface Command { path: string; body: unknown; label: string; values: Readonly<Record<string, string>>; undo?: "none"; moves?: string }
/** `id` is the Idempotency-Key: sent twice, it is done once. Sent only as the person who entered it. */
export interface Entry extends Command { id: string; person: string; personName: string; atMs: number; refused: (ProblemBody & { status: number }) | null }
export interface Sent { result: unknown; auditId: string | null }
export type Outcome = ({ kind: "sent" } & Sent) | { kind: "waiting" } | { kind: "refused"; problem: Problem; id: string };

export interface Store { read(): string | null; write(text: string): void }
export type Send = (entry: Entry) => Promise<Sent>;

/** No answer, a server that is away or busy, a session that ended: time or a sign-in heals these. */
const HEALS: ReadonlySet<number> = new Set([0, 401, 429, 502, 503, 504]);
export const ENTRIES_MAX = 500; // a shift without a link at a busy machine; more would be a lost link that nobody mends

export class Outbox {
  private listeners = new Set<() => void>();
  private rounds: Promise<void> = Promise.resolve();
  private outcomes = new Map<string, Outcome>();
  private shown: readonly Entry[] = [];
  private shownText: string | null = null;

  constructor(private readonly store: Store, private readonly send: Send) {}

  /** The entries in the order in which they were made; the same array until something changes. */
  readonly entries = (): readonly Entry[] => {
    const text = this.store.read();
    if (text !== this.shownText) [this.shownText, this.shown] = [text, text ? (JSON.parse(text) as Entry[]) : []];
    return this.shown;
  };

  readonly listen = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Somebody else (another tab) may have changed the store. */
  readonly look = (): void => {
    for (const listener of this.listeners) listener();
  };

  /** Keep it first, then try to send it. Raises RangeError when no more can be kept. */
  async submit(command: Command, who: Pick<Entry, "id" | "person" | "personName" | "atMs">): Promise<Outcome> {
    const before = this.entries();
    if (before.length >= ENTRIES_MAX) throw new RangeError("outbox is full");
    this.write([...before, { ...command, ...who, refused: null }]);
    await this.flush(who.person);
    const outcome = this.outcomes.get(who.id) ?? { kind: "waiting" as const };
    this.outcomes.delete(who.id);
    return outcome;
  }

  /** Send what waits, as this person, in order. One round after the other, never two at once. */
  flush(person: string): Promise<void> {
    const round = () => this.round(person);
    this.rounds = this.rounds.then(round, round);
    return this.rounds;
  }

  /** Try a refused one again. */
  retry(id: string): void {
    this.write(this.entries().map((entry) => (entry.id === id ? { ...entry, refused: null } : entry)));
  }

  /** A person saw it and lets it go. */
  drop(id: string): void {
    this.write(this.entries().filter((entry) => entry.id !== id));
  }

  private async round(person: string): Promise<void> {
    const tried = new Set<string>();
    for (;;) {
      const next = this.entries().find((entry) => entry.person === person && entry.refused === null && !tried.has(entry.id));
      if (!next) return;
      tried.add(next.id);
      try {
        const sent = await this.send(next);
        this.outcomes.set(next.id, { kind: "sent", ...sent });
        this.drop(next.id);
      } catch (error) {
        const problem = asProblem(error);
        if (HEALS.has(problem.status)) return; // the rest waits behind it: order is kept
        this.outcomes.set(next.id, { kind: "refused", problem, id: next.id });
        this.write(this.entries().map((entry) => (entry.id === next.id ? { ...entry, refused: { ...problem.body, status: problem.status } } : entry)));
      }
    }
  }

  private write(entries: readonly Entry[]): void {
    this.store.write(JSON.stringify(entries));
    this.look();
  }
}
