// Which answers follow what somebody said or decided: those that are not asked again show what no longer is.
import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { Problem } from "@/api/problem";
import { expect, test, vi } from "vitest";
import { clientThatHeals, heldQuery, productsQuery, refreshPlant, stopsQuery, unconvertedQuery } from "@/api/queries";

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

test.each([
  ["no answer comes", 0, "there"],
  ["the proxy finds nobody", 502, "there"],
  ["it is not there", 404, undefined],
])("what is on screen is asked again after an outage: %s", async (...[, status, data]) => {
  vi.useFakeTimers();
  const client = clientThatHeals();
  let isDown = true;
  const queryFn = vi.fn(() => (isDown ? Promise.reject(new Problem(status)) : Promise.resolve("there")));
  const stop = new QueryObserver(client, { queryKey: ["shown"], queryFn }).subscribe(() => undefined);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(client.getQueryState(["shown"])?.status).toBe("error");
  isDown = false;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(client.getQueryData(["shown"])).toBe(data);
  const asked = queryFn.mock.calls.length;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(queryFn.mock.calls.length).toBe(asked); // once it is there, no more
  stop();
  client.clear();
  vi.useRealTimers();
});
