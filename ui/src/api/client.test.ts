// What is entered on the floor is sent over radio that may swallow it: no answer must be an answer, too.
import { afterEach, expect, test, vi } from "vitest";
import { command } from "@/api/client";
import { Problem } from "@/api/problem";

afterEach(() => { vi.unstubAllGlobals(); vi.restoreAllMocks(); });

test("a command that nobody answers ends, so that it is sent again and others need not wait behind it", async () => {
  const soon = AbortSignal.timeout(5);
  const patience = vi.spyOn(AbortSignal, "timeout").mockReturnValue(soon);
  vi.stubGlobal("fetch", (_address: string, init: RequestInit) => new Promise((_, reject) => {
    init.signal?.addEventListener("abort", () => reject(init.signal?.reason as Error));
  }));
  const said = await command("/stops", {}, "key").catch((error: unknown) => error);
  expect(said).toBeInstanceOf(Problem);
  expect((said as Problem).status).toBe(0); // time may heal it: it stays in the outbox
  expect(patience).toHaveBeenCalledWith(30_000);
});
