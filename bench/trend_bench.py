"""How soon a trend is whole again after a zoom, in a browser, over a signal of very many samples.

Usage: python bench/trend_bench.py [--samples 10000000] [--steps 60] [--per-second 1] [--store FOLDER] [--postgres]

One tag (a random walk, 0.1 % bad) is stored, sealed and summed up by the real historian; the built screens run in a
headless Chromium and ask the real routes of signals over HTTP. A step is a jump to a random stretch between a minute
and all there is, of which nothing has been read before, and then the same once more, when all of it has been. Timed is,
in the page, from the new address to the picture in which every column has been read at its own resolution. A fixed
piece of work of the page's thread, timed beside every jump, tells how slow the machine is just then: "at its own pace"
divides by it. A billion samples take minutes to store: --store keeps them in a folder, and finds them there again.
--postgres has them in a PostgreSQL of its own.
"""

from __future__ import annotations

import argparse
import json
import mimetypes
import os
import random
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import uvicorn
from fastapi import FastAPI, Request, Response
from installation import table
from playwright.sync_api import Page, sync_playwright

from dovetail.chunkstore.postgres import Server
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.clock import SystemClock
from dovetail.core.quality import BAD_DEVICE, GOOD
from dovetail.core.scope import system_scope
from dovetail.db.uow import Database
from dovetail.forms.model import Named
from dovetail.historian.service import Historian
from dovetail.operations.http import Api
from dovetail.signals import moments_api, samples_api

STATIC = Path(__file__).resolve().parents[1] / "src" / "dovetail" / "web" / "_static"
BUDGET_MS = 300.0
SCOPE = system_scope("bench")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu")
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
SECOND_US = 1_000_000
FRAME = 500_000
TAG = 1
NOBODY = {"id": "p1", "login": "ada", "name": "Ada", "locale": None}
ME = {"person": NOBODY, "grants": [], "permissions": {"system": [], "at": {"plant.view": [1]}}, "demo": False}
WORK = """() => { const begun = performance.now(); let s = 0; for (let i = 1; i < 3e6; i++) s += Math.sqrt(i) % 7;
  return s > 0 ? performance.now() - begun : 0; }"""
WIRING = {
    "id": TAG, "path": "acme/unit.level", "property": "level", "equipment_id": 1, "kind": "f64", "unit": "mm",
    "connection": None, "address": None, "last": None, "scale": 1, "offset": 0, "deadband": 0, "scan": "fast",
    "mode": None, "interval_ms": None, "driver": None, "raw": None, "native": None, "used_for": [], "expression": None,
    "inputs": [], "computed_from_it": [],
}  # fmt: skip
STEP = """
([start, end]) => new Promise(done => {
  const box = document.querySelector('[data-testid=trend]');
  const begun = performance.now(), wanted = String(Math.round(start));
  const look = () => box.dataset.exact === 'true' && box.dataset.from === wanted
    ? done(performance.now() - begun) : requestAnimationFrame(look);
  const at = ms => new Date(ms).toISOString();
  history.pushState({}, '', `/trends?pens=1&start=${at(start)}&end=${at(end)}`); look(); })
"""


def fill(historian: Historian, samples: int, every_us: int, tag: int = TAG) -> tuple[int, int]:
    """Store, seal and sum up that many samples of a tag that end now; (first, last) in µs."""
    last_us = time.time_ns() // 1_000 // SECOND_US * SECOND_US
    first_us = last_us - samples * every_us
    rng = np.random.default_rng(tag)
    value = 0.0
    for seq, start in enumerate(range(0, samples, FRAME), start=1):
        n = min(FRAME, samples - start)
        walk = np.round(value + np.cumsum(rng.normal(0, 0.3, n)), 1)
        value = float(walk[-1])
        bad = rng.random(n) < 0.001
        ts = first_us + (start + np.arange(n, dtype=np.int64)) * every_us
        quality = np.where(bad, BAD_DEVICE, GOOD).astype(np.uint16)
        batch = Batch(Kind.F64, np.full(n, tag, dtype=np.int64), ts, walk, ~bad, quality)
        historian.put([Frame(f"bench:{tag}", Lane.IMPORT, 1, seq, (batch,))])
        historian.consumer_at("bench", historian.head_bounds()[1])  # who reads the queue is done with it
        while historian.seal_once():
            pass
    while historian.compact_once():
        pass
    return first_us, last_us


@dataclass(frozen=True)
class Filled:
    """What a store holds, and what it took to fill it; a store that was found again took nothing."""

    first_us: int
    last_us: int
    samples: int
    took: str


