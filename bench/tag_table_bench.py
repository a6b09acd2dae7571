"""What the tag table costs a browser while every tag changes once a second, and how soon one of many is found.

Usage: python bench/tag_table_bench.py [--tags 5000] [--per-unit 50] [--seconds 20] [--rest]

The built screens run in a headless Chromium; tags are found by the real room over a real historian, and the live
values are told here. Counted is the processor time of the page's main thread (decoding, keeping, rendering, layout,
painting) in a second with its values, less that of one without any. Only the equipment of the rows in view is watched:
`--per-unit` as large as `--tags` makes every value travel in every second. A fixed piece of work of the same thread,
timed beside every second, tells how slow the machine is just then: "at its own pace" divides by it. `--rest` leaves the
ticking out.
"""

from __future__ import annotations

import argparse
import itertools
import json
import mimetypes
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import numpy as np
from playwright.sync_api import CDPSession, Page, Route, sync_playwright
from websockets.sync.server import ServerConnection, serve

from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.clock import SystemClock
from dovetail.core.quality import GOOD
from dovetail.core.scope import system_scope
from dovetail.equipment.model import Equipment, PlantModel, Tag
from dovetail.historian.service import Historian
from dovetail.signals.api import Asking, answer
from dovetail.signals.service import SignalsRoom
from dovetail.web.live import HEADER, columns

STATIC = Path(__file__).resolve().parents[1] / "src" / "dovetail" / "web" / "_static"
BUDGET_MS = 25.0
ROWS_MAX = 60  # in the page, whatever the plant holds
SCOPE = system_scope("bench")
# the page comes from nowhere, so Chromium would not let it speak to a port of this machine
FLAGS = ("--headless", "--no-sandbox", "--disable-features=LocalNetworkAccessChecks")
NAMES = ("chromium", "chromium-browser", "google-chrome")
NOBODY = {"id": "p1", "login": "ada", "name": "Ada", "locale": None}
ME = {"person": NOBODY, "grants": [], "permissions": {"system": [], "at": {}}, "demo": False}


def now_us() -> int:
    """Now, as the server stamps."""
    return time.time_ns() // 1000


def node(n: int) -> Equipment:
    """One work unit of a plant without lines."""
    nothing = (None, None, (), None, None, None, {}, None, {})
    return Equipment(n, f"acme/unit{n}", f"Unit {n}", "WorkUnit", None, None, "UTC", *nothing)


def signal(n: int, owner: int) -> Tag:
    """One tag."""
    path, address = f"acme/unit{owner}.signal{n}", f"ns=2;s=Unit{owner}.Value{n}"
    return Tag(n, path, owner, f"signal{n}", f"plc{owner // 10}", address, Kind.F64, "bar")


