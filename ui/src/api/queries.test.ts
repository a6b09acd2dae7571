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
  vi.spyOn(Math, "random").mockReturnValue(1);
  const { client } = clientThatHeals();
  let isDown = true;
  const queryFn = vi.fn(() => (isDown ? Promise.reject(new Problem(status)) : Promise.resolve("there")));
  const stop = new QueryObserver(client, { queryKey: ["shown"], queryFn }).subscribe(() => undefined);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(client.getQueryState(["shown"])?.status).toBe("error");
  isDown = false;
  await vi.advanceTimersByTimeAsync(30_000);
  expect(client.getQueryData(["shown"])).toBe(data);
  const asked = queryFn.mock.calls.length;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(queryFn.mock.calls.length).toBe(asked); // once it is there, no more
  stop();
  client.clear();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

test("a server that is away for an hour is asked ever more seldom, and soon once it is heard of", async () => {
  vi.useFakeTimers();
  const { client, soon } = clientThatHeals();
  let isDown = true;
  const queryFn = vi.fn(() => (isDown ? Promise.reject(new Problem(0)) : Promise.resolve("there")));
  const stop = new QueryObserver(client, { queryKey: ["shown"], queryFn }).subscribe(() => undefined);
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(queryFn.mock.calls.length).toBeLessThan(3 * 3_600 / 15); // three times in a round
  expect(queryFn.mock.calls.length).toBeGreaterThan(3 * 3_600 / 40);
  isDown = false;
  soon();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(client.getQueryState(["shown"])?.status).toBe("success");
  stop();
  client.clear();
  vi.useRealTimers();
});

test("an answer that is long in coming is waited for, whatever else fails", async () => {
  vi.useFakeTimers();
  const { client } = clientThatHeals();
  const slow = vi.fn<() => Promise<string>>();
  slow.mockResolvedValueOnce("old").mockRejectedValueOnce(new Problem(0)).mockRejectedValueOnce(new Problem(0)).mockRejectedValueOnce(new Problem(0));
  slow.mockImplementation(() => new Promise((answer) => setTimeout(() => answer("new"), 120_000)));
  const stops = [
    new QueryObserver(client, { queryKey: ["slow"], queryFn: slow }).subscribe(() => undefined),
    new QueryObserver(client, { queryKey: ["away"], queryFn: () => Promise.reject(new Problem(503)) }).subscribe(() => undefined),
  ];
  await vi.advanceTimersByTimeAsync(1_000);
  void client.refetchQueries({ queryKey: ["slow"] });
  await vi.advanceTimersByTimeAsync(300_000);
  expect([slow.mock.calls.length, client.getQueryData(["slow"])]).toEqual([5, "new"]);
  for (const stop of stops) stop();
  client.clear();
  vi.useRealTimers();
});
