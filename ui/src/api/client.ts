// One door to the server: JSON in and out, problems as Problem, and how far the server's clock is from this browser's.
import { Problem, type ProblemBody } from "@/api/problem";

export type Query = Readonly<Record<string, string | number | null | undefined>>;

const BASE = "/api/v1";
const CLOCK_TRUSTED_MS = 2000; // the Date header counts whole seconds: a smaller difference means nothing
const ANSWER_MS = 30_000; // a network that swallows what is sent says nothing at all, for as long as it likes
let clockOffsetMs = 0;

/** Now by the server's clock, ms: an operator's PC with a wrong clock must not show wrong running counters. */
export const serverNowMs = (): number => Date.now() + clockOffsetMs;

/** How far the server's clock is ahead of this browser's, ms; 0 when within what can be told. */
export const clockOffset = (): number => clockOffsetMs;

function noteClock(response: Response): void {
  const said = Date.parse(response.headers.get("date") ?? "");
  if (Number.isNaN(said)) return;
  const offset = said + 500 - Date.now();
  clockOffsetMs = Math.abs(offset) > CLOCK_TRUSTED_MS ? offset : 0;
}

export function addressOf(path: string, query: Query = {}): string {
  const parts = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const text = new URLSearchParams(parts.map(([key, value]) => [key, String(value)])).toString();
  return `${BASE}${path}${text ? `?${text}` : ""}`;
}

/** 128 random bits in hex: crypto.randomUUID does not exist on plain HTTP. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function problemOf(response: Response): Promise<Problem> {
  const body = (await response.json().catch(() => ({}))) as ProblemBody;
  return new Problem(response.status, body);
}

async function answered(address: string, init: RequestInit): Promise<Response> {
  const response = await fetch(address, { credentials: "same-origin", ...init }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Problem(0);
  });
  noteClock(response);
  if (!response.ok) throw await problemOf(response);
  return response;
}

const bodyOf = async <Result>(response: Response): Promise<Result> => (response.status === 204 ? undefined : await response.json()) as Result;
const send = async <Result>(address: string, init: RequestInit): Promise<Result> => bodyOf<Result>(await answered(address, init));

export function get<Result>(path: string, query: Query = {}, signal?: AbortSignal): Promise<Result> {
  return send(addressOf(path, query), { headers: { accept: "application/json" }, ...(signal ? { signal } : {}) });
}

/** An answer in bytes, of the media type asked for. */
export async function getBytes(path: string, query: Query, how: { accept: string; signal: AbortSignal }): Promise<ArrayBuffer> {
  return (await answered(addressOf(path, query), { headers: { accept: how.accept }, signal: how.signal })).arrayBuffer();
}

/** A change and the number of its audit row, by which it can be undone. */
export interface Changed<Result> { result: Result; auditId: string | null }

export const post = async <Result>(path: string, body: unknown = {}): Promise<Result> => (await change<Result>("POST", path, body)).result;
export const put = async <Result>(path: string, body: unknown): Promise<Result> => (await change<Result>("PUT", path, body)).result;

export const change = <Result>(method: "POST" | "PUT", path: string, body: unknown = {}): Promise<Changed<Result>> => changed<Result>(method, path, { body, key: newKey() });
/** A POST under a key that was made before: sent again after an answer got lost, it is done once. Throws Problem 0 when none comes in time: others wait behind it. */
export const command = (path: string, body: unknown, key: string): Promise<Changed<unknown>> =>
  changed<unknown>("POST", path, { body, key, signal: AbortSignal.timeout(ANSWER_MS) });

async function changed<Result>(method: "POST" | "PUT", path: string, { body, key, ...how }: { body: unknown; key: string; signal?: AbortSignal }): Promise<Changed<Result>> {
  const response = await answered(addressOf(path), {
    method,
    headers: { "content-type": "application/json", "idempotency-key": key },
    body: JSON.stringify(body),
    ...how,
  });
  return { result: await bodyOf<Result>(response), auditId: response.headers.get("x-audit-id") };
}

export const remove = (path: string): Promise<void> => send(addressOf(path), { method: "DELETE" });
