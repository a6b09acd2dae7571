"""How long the tag table holds a browser's main thread when 5,000 tags change every second.

Usage: python bench/tag_table_bench.py [--tags 5000] [--seconds 20]

The built screens run in a headless Chromium, the plant behind them is told here. Counted is
the processor time of the page's main thread (decoding, keeping, rendering, layout) in a second with its values, less
that of a second without any.
"""

from __future__ import annotations

import argparse
import json
import mimetypes
import shutil
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import CDPSession, Page, Route, sync_playwright
from websockets.sync.server import ServerConnection, serve

from dovetail.core.clock import to_rfc3339
from dovetail.core.quality import GOOD
from dovetail.web.live import HEADER, columns

STATIC = Path(__file__).resolve().parents[1] / "src" / "dovetail" / "web" / "_static"
BUDGET_MS = 25.0
PER_UNIT = 50
PAGE = 1_000
# the page comes from nowhere, so Chromium would not let it speak to a port of this machine
FLAGS = ("--headless", "--no-sandbox", "--disable-features=LocalNetworkAccessChecks")
NAMES = ("chromium", "chromium-browser", "google-chrome")
NOBODY = {"id": "p1", "login": "ada", "name": "Ada", "locale": None}
ME = {"person": NOBODY, "grants": [], "permissions": {"system": [], "at": {}}, "demo": False}


def now_us() -> int:
    """Now, as the server stamps."""
    return time.time_ns() // 1000


def unit(n: int) -> dict[str, Any]:
    """One work unit of a plant without lines."""
    return {
        "id": n, "path": f"acme/unit{n}", "name": f"Unit {n}", "level": "WorkUnit", "parent_id": None, "flow": [],
        "class_name": None, "timezone": "UTC", "constraint": None, "outfeed": None, "standard_rate_upm": None,
    }  # fmt: skip


def signal(n: int) -> dict[str, Any]:
    """One tag, read before the table opened."""
    owner = n // PER_UNIT + 1
    last = {"value": 1.5, "ts": to_rfc3339(now_us()), "quality": GOOD, "quality_name": "GOOD", "ts_device": None}
    return {
        "id": n, "path": f"acme/unit{owner}.signal{n}", "property": f"signal{n}", "equipment_id": owner, "kind": "f64",
        "unit": "bar", "connection": f"plc{owner // 10}", "address": f"ns=2;s=Unit{owner}.Value{n}", "last": last,
    }  # fmt: skip


class Plant:
    """What the browser believes to be Dovetail."""

    def __init__(self, tags: int) -> None:
        self.tags = [signal(n) for n in range(tags)]
        self.units = [unit(n + 1) for n in range(-(-tags // PER_UNIT))]
        self.socket: ServerConnection | None = None
        self.topics: dict[str, int] = {}

    def answer(self, route: Route) -> None:
        """Screens from the built files, the plant from above."""
        path, _, query = route.request.url.partition("//")[2].partition("/")[2].partition("?")
        path = f"/{path}"
        if path.startswith("/api/v1"):
            route.fulfill(json=self._api(path.removeprefix("/api/v1"), query))
            return
        file = STATIC / path.lstrip("/")
        found = file if file.is_file() else STATIC / "index.html"
        route.fulfill(body=found.read_bytes(), content_type=mimetypes.guess_type(found.name)[0] or "text/html")

    def _api(self, path: str, query: str) -> Any:
        if path == "/me":
            return ME
        if path == "/setup":
            return {"needed": False}
        if path == "/equipment":
            return {"items": self.units, "next": None}
        if path == "/tags":
            start = int(query.partition("cursor=")[2] or 0)
            more = start + PAGE < len(self.tags)
            return {"items": self.tags[start : start + PAGE], "next": str(start + PAGE) if more else None}
        if path.endswith("/tags"):
            first = (int(path.split("/")[2]) - 1) * PER_UNIT
            return {"items": self.tags[first : first + PER_UNIT], "next": None}
        return {"items": [], "next": None}

    def connect(self, socket: ServerConnection) -> None:
        """Number every topic that is asked for; a WebSocket of its own, as Playwright's would be measured too."""
        self.socket = socket
        for said in socket:
            asked = json.loads(said)
            for topic in asked["topics"] if asked["op"] == "subscribe" else []:
                number = self.topics.setdefault(topic, len(self.topics) + 1)
                socket.send(json.dumps({"op": "subscribed", "topic": topic, "no": number}))

    def tick(self) -> int:
        """Say a new value of every tag that is watched; how many."""
        assert self.socket is not None
        said, now = 0, now_us()
        for topic, number in list(self.topics.items()):
            if not topic.startswith("tags/"):
                continue
            first = (int(topic.removeprefix("tags/")) - 1) * PER_UNIT
            ids = np.arange(first, min(first + PER_UNIT, len(self.tags)))
            kind, payload = columns(ids, np.full(len(ids), now), np.random.rand(len(ids)), np.full(len(ids), GOOD))
            self.socket.send(HEADER.pack(number, kind) + payload)
            said += len(ids)
        return said


def busy_ms(session: CDPSession) -> float:
    """Processor time that the page's main thread has used so far."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return 1000 * next(one["value"] for one in metrics if one["name"] == "TaskDuration")


def second_ms(page: Page, session: CDPSession, plant: Plant | None, seconds: int) -> list[float]:
    """Main thread time of each second; with a plant, one tick of all its tags in each."""
    found: list[float] = []
    for _ in range(seconds):
        before = busy_ms(session)
        if plant is not None:
            plant.tick()
        page.wait_for_timeout(1_000)
        found.append(busy_ms(session) - before)
    return found


def main() -> int:
    """Open the table, let it rest, let it tick; 1 when it is over the budget."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tags", type=int, default=5_000)
    parser.add_argument("--seconds", type=int, default=20)
    asked = parser.parse_args()
    browser_path = next(filter(None, map(shutil.which, NAMES)), None)
    if browser_path is None or not (STATIC / "index.html").is_file():
        print("needs a Chromium and the built screens (make ui)")
        return 2
    plant = Plant(asked.tags)
    with serve(plant.connect, "127.0.0.1", 0) as live, sync_playwright() as play:
        threading.Thread(target=live.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{live.socket.getsockname()[1]}"
        browser = play.chromium.launch(executable_path=browser_path, args=FLAGS)
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.route(lambda url: not url.endswith("/live"), plant.answer)
        page.goto(f"{base}/tags")
        page.get_by_test_id("tag-row").first.wait_for()
        page.wait_for_timeout(3_000)
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})
        rows = page.get_by_test_id("tag-row").count()
        quiet = second_ms(page, session, None, asked.seconds)
        ticking = second_ms(page, session, plant, asked.seconds)
        said = plant.tick()
        browser.close()
    per_tick = float(np.median(ticking) - np.median(quiet))
    print(f"{said} tags a second, {rows} rows in view, {asked.seconds} s each:")
    print(f"  a second without values {np.median(quiet):6.1f} ms of the main thread (median)")
    print(f"  a second with values    {np.median(ticking):6.1f} ms (median), {max(ticking):.1f} ms (worst)")
    print(f"  per tick                {per_tick:6.1f} ms; the budget is {BUDGET_MS:.0f} ms")
    return int(per_tick > BUDGET_MS)


if __name__ == "__main__":
    sys.exit(main())