@contextmanager
def filled(asked: argparse.Namespace, folder: Path) -> Iterator[tuple[Historian, Filled]]:
    """The store that is asked for, full."""
    made = folder / "made.json"
    with ExitStack() as until:
        where: Path | Server = folder / "samples"
        if asked.postgres:
            import pgserver

            server = pgserver.get_server(folder / "pg", cleanup_mode="stop")
            until.callback(server.cleanup)
            where = Server(server.get_uri())
        historian = Historian(where, clock=SystemClock(), bus=Bus(), owner_of=lambda _tag: 1)
        until.callback(historian.close)
        if not made.exists():
            begun, cpu_s = time.perf_counter(), time.process_time()
            first_us, last_us = fill(historian, asked.samples, SECOND_US // asked.per_second)
            for tag in range(TAG + 1, asked.pens + 1):
                fill(historian, asked.samples, SECOND_US // asked.per_second, tag)
            took_s, took_cpu_s = time.perf_counter() - begun, time.process_time() - cpu_s
            took = f"stored and summed up in {took_s:.0f} s ({took_cpu_s:.0f} s of processor)"
            made.write_text(json.dumps(asdict(Filled(first_us, last_us, asked.samples, took))))
        yield historian, Filled(**json.loads(made.read_text()))


def built(path: str) -> Response:
    """A file of the built screens; where there is none, the page that leads everywhere."""
    file = STATIC / path
    found = file if file.is_file() else STATIC / "index.html"
    return Response(found.read_bytes(), media_type=mimetypes.guess_type(found.name)[0] or "text/html")


def app_of(historian: Historian, folder: Path, answered_ms: list[float]) -> FastAPI:
    """The routes of signals, the built screens, and as much else as the page asks for; and how long answers took."""
    api = Api(Database(f"sqlite:///{folder / 'records.db'}", clock=SystemClock(), bus=Bus()))

    def named(word: str) -> Named:
        return Named(int(word), f"acme/unit.level{word}", "mm", Kind.F64)

    samples_api.routes(api, historian, named=named)
    moments_api.routes(api, historian, named=named)
    app = FastAPI()

    @app.middleware("http")
    async def somebody(request: Request, call_next: Any) -> Response:
        request.state.scope = SCOPE
        begun = time.perf_counter()
        answer = await call_next(request)
        if request.url.path.startswith("/api/v1/series"):
            answered_ms.append((time.perf_counter() - begun) * 1e3)
        return answer

    app.include_router(api.router)

    @app.get("/{path:path}")
    def other(path: str) -> Any:
        known = {"api/v1/me": ME, "api/v1/setup": {"needed": False}}
        if path.startswith("api/v1/tags/"):
            return WIRING | {"id": int(path.rpartition("/")[2]), "path": f"acme/unit.level{path.rpartition('/')[2]}"}
        if path.startswith("api/"):
            return known.get(path, {"items": [], "next": None})
        return built(path)

    return app


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Its address, for as long as the block lasts."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=10)


@dataclass
class Took:
    """Milliseconds of each jump to stretches of one length: unread, read before, and of the fixed work beside it."""

    fresh: list[float] = field(default_factory=list)
    again: list[float] = field(default_factory=list)
    pace: list[float] = field(default_factory=list)


def jumps(page: Page, first_us: int, last_us: int, steps: int) -> dict[str, Took]:
    """By the length of the stretch, how long each jump took."""
    rng = random.Random(1)
    whole_ms = (last_us - first_us) / 1_000
    spans = {"1 minute": 60e3, "1 hour": 3.6e6, "1 day": 86.4e6, "30 days": 2.592e9, "all of it": whole_ms}
    found: dict[str, Took] = {}
    elsewhere = [round(first_us / 1_000) - 10**12, round(first_us / 1_000) - 10**12 + 1_000]
    for name, span_ms in spans.items():
        if span_ms > whole_ms:
            continue
        for _ in range(max(3, steps // len(spans))):
            start = first_us / 1_000 + rng.random() * (whole_ms - span_ms)
            shift = rng.random() * span_ms * 0.4 if span_ms == whole_ms else 0.0  # all of it, moved: other columns
            stretch = [round(start - shift), round(start - shift + span_ms)]
            took = found.setdefault(name, Took())
            took.pace.append(page.evaluate(WORK))
            took.fresh.append(page.evaluate(STEP, stretch))
            page.evaluate(STEP, elsewhere)
            took.again.append(page.evaluate(STEP, stretch))
    return found


def main() -> int:
    """Fill, look, time; 1 when a zoom takes longer than its budget."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=10_000_000)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--per-second", type=int, default=1)
    parser.add_argument(
        "--store", type=Path, help="a folder that keeps the samples; filled where it does not hold them"
    )
    parser.add_argument("--postgres", action="store_true")
    asked = parser.parse_args()
    asked.pens = 1
    browser_path = next(filter(None, map(shutil.which, NAMES)), None)
    if browser_path is None or not (STATIC / "index.html").is_file():
        print("needs a Chromium and the built screens (make ui)")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        store = asked.store or Path(folder) / "store"
        store.mkdir(parents=True, exist_ok=True)
        answered_ms: list[float] = []
        with (
            filled(asked, store) as (historian, there),
            served(app_of(historian, Path(folder), answered_ms)) as base,
            sync_playwright() as play,
        ):
            browser = play.chromium.launch(executable_path=browser_path, args=FLAGS)
            page = browser.new_page(viewport={"width": 1600, "height": 900})
            page.goto(f"{base}/trends?pens={TAG}")
            page.locator("[data-testid=trend][data-exact=true]").wait_for()
            found = jumps(page, there.first_us, there.last_us, asked.steps)
            browser.close()
    pace = [one for took in found.values() for one in took.pace]
    slow = statistics.median(pace) / min(pace)
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, {slow:.1f} times slower than at its best"
    print(f"{there.samples:,} samples of one tag, {there.took}; {load}\n")
    rows = [
        [
            name,
            len(took.fresh),
            f"{statistics.median(took.fresh):.0f}",
            f"{max(took.fresh):.0f}",
            f"{statistics.median(took.again):.0f}",
        ]
        for name, took in found.items()
    ]
    print(table(["a jump to", "jumps", "median, ms", "worst, ms", "read before, ms"], rows))
    said = f"p50 {np.percentile(answered_ms, 50):.0f} ms, p95 {np.percentile(answered_ms, 95):.0f} ms"
    print(f"\nThe server's answers to them: {len(answered_ms)}, {said}, as many at once as the page asks for")
    p95 = float(np.percentile([one for took in found.values() for one in took.fresh], 95))
    print(f"\np95 {p95:.0f} ms, at its own pace {p95 / slow:.0f} ms; limit {BUDGET_MS:.0f} ms")
    return int(p95 / slow > BUDGET_MS)


if __name__ == "__main__":
    sys.exit(main())
