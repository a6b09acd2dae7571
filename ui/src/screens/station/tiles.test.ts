// A line of any length has its station on any panel: nothing scrolls, no tile is smaller than a touch.
import { describe, expect, it } from "vitest";
import { GAP_PX, pagesOf, TILE_MIN_PX } from "@/screens/station/tiles";

const machines = (n: number) => Array.from({ length: n }, (_, i) => i);
const [PANEL_PX, WALL_PX] = [878, 1774]; // what 1024 and 1920 leave beside the person's button

describe("the machines of a line on its station", () => {
  it.each([
    [1, PANEL_PX, [1]],
    [6, PANEL_PX, [6]],
    [8, PANEL_PX, [4, 4]],
    [12, PANEL_PX, [4, 4, 4]],
    [16, PANEL_PX, [4, 4, 4, 4]],
    [24, PANEL_PX, [5, 5, 5, 5, 4]],
    [12, WALL_PX, [12]],
    [16, WALL_PX, [8, 8]],
    [24, WALL_PX, [8, 8, 8]],
    [6, 0, [1, 1, 1, 1, 1, 1]],
    [0, PANEL_PX, []],
  ])("%i in %i px stand as %j", (count, widthPx, sizes) => {
    const pages = pagesOf(machines(count), widthPx);
    expect(pages.map((page) => page.length)).toEqual(sizes);
    expect(pages.flat()).toEqual(machines(count)); // each once, in the order of the flow
  });
  it("never makes a tile smaller than it may be", () => {
    for (let widthPx = 400; widthPx < 4000; widthPx += 7) {
      for (const count of [7, 8, 12, 16, 24]) {
        const pages = pagesOf(machines(count), widthPx);
        const room = pages.length > 1 ? widthPx - 112 - GAP_PX : widthPx;
        const most = Math.max(...pages.map((page) => page.length));
        expect((room - (most - 1) * GAP_PX) / most).toBeGreaterThanOrEqual(TILE_MIN_PX);
      }
    }
  });
});
