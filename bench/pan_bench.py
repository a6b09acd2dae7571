"""How smoothly a trend is moved by hand, in a browser, over signals of very many samples.

Usage: python bench/pan_bench.py [--samples 2000000] [--pens 8] [--seconds 6] [--store FOLDER]

Signals (random walks, 0.1 % bad) are stored, sealed and summed up by the real historian; the built screens run in a
headless Chromium and ask the real routes of signals over HTTP. The mouse takes hold of the picture and drags it into
the past, lets go and takes hold again, or its wheel zooms out and in, for so many seconds: most of what comes into view
has not been read before. Told is, by the clock, how long pictures were apart (the budget is 60 in a second) and how
often the page's thread was blocked for 50 ms or more; and by the processor time of that thread how long it worked for
each picture, and its longest task: that depends on nobody who shares the machine. Beside it the same is measured of an
empty page that is moved likewise: what this machine can do at most just then.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from installation import table
from numpy.typing import NDArray
from playwright.sync_api import Page, sync_playwright
from trend_bench import FLAGS, NAMES, STATIC, app_of, filled, served

BUDGET_MS = 1_000 / 60
LIMIT_MS = 2 * BUDGET_MS  # of nineteen pictures in twenty
BLOCKED_MS = 50  # the browser's own word for a long task
SIZE = {"width": 1600, "height": 900}
HOUR_MS = 3_600_000
EMPTY = "data:text/html,<body style='margin:0;height:900px'>"
THREAD = "CrRendererMain"
TRACED = ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline"]
WATCH = """() => {
  const seen = window.seen = { at: [], blocked: [], on: true };
  new PerformanceObserver(list => { for (const one of list.getEntries()) seen.blocked.push(one.duration); })
    .observe({ type: 'longtask' });
  const look = now => { seen.at.push(now); if (seen.on) requestAnimationFrame(look); };
  requestAnimationFrame(look); }"""
TOLD = "() => { window.seen.on = false; return [window.seen.at, window.seen.blocked]; }"


@dataclass(frozen=True)
class Moved:
    """Of one way of moving: ms between pictures, ms of blocks; by processor: ms for each picture, ms of each task."""

    apart_ms: NDArray[np.float64]
    blocked_ms: list[float]
    worked_ms: NDArray[np.float64]
    tasks_ms: NDArray[np.float64]

    @property
    def p95_ms(self) -> float:
        """Nineteen pictures in twenty took the page's thread less."""
        return float(np.percentile(self.worked_ms, 95))

    def row(self, name: str) -> list[Any]:
        """For the table."""
        p50, p95 = np.percentile(self.apart_ms, (50, 95))
        late = float((self.apart_ms > LIMIT_MS).mean() * 100)
        long = int((self.tasks_ms >= BLOCKED_MS).sum())
        return [
            name, len(self.apart_ms), f"{p50:.1f}", f"{p95:.1f}", f"{late:.0f} %", len(self.blocked_ms),
            f"{np.median(self.worked_ms):.1f}", f"{self.p95_ms:.1f}", f"{self.p95_ms / BUDGET_MS:.2f} ×",
            f"{self.tasks_ms.max():.0f}", long,
        ]  # fmt: skip


def dragged(page: Page, seconds: float) -> None:
    """Take hold at the left, drag to the right, let go, and again: into the past."""
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        page.mouse.move(350, 400)
        page.mouse.down()
        for x in range(350, 1_400, 9):
            page.mouse.move(x, 400)
            if time.perf_counter() > until:
                break
        page.mouse.up()


def zoomed(page: Page, seconds: float) -> None:
    """Turn the wheel: out, in, out."""
    until, turn = time.perf_counter() + seconds, 0
    page.mouse.move(800, 400)
    while time.perf_counter() < until:
        page.mouse.wheel(0, 60 if turn % 120 < 60 else -60)
        page.wait_for_timeout(8)
        turn += 1


