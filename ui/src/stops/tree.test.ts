// Two hundred reasons in three levels: each is on the sheet once, with the key that is sent, and a word or two find it.
import { describe, expect, it } from "vitest";
import type { OfferedReason } from "@/api/types";
import { fitsFlat, found, groupsOf } from "@/stops/tree";

const reason = (key: string, name: string, children: OfferedReason[] = []): OfferedReason => ({ key, name, category: "failure", children });
const many = (n: number, make: (i: number) => OfferedReason) => Array.from({ length: n }, (_, i) => make(i + 1));
const TREE = [
  ...many(10, (g) => reason(`g${g}`, `Group ${g}`, many(4, (m) => reason(`g${g}/m${m}`, `Module ${m}`, many(5, (r) => reason(`r${r}`, `Part ${r}`)))))),
  reason("cleaning", "Reinigung"),
  reason("filler", "Füller", [reason("filler/valve", "Ventil klemmt"), reason("filler/foam", "Schaum")]),
];
const groups = groupsOf(TREE);
const keys = (typed: string) => found(groups, typed).flatMap((group) => group.leaves.map((leaf) => leaf.key));

describe("a large tree", () => {
  it("is a sheet, a small one is not", () => expect([fitsFlat(TREE), fitsFlat(TREE.slice(-2)), fitsFlat(TREE.slice(0, 1))]).toEqual([false, true, false]));
  it("has each reason once", () => {
    expect(keys("")).toHaveLength(203);
    expect(new Set(keys("")).size).toBe(203);
  });
  it("says under what a reason lies, and sends the whole path", () => expect(groups[9]?.leaves.at(-1)).toEqual({ key: "g10/m4/r5", name: "Part 5", under: "Module 4" }));
  it.each([
    ["fuller vent", ["filler/valve"]],
    ["REINIG", ["cleaning"]],
    ["group 10 module 4 part 5", ["g10/m4/r5"]],
    ["entil", []],
    ["  ", keys("")],
  ])("%j finds what begins so", (typed, expected) => expect(keys(typed)).toEqual(expected));
});
