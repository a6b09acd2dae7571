// Rows must be asked for where they are, in stretches, and never a hundred thousand at once.
import { describe, expect, it } from "vitest";
import { askedOf, type Filter, follows, stretchesOf } from "@/screens/tags/found";

const plain: Filter = { text: "", connection: null, grade: null, kind: null, sort: "equipment", down: false };

describe("what is asked of the server", () => {
  it.each([
    ["the first rows", [0, 45], [0]],
    ["rows over an edge", [90, 130], [0, 100]],
    ["the last of many", [99_960, 99_999], [99_900]],
    ["nothing in view yet", [0, -1], [0]],
  ] as const)("%s", (_, [from, to], starts) => expect(stretchesOf(from, to)).toEqual(starts));

  it("is the filter, without what was not chosen", () =>
    expect(askedOf({ ...plain, text: " filler  speed ", grade: "bad", down: true }, 7)).toEqual({ equipment: 7, connection: null, find: "filler  speed", quality: "bad", kind: null, sort: "equipment", down: "true", limit: 100 }));

  it.each<[Partial<Filter>, boolean]>([
    [{}, false],
    [{ text: "x", sort: "address", down: true }, false],
    [{ grade: "bad" }, true],
    [{ sort: "device" }, true],
  ])("%j depends on what comes live: %s", (filter, live) => expect(follows({ ...plain, ...filter })).toBe(live));
});
