import { expect, test } from "vitest";
import type { CountRecord } from "@/api/types";
import { unitsOf } from "@/timeline/lanes";

const counted = (unit: string | null): CountRecord => ({ start: "2026-01-05T06:00:00Z", end: "2026-01-05T06:01:00Z", kind: "good", quantity: 3, origin: "counter", tag_id: 1, spread: false, unit });

test.each([
  ["pieces of the product alone", [null, null], [null]],
  ["cases of a counter", ["case"], ["case"]],
  ["beside pieces that a person entered", ["kg", "case", null], [null, "case", "kg"]],
  ["nothing", [], [null]],
])("a lane for each unit: %s", (_, units, lanes) => expect(unitsOf(units.map(counted))).toEqual(lanes));
