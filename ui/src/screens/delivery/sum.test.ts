import { describe, expect, it } from "vitest";
import { surplusOf } from "@/screens/delivery/sum";

const account = { source: "edge", lane: "live", expected: 100, stored: 90, duplicate: 4, refused: 3, gap: 3, frames: 9, frames_repeated: 0, frames_missing: 0, balanced: true };

describe("the sum check of an account", () => {
  it.each([
    [{}, 0],
    [{ stored: 91 }, 1],
    [{ gap: 0 }, -3], // three that nobody has an answer for
  ])("%o leaves %d", (change, surplus) => expect(surplusOf({ ...account, ...change })).toBe(surplus));
});
