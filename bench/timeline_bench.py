"""How smoothly the timeline of a line moves in a browser, with a hundred thousand segments on it.

Usage: python bench/timeline_bench.py [--machines 20] [--each 5000] [--moves 40]

The built screen runs in a headless Chromium and asks for segments over HTTP; they are given as the server gives them,
in columns, at most one of a machine for each of the 6,144 pixels that are asked for. A third of them is in view, the
rest lies on both sides, so that moving a little asks for nothing. Timed is, of each move by hand (a drag), of each turn
of the wheel (a zoom) and of each key (from segment to segment), what the page works until the picture is drawn, and how
long the frames were in which it was; and by its processor time what the page's thread worked in all, for each of them:
that depends on nobody who shares the machine. Beside it stands what a fixed piece of work takes in the same page: on a
busy machine only the ratio of the other two says something.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import trend_bench
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from installation import table
from pan_bench import TRACED, worked
from playwright.sync_api import Page, sync_playwright
from trend_bench import FLAGS, NAMES, NOBODY, STATIC, WORK, served

SPAN_MS = 2**26  # just under nineteen hours: what is asked for is a grid of powers of two
FRAME_MS = 1000 / 60
REST_MS = 500  # until the address, the lists and the tree have followed
BUDGET_MS = 50.0  # twenty pictures a second while a hand moves; what is slower is felt
LOOKS: list[dict[str, Any]] = [
    {"state": "Execute", "mode": "Production", "reason": None, "external": False, "kind": "produces"},
    {"state": "Held", "mode": "Production", "reason": "mechanical/jam", "external": False, "kind": "stands"},
    {"state": "Suspended", "mode": "Production", "reason": "external/starved", "external": True, "kind": "stands"},
    {"state": "Idle", "mode": "Production", "reason": None, "external": False, "kind": "stands"},
    {"state": "NO_DATA", "mode": "", "reason": None, "external": False, "kind": "void"},
]
RECORD = """() => {
  const asked = window.requestAnimationFrame.bind(window);
  window.drawn = []; window.frames = [];
  window.requestAnimationFrame = work => asked(at => {
    const begun = performance.now(); work(at); window.drawn.push(performance.now() - begun); });
  let before = 0;
  const tick = at => { if (before) window.frames.push(at - before); before = at; asked(tick); };
  asked(tick);
}"""
TAKE = "() => { const found = [window.drawn, window.frames]; window.drawn = []; window.frames = []; return found; }"


def answer(machines: int, each: int, start_ms: int, end_ms: int) -> dict[str, Any]:
    """Segments of every machine over a stretch, so many of each."""
    rng = np.random.default_rng(1)
    lanes: list[dict[str, Any]] = []
    for unit in range(machines):
        edges = np.sort(rng.integers(start_ms, end_ms, each - 1))
        edges = np.concatenate(([start_ms], edges, [end_ms])) * 1_000
        look = rng.choice(len(LOOKS), each, p=(0.5, 0.2, 0.15, 0.1, 0.05))
        merged = np.where(rng.random(each) < 0.1, 3, 1)
        lanes.append({
            "equipment_id": 10 + unit, "t0_us": edges[:-1].tolist(), "t1_us": edges[1:].tolist(), "look": look.tolist(),
            "marks": (rng.random(each) < 0.02).astype(int).tolist(), "n": merged.tolist(), "holds": [7] * each,
        })  # fmt: skip
    until = _rfc(end_ms)
    return {
        "start": _rfc(start_ms), "end": until, "until": until, "bucket_us": 1, "records": machines * each,
        "partial": False, "looks": LOOKS, "lanes": lanes,
    }  # fmt: skip


def _rfc(ms: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(ms // 1000)) + f".{ms % 1000:03d}Z"


def app_of(machines: int, each: int, asked: list[int]) -> FastAPI:
    """The built screens, the segments of one line, and as much else as the page asks for."""
    ids = [1, *range(10, 10 + machines)]
    me = {"person": NOBODY, "grants": [], "permissions": {"system": [], "at": {"plant.view": ids}}, "demo": False}
    same = {
        "class_name": None, "timezone": "UTC", "flow": [], "jobs_at_once": 1, "constraint": None, "outfeed": None,
        "line": "constraint", "buffers": {}, "standard_rate_upm": None,
    }  # fmt: skip
    line = same | {"id": 1, "path": "acme", "name": "Line", "level": "ProductionLine", "parent_id": None}
    units = [
        same | {"id": 10 + n, "path": f"acme/m{n}", "name": f"M{n}", "level": "WorkUnit", "parent_id": 1}
        for n in range(machines)
    ]
    known: dict[str, Any] = {
        "me": me, "setup": {"needed": False}, "equipment": {"items": [line, *units], "next": None},
    }  # fmt: skip
    app = FastAPI()

    @app.get("/api/v1/equipment/1/segments")
    def segments(start: str, end: str) -> dict[str, Any]:
        asked.append(1)
        ends = [int(np.datetime64(one.removesuffix("Z")).astype("datetime64[ms]").astype(int)) for one in (start, end)]
        return answer(machines, each, ends[0], ends[1])

    @app.get("/{path:path}")
    def other(path: str) -> Any:
        if path.endswith("/state"):  # asked for in the tree while there is no live link
            return LOOKS[0] | {"equipment_id": 10, "since": _rfc(0), "settled": None}
        if path.endswith("/segment"):  # what lies under one of them is not this bench's matter
            return JSONResponse({"title": "not here", "status": 404, "code": "not-found"}, 404)
        if path.startswith("api/"):
            return known.get(path.removeprefix("api/v1/"), {"items": [], "next": None})
        return trend_bench.built(path)

    return app


@dataclass(frozen=True)
class Moved:
    """Of one way of moving: ms of work of each picture, ms of each frame; how often it was moved, ms of the thread."""

    drawn_ms: list[float]
    frames_ms: list[float]
    times: int
    thread_ms: float

    @property
    def p95_ms(self) -> float:
        """Nineteen pictures in twenty were drawn sooner."""
        return float(np.percentile([one for one in self.drawn_ms if one > 1], 95))

    def row(self, name: str) -> tuple[object, ...]:
        """The pictures in which something was drawn, and all frames."""
        pictures = [one for one in self.drawn_ms if one > 1]
        frame_ms = float(np.percentile(self.frames_ms, 95))
        each_ms = self.thread_ms / self.times
        p50_ms = statistics.median(pictures)
        return name, len(pictures), f"{p50_ms:.1f}", f"{self.p95_ms:.1f}", f"{frame_ms:.0f}", f"{each_ms:.1f}"


def watched(page: Page, times: int, act: Callable[[], None]) -> Moved:
    """Do it, and see what it cost until the page rests again."""
    browser = page.context.browser
    assert browser is not None
    page.evaluate(TAKE)
    browser.start_tracing(page=page, categories=TRACED)
    act()
    page.wait_for_timeout(REST_MS)
    _, tasks = worked(json.loads(browser.stop_tracing())["traceEvents"])
    drawn_ms, frames_ms = page.evaluate(TAKE)
    return Moved(drawn_ms, frames_ms, times, float(tasks.sum()))


def moves(page: Page, many: int) -> dict[str, Moved]:
    """By what a person does."""
    field = page.locator("[data-testid=lanes] [role=application]")
    box = field.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + 40
    chance = random.Random(1)

    def drag() -> None:
        page.mouse.move(x, y)
        page.mouse.down()
        for _ in range(many):
            page.mouse.move(x + chance.uniform(-100, 100), y)
        page.mouse.up()

    def walk() -> None:
        field.focus()
        for _ in range(many // 2):
            field.press("ArrowRight")

    def turn() -> None:
        for n in range(many // 4):
            page.mouse.wheel(0, 120 if n % 2 else -120)

    return {
        "dragged by hand": watched(page, many, drag),
        "walked by keys": watched(page, many // 2, walk),
        "zoomed by the wheel": watched(page, many // 4, turn),
    }


def main() -> int:
    """Print the table; 1 when drawing takes longer than its budget at the machine's own pace."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--machines", type=int, default=20)
    parser.add_argument("--each", type=int, default=5_000)
    parser.add_argument("--moves", type=int, default=40)
    given = parser.parse_args()
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None or not (STATIC / "index.html").is_file():
        print("needs a Chromium and the built screens (make ui)")
        return 2
    end_ms = (time.time_ns() // 1_000_000 // SPAN_MS - 1) * SPAN_MS
    asked: list[int] = []
    with served(app_of(given.machines, given.each, asked)) as base, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=FLAGS)
        page = browser.new_page(viewport={"width": 1600, "height": 900})
        page.goto(f"{base}/timeline/acme?period=custom&start={_rfc(end_ms - SPAN_MS + 1_000)}&end={_rfc(end_ms)}")
        page.locator(f'[data-testid=lanes][data-segments="{given.machines * given.each}"]').wait_for(timeout=120_000)
        page.wait_for_timeout(2_000)
        page.evaluate(RECORD)
        pace = [page.evaluate(WORK) for _ in range(9)]
        found = moves(page, given.moves)
        pace += [page.evaluate(WORK) for _ in range(9)]
        browser.close()
    slow = statistics.median(pace) / min(pace)
    rows = [one.row(name) for name, one in found.items()]
    head = ("the timeline", "pictures", "drawn in p50, ms", "p95", "frame p95, ms", "thread for each, ms")
    print(table(head, rows))
    held = given.machines * given.each
    what = f"{held:,} segments of {given.machines} machines, {held // 3:,} in view, asked for {len(asked)} times"
    print(
        f"\n{what}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, {slow:.1f} times slower than at its best."
    )
    print(f"Limit: drawn in {BUDGET_MS:.0f} ms at p95, at its own pace. A frame at rest takes {FRAME_MS:.0f} ms.")
    worst = max(one.p95_ms for one in found.values())
    return int(worst / slow > BUDGET_MS)


if __name__ == "__main__":
    sys.exit(main())
