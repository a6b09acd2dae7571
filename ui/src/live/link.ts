// The one live connection of a browser: subscribes to what is on screen, comes back by itself, says when it is lost.
import { Problem, type ProblemBody } from "@/api/problem";
import { ColumnStore } from "@/live/columns";
import { DocumentStore } from "@/live/documents";
import { decodeFrame } from "@/live/frames";

export type LinkState = "connecting" | "open" | "lost";
type Spoken = { op: string; topic?: string; no?: number; problem?: ProblemBody | string };

const BACKOFF_FIRST_MS = 500;
const BACKOFF_MAX_MS = 5_000;
const LINGER_MS = 3_000; // going back to the screen before soon finds its values still there
const SILENT_MS = 15_000; // after this long without a word we ask for one
const DEAD_MS = 20_000; // and after this long the line is dead, whatever the browser thinks

/** Full jitter: a hall of browsers must not come back in one moment. */
export const backoffMs = (failures: number, random: number): number =>
  BACKOFF_FIRST_MS + random * (Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** failures) - BACKOFF_FIRST_MS);

export class LiveLink {
  readonly columns = new ColumnStore();
  readonly documents = new DocumentStore();
  onLost: () => void = () => undefined;
  /** What the person may do has changed. */
  onRights: () => void = () => undefined;
  private socket: WebSocket | null = null;
  private state: LinkState = "connecting";
  private wanted = new Map<string, number>();
  private topicByNo = new Map<number, string>();
  private listeners = new Set<() => void>();
  private failures = 0;
  private heardAtMs = 0;
  private watch: ReturnType<typeof setInterval> | undefined;
  private retry: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly address: string) {}

  /** When something was last heard, by this browser's clock, ms. */
  get lastHeardMs(): number { return this.heardAtMs; }

  readonly getState = (): LinkState => this.state;
  readonly listen = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  open(): void {
    if (this.socket || this.retry) return;
    this.watch ??= setInterval(() => this.watchSilence(), 5_000);
    this.connect();
  }

  close(): void {
    clearInterval(this.watch);
    clearTimeout(this.retry);
    this.watch = undefined;
    this.retry = undefined;
    const socket = this.socket;
    this.socket = null;
    socket?.close();
    this.failures = 0;
    this.become("connecting");
  }

  /** Keep a topic coming for as long as somebody looks; call the result when nobody does any more. */
  want(topic: string): () => void {
    const count = this.wanted.get(topic) ?? 0;
    this.wanted.set(topic, count + 1);
    if (count === 0) this.say("subscribe", [topic]);
    let released = false;
    return () => {
      if (released) return;
      released = true;
      setTimeout(() => this.release(topic), LINGER_MS);
    };
  }

  private release(topic: string): void {
    const count = (this.wanted.get(topic) ?? 1) - 1;
    if (count > 0) return void this.wanted.set(topic, count);
    this.wanted.delete(topic);
    this.documents.forget(topic);
    this.say("unsubscribe", [topic]);
  }

  private connect(): void {
    const socket = new WebSocket(this.address);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    socket.onopen = () => {
      this.failures = 0;
      this.heardAtMs = Date.now();
      this.topicByNo.clear();
      this.say("subscribe", [...this.wanted.keys()]);
      this.become("open");
    };
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => this.hear(event.data);
    socket.onclose = () => this.lose(socket);
  }

  private lose(socket: WebSocket): void {
    if (this.socket !== socket) return;
    this.socket = null;
    this.become("lost");
    this.onLost();
    this.retry = setTimeout(() => {
      this.retry = undefined;
      this.connect();
    }, backoffMs(this.failures++, Math.random()));
  }

  private hear(data: string | ArrayBuffer): void {
    this.heardAtMs = Date.now();
    if (typeof data === "string") return this.hearWords(JSON.parse(data) as Spoken);
    const frame = decodeFrame(data);
    const topic = frame && this.topicByNo.get(frame.topicNo);
    if (!frame || !topic) return;
    if (frame.kind === "document") return this.documents.put(topic, { document: frame.document, refused: null });
    this.columns.put(frame);
  }

  private hearWords(spoken: Spoken): void {
    if (spoken.op === "rights") return this.onRights();
    if (spoken.op === "subscribed" && spoken.topic && spoken.no !== undefined) this.topicByNo.set(spoken.no, spoken.topic);
    if (spoken.op !== "refused" || !spoken.topic) return;
    const body = typeof spoken.problem === "string" ? { title: spoken.problem } : spoken.problem;
    this.documents.put(spoken.topic, { document: undefined, refused: new Problem(body?.status ?? 403, body) });
  }

  private watchSilence(): void {
    const silentMs = Date.now() - this.heardAtMs;
    const first = this.wanted.keys().next().value;
    if (this.state !== "open" || first === undefined) return;
    if (silentMs > DEAD_MS && this.socket) {
      const socket = this.socket;
      socket.close();
      this.lose(socket); // a dead line does not answer the close either
    } else if (silentMs > SILENT_MS) this.say("subscribe", [first]);
  }

  private say(op: "subscribe" | "unsubscribe", topics: string[]): void {
    if (topics.length > 0 && this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ op, topics }));
  }

  private become(state: LinkState): void {
    if (this.state === state) return;
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}