def worked(events: list[dict[str, Any]]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(ms of the page's thread for each picture, ms of each of its tasks), by its processor time."""
    threads = {
        (e["pid"], e["tid"]) for e in events if e["name"] == "thread_name" and e["args"]["name"] == THREAD
    }  # a page that was left may still have one
    ours = [e for e in events if (e["pid"], e["tid"]) in threads and e.get("ph") == "X"]
    pictures = sorted(e["ts"] for e in ours if e["name"] == "FireAnimationFrame")
    tasks = sorted((e["ts"], e.get("tdur", 0) / 1_000) for e in ours if e["name"] == "RunTask")
    sums = np.zeros(len(pictures) + 1)
    np.add.at(sums, np.searchsorted(pictures, [ts for ts, _ in tasks]), [ms for _, ms in tasks])
    return sums[1:-1], np.array([ms for _, ms in tasks])


def moved(page: Page, how: Any, seconds: float) -> Moved:
    """Move, and watch."""
    browser = page.context.browser
    assert browser is not None
    page.evaluate(WATCH)
    browser.start_tracing(page=page, categories=TRACED)
    how(page, seconds)
    events = json.loads(browser.stop_tracing())["traceEvents"]
    at, blocked = page.evaluate(TOLD)
    return Moved(np.diff(np.array(at)), blocked, *worked(events))


def runs(page: Page, base: str, asked: argparse.Namespace, last_ms: float) -> dict[str, Moved]:
    """Each way of moving, by its name."""
    found: dict[str, Moved] = {}
    page.goto(EMPTY)
    found["an empty page"] = moved(page, dragged, asked.seconds)
    ways = [
        (1, 8 * HOUR_MS, dragged, "1 pen, 8 h, dragged"),
        (asked.pens, 8 * HOUR_MS, dragged, f"{asked.pens} pens, 8 h, dragged"),
        (asked.pens, 96 * HOUR_MS, dragged, f"{asked.pens} pens, 4 days, dragged"),
        (asked.pens, 2 * HOUR_MS, zoomed, f"{asked.pens} pens, wheel"),
    ]
    for pens, span_ms, how, name in ways:
        shown = ",".join(str(tag) for tag in range(1, pens + 1))
        stretch = f"start={_moment(last_ms - span_ms)}&end={_moment(last_ms)}"
        page.goto(f"{base}/trends?pens={shown}&{stretch}")
        page.locator("[data-testid=trend][data-exact=true]").wait_for()
        found[name] = moved(page, how, asked.seconds)
    return found


def _moment(ms: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(ms / 1_000))


def main() -> int:
    """Fill, move, tell; 1 when the page works longer for a picture, or without a pause, than it may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=2_000_000, help="of each signal")
    parser.add_argument("--pens", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--per-second", type=int, default=1)
    parser.add_argument("--store", type=Path, help="a folder that keeps the samples, as of trend_bench")
    asked = parser.parse_args()
    asked.postgres = False
    browser_path = next(filter(None, map(shutil.which, NAMES)), None)
    if browser_path is None or not (STATIC / "index.html").is_file():
        print("needs a Chromium and the built screens (make ui)")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        store = asked.store or Path(folder) / "store"
        store.mkdir(parents=True, exist_ok=True)
        with (
            filled(asked, store) as (historian, there),
            served(app_of(historian, Path(folder), [])) as base,
            sync_playwright() as play,
        ):
            browser = play.chromium.launch(executable_path=browser_path, args=FLAGS)
            found = runs(browser.new_page(viewport=SIZE), base, asked, there.last_us / 1_000)
            browser.close()
    print(f"{asked.pens} signals of {there.samples:,} samples, {there.took}; load {os.getloadavg()[0]:.1f}\n")
    heads = ["moved", "pictures", "p50 apart, ms", "p95", "late", "blocks", "p50 of thread, ms", "p95", "p95 of 60 Hz",
             "longest task, ms", f"tasks ≥ {BLOCKED_MS} ms"]  # fmt: skip
    print(table(heads, [one.row(name) for name, one in found.items()]))
    _, *others = found.values()
    worst = max(others, key=lambda one: one.p95_ms)
    longest = max(float(one.tasks_ms.max()) for one in others)
    print(f"\nOf the page's thread: p95 at worst {worst.p95_ms:.1f} ms a picture, limit {LIMIT_MS:.1f} ms; "
          f"longest task {longest:.0f} ms, limit {BLOCKED_MS} ms")  # fmt: skip
    return int(worst.p95_ms > LIMIT_MS or longest >= BLOCKED_MS)


if __name__ == "__main__":
    sys.exit(main())
