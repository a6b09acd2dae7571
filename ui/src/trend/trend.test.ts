// The live end must follow the history without doubling a point.
import { describe, expect, it, vi } from "vitest";

vi.mock("uplot", () => ({ default: { paths: {} } }));
const { rowsOf } = await import("@/trend/trend");

const series = { tag: 1, unit: null, t0_us: [1_000_000, 2_000_000], min: [1, null], max: [3, null], first: [1, null], last: [2, null], n: [4, 0], n_good: [4, 0] };

describe("rowsOf", () => {
  it("appends what came after the last bucket, and keeps gaps", () =>
    expect(rowsOf(series, [{ tsMs: 1500, value: 9 }, { tsMs: 2500, value: 7 }, { tsMs: 3000, value: null }])).toEqual([[1, 2, 2.5, 3], [1, null, 7, null], [3, null, 7, null], [2, null, 7, null]]));
});
