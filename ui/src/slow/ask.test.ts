import { expect, test } from "vitest";
import { isTooLong, type SlowStretch, spansOf, toTheMinute } from "@/slow/ask";
import { slowIn } from "@/timeline/slow";

const stretch = (equipment_id: number, from: string, to: string): SlowStretch => ({ equipment_id, start: `2026-01-05T${from}:00Z`, end: `2026-01-05T${to}:00Z`, elapsed_us: 0, produced: 0, planned: 0, rate_upm: 60, standard_upm: 100, share: 0.6, lost_us: 0, products: [], below: 0.85, for_s: 300 });
const at = (time: string) => Date.parse(`2026-01-05T${time}:00Z`);

test("the newest first of the server is by time for each machine", () => {
  const spans = spansOf([stretch(1, "09:00", "09:10"), stretch(2, "08:30", "08:40"), stretch(1, "08:00", "08:10")]);
  expect(spans.get(1)?.map((one) => one.t0)).toEqual([at("08:00"), at("09:00")]);
  expect(spans.get(2)).toHaveLength(1);
});

test("a bar knows what lies in it", () => {
  const spans = spansOf([stretch(1, "09:00", "09:10"), stretch(1, "08:00", "08:10")]).get(1) ?? [];
  expect(slowIn(spans, at("08:05"), at("08:20"))).toHaveLength(1);
  expect(slowIn(spans, at("08:10"), at("09:00"))).toHaveLength(0);
});

test("it is asked up to the last full minute", () => {
  const start = "2026-01-05T08:00:10.000Z";
  expect(toTheMinute({ start, end: "2026-01-05T08:05:59.500Z" }).end).toBe("2026-01-05T08:05:00.000Z");
  expect(toTheMinute({ start, end: "2026-01-05T08:00:40.000Z" }).end).toBe("2026-01-05T08:00:40.000Z");
});

test("more than a month is too long", () => {
  expect(isTooLong({ start: "2026-01-01T00:00:00Z", end: "2026-02-01T00:00:00Z" })).toBe(false);
  expect(isTooLong({ start: "2026-01-01T00:00:00Z", end: "2026-02-01T00:00:01Z" })).toBe(true);
});
