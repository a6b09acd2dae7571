"""What an enterprise copy of many sites costs, and how that grows with sites, tags and rate: the real code, scaled.

Usage: python bench/sites_bench.py [--sites 10] [--tags 100] [--rounds 3]

Each site has a historian of its own in files; all forward to one PostgreSQL (the pgserver wheel), as chunks. A round is
ten minutes of every tag, sealed and forwarded at once by one site after the other; the first one, which makes tables
and names tags, is not counted. Three plants beside the first have ten times as many of one thing. Where the tests'
counterpart chDB is installed (`make peers`), the first plant goes to ClickHouse's engine too, for its bytes.

CPU is that of this process, which is what the sites spend; the database's is in the elapsed time.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pgserver
import psycopg
from installation import table

from dovetail.copies.model import TagName
from dovetail.copies.postgres import SCHEMA, ServerCopy
from dovetail.copies.target import Copy
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US, MINUTE_US, SECOND_US
from dovetail.core.quality import GOOD
from dovetail.forwarding.model import Selection
from dovetail.forwarding.reconcile import Reconciler
from dovetail.forwarding.site import Site
from dovetail.historian.service import Historian
from dovetail.serverlink.sessions import connect
from dovetail.testing.clock import ManualClock

ROUND_US = 10 * MINUTE_US
BEGINS_US = 1_780_272_000_000_000  # 2026-06-01, so that all lies in one month


@dataclass(frozen=True)
class Scale:
    """A number of sites, tags of each, and samples of each tag a second."""

    sites: int
    tags: int
    rate: float


@dataclass
class Cost:
    """Of the rounds that count."""

    samples: int = 0
    cpu_s: float = 0.0
    elapsed_s: float = 0.0
    sealing_s: float = 0.0


class OneSite:
    """A plant whose signals walk at random, rounded to a tenth."""

    def __init__(self, folder: Path, copy: Copy, scale: Scale, number: int) -> None:
        self._clock = ManualClock(BEGINS_US + DAY_US)
        self._scale, self._rng = scale, np.random.default_rng(number)
        self._level = self._rng.normal(100, 20, scale.tags)
        self.historian = Historian(folder, clock=self._clock, bus=Bus(), owner_of=lambda _tag: 1)
        names = Selection.of(TagName(tag, f"acme/site{number}/t{tag}", "", 1) for tag in range(1, scale.tags + 1))
        site = Site(self.historian.chunks, dict)
        self.copy = copy
        self._reconciler = Reconciler(site, copy, lambda: names, clock=self._clock, round_us=MINUTE_US)

    def work(self, at: int) -> None:
        """Ten minutes pass and are sealed."""
        n = round(ROUND_US / SECOND_US * self._scale.rate)
        steps = self._rng.normal(0, 0.3, (n, self._scale.tags)).cumsum(axis=0)
        values = np.round(self._level + steps, 1)
        self._level = values[-1]
        ts = BEGINS_US + at * ROUND_US + np.arange(n, dtype=np.int64) * round(SECOND_US / self._scale.rate)
        size = n * self._scale.tags
        tags = np.tile(np.arange(1, self._scale.tags + 1, dtype=np.int64), n)
        whole = Batch(
            Kind.F64, tags, np.repeat(ts, self._scale.tags), values.reshape(-1), np.ones(size, dtype=np.bool_),
            np.full(size, GOOD, dtype=np.uint16),
        )  # fmt: skip
        self.historian.put([Frame("gateway", Lane.LIVE, 1, at + 1, (whole,))])
        while self.historian.seal_once():
            pass

    def forward(self) -> int:
        """Until the copy is equal; the samples that were brought, those that were there already and lie in a rewritten
        chunk included."""
        before = self._reconciler.done.samples
        self._clock.tick(MINUTE_US)
        while self._reconciler.step():
            pass
        self.copy.close()  # as a site does until its next round
        return self._reconciler.done.samples - before


@contextmanager
def sites(scale: Scale, open_copy: Callable[[str], Copy]) -> Iterator[list[OneSite]]:
    """All of them, open."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        made: list[OneSite] = []
        for number in range(scale.sites):
            one = OneSite(Path(folder) / str(number), open_copy(f"site{number}"), scale, number)
            stack.callback(one.historian.close)
            stack.callback(one.copy.close)
            made.append(one)
        yield made


def measured(every: list[OneSite], scale: Scale, rounds: int) -> tuple[Cost, int]:
    """What it cost, and how many samples were brought in all rounds for each that is new."""
    cost, brought = Cost(), 0
    for at in range(rounds + 1):
        for one in every:
            began_s = time.perf_counter()
            one.work(at)
            sealed_s, cpu_s = time.perf_counter(), time.process_time()
            moved = one.forward()
            if at:
                cost.sealing_s += sealed_s - began_s
                cost.cpu_s += time.process_time() - cpu_s
                cost.elapsed_s += time.perf_counter() - sealed_s
                cost.samples += round(ROUND_US / SECOND_US * scale.rate) * scale.tags
                brought += moved
    return cost, brought


