// How far back causes are known, as a share of the way to the oldest stop that is shown.
import { expect, it } from "vitest";
import { shareOf } from "@/causes/of-stops";

it.each([
  ["2026-03-31T00:00Z", 0],
  ["2026-03-16T00:00Z", 0.5],
  ["2026-02-01T00:00Z", 1],
])("back to %s it is %d", (since, share) => expect(shareOf("2026-03-31T00:00Z", "2026-03-01T00:00Z", since)).toBe(share));
it("is all where the list ends where it begins", () => expect(shareOf("2026-03-01T00:00Z", "2026-03-01T00:00Z", "2026-03-01T00:00Z")).toBe(1));
