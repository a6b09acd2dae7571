"""What a transport costs: the same frames into PostgreSQL in one process, and over NATS with one and two workers.

16 connections of 300 tags; the edge hands over commits of 16 frames, one after the other, and waits until each is held,
as its outbox does. Every process is on this machine, so more workers are faster only where there are processors left.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pgserver
from installation import table

from dovetail.chunkstore.postgres import Server
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.clock import SystemClock
from dovetail.core.errors import LinkError
from dovetail.historian.service import Historian
from dovetail.ingestion.service import standing
from dovetail.testing.natsserver import NatsServer, free_ports
from dovetail.transport.model import address
from dovetail.transport.sender import Sender

LINKS, TAGS_EACH, COMMITS = 16, 300, 100
WORKER = """
import asyncio, sys
from dovetail.core.clock import SystemClock
from dovetail.ingestion.appending import Appender
from dovetail.ingestion.beside import Beside
from dovetail.ingestion.service import Worker
from dovetail.transport.model import address
url, nats = sys.argv[1:]
asyncio.run(Worker(url, address(nats), Appender(Beside(url), clock=SystemClock(), is_tag=lambda _tag: True)).run())
"""


def commits(epoch: int) -> Iterator[list[Frame]]:
    """What a busy edge hands over: random walks rounded to 0.1, all GOOD."""
    rng = np.random.default_rng(epoch)
    begun_us = time.time_ns() // 1_000
    for commit in range(COMMITS):
        frames = []
        for link in range(LINKS):
            tag = np.arange(TAGS_EACH, dtype=np.int64) + 1_000 * (link + 1)
            ts = np.full(TAGS_EACH, begun_us + commit * 10_000 + epoch, dtype=np.int64)
            value = np.round(rng.normal(100, 5, TAGS_EACH), 1)
            good = np.full(TAGS_EACH, 0xC0, np.uint16)
            batch = Batch(Kind.F64, tag, ts, value, np.ones(TAGS_EACH, np.bool_), good)
            mark = {link + 1: int(ts[0])}
            frames.append(Frame("edge", Lane.LIVE, epoch, commit * LINKS + link + 1, (batch,), mark))
        yield frames


def timed(put: Callable[[Sequence[Frame]], None], epoch: int) -> tuple[float, list[float]]:
    """Seconds for all, and ms of each commit."""
    took: list[float] = []
    began_s = time.perf_counter()
    for frames in commits(epoch):
        at_s = time.perf_counter()
        while True:
            try:
                put(frames)
                break
            except LinkError:
                time.sleep(0.01)
        took.append((time.perf_counter() - at_s) * 1_000)
    return time.perf_counter() - began_s, took


@contextmanager
def workers(url: str, nats: str, count: int) -> Iterator[None]:
    """As many processes, each with its share."""
    running = [subprocess.Popen([sys.executable, "-c", WORKER, url, nats]) for _ in range(count)]
    try:
        while sorted(len(one.shards) for one in standing(url) if one.is_alive) != [16 // count] * count:
            time.sleep(0.2)
        yield
    finally:
        for one in running:
            one.terminate()
            one.wait(15)
        while any(one.is_alive for one in standing(url)):
            time.sleep(0.2)


def main() -> None:
    """All ways in one run, one after the other."""
    folder = Path(tempfile.mkdtemp(prefix="dovetail-transport-"))
    server = pgserver.get_server(folder / "pg", cleanup_mode="delete")
    url = server.get_uri()
    nats = NatsServer(folder / "nats", port=free_ports(1)[0])
    nats.start()
    historian = Historian(Server(url), clock=SystemClock(), bus=Bus(), owner_of=lambda _tag: 1)
    samples = LINKS * TAGS_EACH * COMMITS
    rows: list[tuple[str, ...]] = []
    try:
        plain_s, took = timed(historian.put, historian.resume("edge", []).epoch)
        rows.append(row("in one process", samples, plain_s, plain_s, took))
        for count in (1, 2):
            with workers(url, nats.url, count):
                edge = Sender(address(nats.url), "edge")
                over_s, took = timed(edge.put, edge.resume("edge", []).epoch)
                edge.close()
            rows.append(row(f"over NATS, {count} worker{'s' if count > 1 else ''}", samples, over_s, plain_s, took))
    finally:
        historian.close()
        nats.stop()
        server.cleanup()
    print(table(("way", "samples/s", "of one process", "commit p50 ms", "p99 ms"), rows))


def row(way: str, samples: int, took_s: float, plain_s: float, took: Sequence[float]) -> tuple[str, ...]:
    """One line of the report."""
    p50, p99 = np.percentile(took, [50, 99])
    return way, f"{samples / took_s:,.0f}", f"{plain_s / took_s:.2f} ×", f"{p50:.0f}", f"{p99:.0f}"


if __name__ == "__main__":
    main()
