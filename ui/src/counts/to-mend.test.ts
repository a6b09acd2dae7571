import { expect, test } from "vitest";
import type { Unconverted } from "@/api/types";
import { grouped } from "@/counts/to-mend";

const count = (more: Partial<Unconverted>): Unconverted => ({ equipment_id: 1, start: "2026-01-05T06:00:00Z", end: "2026-01-05T06:01:00Z", kind: "good", quantity: 3, unit: "case", product: "water", why: "no-conversion", by: null, ...more });

test("minute by minute of one counter is one thing to do", () => {
  const found = grouped([count({}), count({ start: "2026-01-05T06:01:00Z", end: "2026-01-05T06:02:00Z", quantity: 4 }), count({ product: null, why: "no-job" }), count({ unit: "pallet", by: "anna" })]);
  expect(found.map((one) => [one.quantity, one.first.unit, one.first.why, one.end])).toEqual([
    [7, "case", "no-conversion", "2026-01-05T06:02:00Z"],
    [3, "case", "no-job", "2026-01-05T06:01:00Z"],
    [3, "pallet", "no-conversion", "2026-01-05T06:01:00Z"],
  ]);
});
