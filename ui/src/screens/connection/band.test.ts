// An outage of a second must be seen on a band of a week, and nothing may stick out of the band.
import { expect, it } from "vitest";
import type { LinkPeriod } from "@/api/types";
import { piecesOf } from "@/screens/connection/band";

const at = (s: number) => new Date(s * 1000).toISOString();
const period = (state: "up" | "down", start: number, end: number | null): LinkPeriod => ({ state, connection: "plc1", start: at(start), end: end === null ? null : at(end), duration_us: null, causes: [], alerted: false });
const shown = (periods: LinkPeriod[]) => piecesOf(periods, { t0: 100_000, t1: 200_000 }, 180_000).map(({ state, left, width }) => [state, left, width]);

it.each<[string, LinkPeriod[], unknown]>([
  ["what began before and what lasts are cut", [period("up", 50, 120), period("down", 120, null)], [["up", 0, 20], ["down", 20, 60]]],
  ["outside", [period("up", 0, 100), period("down", 200, 300)], []],
  ["a short outage lies on top and is wide enough", [period("down", 150, 150.01), period("up", 100, 150)], [["up", 0, 50], ["down", 50, 0.25]]],
  ["also at the very end", [period("down", 199.99, 200), period("up", 100, 199)], [["up", 0, 99], ["down", 99.75, 0.25]]],
])("%s", (_, periods, pieces) => expect(shown(periods)).toEqual(pieces));
