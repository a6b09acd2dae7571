// What stood at one time is told together, the first alarm first.
import { expect, it } from "vitest";
import { pieces } from "@/screens/trends/alarms";

it.each([
  ["nothing", [], []],
  ["one", [[0, 5, "jam"]], [[0, 5, "jam"]]],
  ["one within another", [[0, 9, "jam"], [3, 5, "guard"]], [[0, 3, "jam"], [3, 5, "jam + guard"], [5, 9, "jam"]]],
  ["two that follow", [[3, 5, "guard"], [0, 3, "jam"]], [[0, 3, "jam"], [3, 5, "guard"]]],
  ["one that two signals tell", [[0, 4, "jam"], [2, 6, "jam"]], [[0, 6, "jam"]]],
  ["two apart", [[0, 1, "jam"], [4, 5, "jam"]], [[0, 1, "jam"], [4, 5, "jam"]]],
] as [string, [number, number, string][], [number, number, string][]][])("%s", (_, stood, told) => {
  expect(pieces(stood.map(([t0, t1, says]) => ({ t0, t1, says })))).toEqual(told.map(([t0, t1, label]) => ({ t0, t1, label })));
});
