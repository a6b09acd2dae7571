// Which answers follow what somebody said or decided: those that are not asked again show what no longer is.
import { QueryClient } from "@tanstack/react-query";
import { expect, test, vi } from "vitest";
import { heldQuery, productsQuery, refreshPlant, stopsQuery, unconvertedQuery } from "@/api/queries";

test("what somebody decided is asked again wherever it stands, also what waits of all machines at once", () => {
  vi.useFakeTimers();
  const client = new QueryClient();
  const span = { start: "2026-01-01T00:00:00Z", end: "2026-01-02T00:00:00Z" };
  const moved = [heldQuery().queryKey, unconvertedQuery().queryKey, stopsQuery(7, span).queryKey];
  const stays = productsQuery().queryKey;
  for (const key of [...moved, stays]) client.setQueryData(key as readonly string[], {});
  refreshPlant(client);
  vi.runAllTimers();
  vi.useRealTimers();
  expect(moved.map((key) => client.getQueryState(key)?.isInvalidated)).toEqual([true, true, true]);
  expect(client.getQueryState(stays)?.isInvalidated).toBe(false);
});