class Plant:
    """What the browser believes to be Dovetail."""

    def __init__(self, tags: int, per_unit: int, folder: Path) -> None:
        self.per_unit, self.count = per_unit, tags
        nodes = [node(n + 1) for n in range(-(-tags // per_unit))]
        listed = [signal(n, (n - 1) // per_unit + 1) for n in range(1, tags + 1)]
        self.model = PlantModel(version=1, equipment=nodes, tags=listed)
        self.historian = Historian(folder, clock=SystemClock(), bus=Bus(), owner_of=self.model.owner_of)
        ids = np.arange(1, tags + 1, dtype=np.int64)
        good = np.full(tags, GOOD, np.uint16)
        first = Batch(Kind.F64, ids, np.full(tags, now_us()), np.random.rand(tags), np.ones(tags, np.bool_), good)
        self.historian.put([Frame("bench", Lane.LIVE, 1, 1, (first,))])
        self.room = SignalsRoom(plant=lambda: self.model, historian=self.historian)
        self.socket: ServerConnection | None = None
        self.topics: dict[str, int] = {}
        self.numbers = itertools.count(1)
        self.asked: Counter[str] = Counter()

    def answer(self, route: Route) -> None:
        """Screens from the built files, the plant from above."""
        path, _, query = route.request.url.partition("//")[2].partition("/")[2].partition("?")
        path = f"/{path}"
        if path.startswith("/api/v1"):
            route.fulfill(
                body=json.dumps(self._api(path.removeprefix("/api/v1"), query)), content_type="application/json"
            )
            return
        file = STATIC / path.lstrip("/")
        found = file if file.is_file() else STATIC / "index.html"
        route.fulfill(body=found.read_bytes(), content_type=mimetypes.guess_type(found.name)[0] or "text/html")

    def _api(self, path: str, query: str) -> Any:
        self.asked[path] += 1
        if path == "/me":
            return ME
        if path == "/setup":
            return {"needed": False}
        if path == "/equipment":
            return {"items": [_node_out(one) for one in self.model.equipment.values()], "next": None}
        if path == "/tags":
            given = {key: value[0] for key, value in parse_qs(query).items()}
            return answer(self.room, Asking.model_validate(given), scope=SCOPE).model_dump(mode="json")
        return {"items": [], "next": None}

    def connect(self, socket: ServerConnection) -> None:
        """Number every topic that is asked for; a WebSocket of its own, as Playwright's would be measured too."""
        self.socket = socket
        for said in socket:
            asked = json.loads(said)
            for topic in asked["topics"]:
                if asked["op"] != "subscribe":
                    self.topics.pop(topic, None)
                    continue
                number = self.topics.setdefault(topic, next(self.numbers))
                socket.send(json.dumps({"op": "subscribed", "topic": topic, "no": number}))

    def tick(self) -> int:
        """Say a new value of every tag that is watched; how many."""
        assert self.socket is not None
        said, now = 0, now_us()
        for topic, number in list(self.topics.items()):
            if not topic.startswith("tags/"):
                continue
            first = (int(topic.removeprefix("tags/")) - 1) * self.per_unit + 1
            ids = np.arange(first, min(first + self.per_unit, self.count + 1))
            kind, payload = columns(ids, np.full(len(ids), now), np.random.rand(len(ids)), np.full(len(ids), GOOD))
            self.socket.send(HEADER.pack(number, kind) + payload)
            said += len(ids)
        return said


def busy_ms(session: CDPSession) -> float:
    """Processor time that the page's main thread has used so far."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return 1000 * next(one["value"] for one in metrics if one["name"] == "TaskDuration")


def _node_out(one: Equipment) -> dict[str, Any]:
    return {
        "id": one.id, "path": one.path, "name": one.name, "level": one.level, "parent_id": None, "flow": [],
        "class_name": None, "timezone": "UTC", "constraint": None, "outfeed": None, "standard_rate_upm": None,
    }  # fmt: skip


WORK = "() => { let s = 0; for (let i = 1; i < 3e6; i++) s += Math.sqrt(i) % 7; return s; }"


def seconds_ms(page: Page, session: CDPSession, plant: Plant | None, seconds: int) -> tuple[list[float], list[float]]:
    """Main thread time of each second, with one tick of all watched tags in it; and of the fixed work beside it."""
    found: list[float] = []
    paces: list[float] = []
    for _ in range(seconds):
        before = busy_ms(session)
        page.evaluate(WORK)
        between = busy_ms(session)
        if plant is not None:
            plant.tick()
        page.wait_for_timeout(1_000)
        paces.append(between - before)
        found.append(busy_ms(session) - between)
    return found, paces


def use(page: Page, session: CDPSession, plant: Plant) -> int:
    """Find, jump to the end and go on by keys; says how long each took. 1 when the page holds more than it shows."""
    rows = page.get_by_test_id("tag-row")

    def until(what: str, seen: str, act: Callable[[], None]) -> None:
        begun = time.perf_counter()
        act()
        page.locator(f'[data-path="{seen}"]').wait_for()
        print(f"  {what:<34}{(time.perf_counter() - begun) * 1000:7.0f} ms")

    last = f"signal{plant.count}"
    page.get_by_test_id("tag-table").focus()
    find = page.get_by_test_id("tags-find")
    first_path, last_path = plant.model.tags[1].path, plant.model.tags[plant.count].path
    newest = plant.historian.latest(np.arange(1, plant.count + 1), scope=SCOPE)
    lowest = plant.model.tags[int(np.argmin(newest.number)) + 1].path
    until("to the last row", last_path, lambda: page.keyboard.press("End"))
    until(f"to find {last}", last_path, lambda: find.fill(last))
    until("back to all", first_path, lambda: find.fill(""))
    until("to the lowest value of all", lowest, page.get_by_test_id("sort-value").click)
    page.get_by_test_id("sort-equipment").click()
    page.wait_for_timeout(4_000)  # topics of rows that left the view are kept for a moment
    session.send("HeapProfiler.collectGarbage")
    heap = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    here, watched = rows.count(), sum(topic.startswith("tags/") for topic in plant.topics)
    print(f"  {heap['JSHeapUsedSize'] / 1e6:.1f} MB of the page's memory, {heap['Nodes']:.0f} nodes, {here} rows in it")
    print(f"  {plant.asked['/tags']} readings of tags in all, {watched} units watched")
    return int(here > ROWS_MAX or watched > ROWS_MAX)


def tick(page: Page, session: CDPSession, plant: Plant, seconds: int) -> int:
    """Let it rest, let it tick; 1 when it is over the budget."""
    quiet, _ = seconds_ms(page, session, None, seconds)
    ticking, paces = seconds_ms(page, session, plant, seconds)
    best, common = min(paces), float(np.median(paces))
    per_tick = float(np.median(ticking) - np.median(quiet))
    own_pace = per_tick * best / common
    print(f"  {plant.tick()} values a second, {seconds} s each:")
    print(f"  a second without values {np.median(quiet):6.1f} ms of the main thread (median)")
    print(f"  a second with values    {np.median(ticking):6.1f} ms (median), {max(ticking):.1f} ms (worst)")
    print(f"  fixed work beside it    {common:6.1f} ms (median), {best:.1f} ms (best)")
    print(f"  per tick                {per_tick:6.1f} ms, at its own pace {own_pace:.1f} ms; budget {BUDGET_MS:.0f} ms")
    return int(own_pace > BUDGET_MS)


def main() -> int:
    """Open the table, use it, let it rest, let it tick; 1 when it is over the budget."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tags", type=int, default=5_000)
    parser.add_argument("--per-unit", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--rest", action="store_true", help="no ticking")
    asked = parser.parse_args()
    browser_path = next(filter(None, map(shutil.which, NAMES)), None)
    if browser_path is None or not (STATIC / "index.html").is_file():
        print("needs a Chromium and the built screens (make ui)")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        plant = Plant(asked.tags, asked.per_unit, Path(folder))
        with serve(plant.connect, "127.0.0.1", 0) as live, sync_playwright() as play:
            threading.Thread(target=live.serve_forever, daemon=True).start()
            base = f"http://127.0.0.1:{live.socket.getsockname()[1]}"
            browser = play.chromium.launch(executable_path=browser_path, args=FLAGS)
            page = browser.new_page(viewport={"width": 1920, "height": 1080})
            page.route(lambda url: not url.endswith("/live"), plant.answer)
            begun = time.perf_counter()
            page.goto(f"{base}/tags")
            page.get_by_test_id("tag-row").first.wait_for()
            print(f"{asked.tags} tags in {len(plant.model.equipment)} units:")
            print(f"  {'from nothing to the first row':<34}{(time.perf_counter() - begun) * 1000:7.0f} ms")
            page.wait_for_timeout(3_000)
            session = page.context.new_cdp_session(page)
            session.send("Performance.enable", {"timeDomain": "threadTicks"})
            over = use(page, session, plant) + (0 if asked.rest else tick(page, session, plant, asked.seconds))
            browser.close()
        plant.historian.close()
    return int(over > 0)


if __name__ == "__main__":
    sys.exit(main())
