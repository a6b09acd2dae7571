// Six rows are what a person reads from ten metres; a seventh machine begins a second page.
import { describe, expect, it } from "vitest";
import type { Equipment } from "@/api/types";
import { pagesOf } from "@/screens/andon/pages";

const line = (name: string, n: number) => ({ line: { name } as Equipment, units: Array.from({ length: n }, (_, i) => ({ id: i, name: `${name}${i}` }) as Equipment) });

describe("pagesOf", () => {
  it.each([
    [[0], []],
    [[4], [4]],
    [[6], [6]],
    [[7], [4, 3]],
    [[13], [5, 5, 3]],
    [[2, 8], [2, 4, 4]],
  ])("lines of %j machines fill pages of %j", (sizes, rows) => {
    const lines = sizes.map((n, i) => line(`L${i}-`, n));
    const pages = pagesOf(lines);
    expect(pages.map((page) => page.units.length)).toEqual(rows);
    expect(pages.flatMap((page) => page.units)).toEqual(lines.flatMap((one) => one.units));
  });
});