def bytes_of_sites(every: list[OneSite]) -> int:
    """Of the months' bodies and headers, as SQLite holds them."""
    total = 0
    for one in every:
        for month in one.historian.chunks.newest_first():
            with one.historian.chunks.use(month) as opened, opened._place.snapshot() as session:
                total += sum(
                    pages for (pages,) in session.execute("select sum(length(body)) + 140 * count(*) from chunk")
                )
    return total


def to_postgres(url: str, scale: Scale, rounds: int) -> tuple[Cost, float, float, float]:
    """(cost, samples brought for each new one, bytes a sample at the sites, in the copy)."""
    with psycopg.connect(url, autocommit=True) as inside:
        inside.execute(f"drop schema if exists {SCHEMA} cascade")
        opening = lambda name: ServerCopy(lambda: connect(url, schema=SCHEMA), site=name, owner=name)  # noqa: E731
        with sites(scale, opening) as every:
            cost, brought = measured(every, scale, rounds)
            own = bytes_of_sites(every)
        inside.execute("vacuum full")
        sized = "select sum(pg_total_relation_size(oid)) from pg_class where relkind = 'r'"
        sized += " and relnamespace = %s::regnamespace"
        (size,) = inside.execute(sized, (SCHEMA,)).fetchone() or (0,)
    in_all = cost.samples / rounds * (rounds + 1)
    return cost, brought / cost.samples, own / in_all, float(size) / in_all


def to_clickhouse(scale: Scale, rounds: int) -> float | None:
    """Bytes a sample in ClickHouse after its merges; None: chDB is not here."""
    root = Path(__file__).resolve().parent.parent / "tests"
    if not (root / "peers" / "chdb" / "env" / ".done").exists():
        return None
    sys.path[:0] = [str(root), str(root / "peers")]
    from chdb_engine import ChdbEngine

    server: Any = ChdbEngine()
    server.start()
    try:
        with sites(scale, lambda name: server.open(site=name, owner=name)) as every:
            measured(every, scale, rounds)
        asking = server.engine()
        asking.tell("optimize table sample final")
        sized = "select sum(bytes_on_disk) from system.parts where active and table = 'sample'"
        ((size,),) = asking.ask(sized)
        ((rows,),) = asking.ask("select count() from sample final")
        asking.close()
    finally:
        server.stop()
    return float(size) / float(rows)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", type=int, default=10)
    parser.add_argument("--tags", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    base = Scale(given.sites, given.tags, 0.1)
    scales = {
        "the first": base,
        "10 × sites": Scale(base.sites * 10, base.tags, base.rate),
        "10 × tags": Scale(base.sites, base.tags * 10, base.rate),
        "10 × rate": Scale(base.sites, base.tags, base.rate * 10),
    }
    rows: list[list[object]] = []
    sizes: tuple[float, float] = (0.0, 0.0)
    with tempfile.TemporaryDirectory(prefix="dovetail-pg-") as folder:
        server = pgserver.get_server(folder, cleanup_mode="delete")
        firsts: tuple[float, float] = (1.0, 1.0)
        for name, scale in scales.items():
            cost, again, own, there = to_postgres(server.get_uri(), scale, given.rounds)
            cpu_us, each_ms = cost.cpu_s / cost.samples * 1e6, cost.elapsed_s / given.rounds / scale.sites * 1e3
            firsts = (cpu_us, each_ms) if name == "the first" else firsts
            sizes = (own, there)
            rows.append([
                name, f"{scale.sites} × {scale.tags} × {scale.rate:g}/s", f"{cost.samples // given.rounds:,}",
                f"{cpu_us:.2f}", f"{cpu_us / firsts[0]:.2f}", f"{each_ms:.0f}", f"{each_ms / firsts[1]:.1f}",
                f"{again:.1f}", f"{own:.2f}", f"{there:.2f}",
            ])  # fmt: skip
        server.cleanup()
    head = [
        "plant", "sites × tags × rate", "new samples a round", "site µs CPU per new sample", "ratio",
        "ms of a site's round", "ratio", "brought per new sample", "bytes/sample at the site", "in the copy",
    ]  # fmt: skip
    print(table(head, rows))
    rowed = to_clickhouse(Scale(base.sites, base.tags, 1.0), given.rounds)
    said = "chDB is not installed here" if rowed is None else f"{rowed:.2f}"
    own, there = (f"{one:.2f}" for one in sizes)
    print(f"\nBytes a sample, the last plant: {own} at the site, {there} in PostgreSQL, in ClickHouse {said}.")


if __name__ == "__main__":
    main()
