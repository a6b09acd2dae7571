"""How fast signals become durable: the historian on SQLite and PostgreSQL beside plain rows in both, in one run.

The reference workload of the design, scaled down: 5,000 tags at 1 Hz, each batch one durable commit; by tag 40 % random
walk rounded to 0.1, 20 % sine and noise rounded to 0.01, 20 % steps, 10 % counters, 10 % full-precision noise; 0.1 %
bad quality; groups of 100 tags share a timestamp with 0–20 ms jitter. Rows are (tag, ts, value, quality) with the
index on (tag, ts) that a reader needs. SQLite: executemany, WAL, FULL sync. PostgreSQL: binary COPY, built in NumPy.
The historian seals in a background thread meanwhile. Machines are noisy: only ratios within one run mean something.

    python bench/ingest_bench.py [--seconds 600]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psycopg
from numpy.typing import NDArray

from dovetail.chunkstore.place import Storage
from dovetail.chunkstore.postgres import Server, drop, look
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.clock import SystemClock
from dovetail.core.scope import system_scope
from dovetail.db.engine import sqlite_module
from dovetail.historian.service import Historian

TAGS = 5_000
GROUP = 100
SECOND_US = 1_000_000


@dataclass(frozen=True)
class Workload:
    """Matrices [seconds, tags]: times in µs, values, and which are bad."""

    ts: NDArray[np.int64]
    value: NDArray[np.float64]
    bad: NDArray[np.bool_]

    def parts(self, batch: int) -> Iterator[tuple[NDArray, NDArray, NDArray, NDArray]]:
        """(tag, ts, value, quality) columns of each batch."""
        step = batch // TAGS
        tags = np.arange(1, TAGS + 1, dtype=np.int64)
        for start in range(0, len(self.ts), step):
            rows = slice(start, start + step)
            n = len(self.ts[rows])
            quality = np.where(self.bad[rows].ravel(), 0x0C, 0xC0).astype(np.uint16)
            yield np.tile(tags, n), self.ts[rows].ravel(), self.value[rows].ravel(), quality


def workload(seconds: int, seed: int = 1) -> Workload:
    """The reference signals; the last of them end an hour before now."""
    rng = np.random.default_rng(seed)
    start_us = time.time_ns() // 1000 - (seconds + 3_600) * SECOND_US
    jitter = rng.integers(0, 20_000, (seconds, TAGS // GROUP)).repeat(GROUP, axis=1)
    ts = start_us + np.arange(seconds, dtype=np.int64)[:, None] * SECOND_US + jitter
    value = np.empty((seconds, TAGS))
    walk, sine, steps, counters, noise = np.split(np.arange(TAGS), np.cumsum([2_000, 1_000, 1_000, 500]))
    value[:, walk] = np.round(50 + np.cumsum(rng.normal(0, 0.3, (seconds, len(walk))), axis=0), 1)
    phase = rng.uniform(0, 6.28, len(sine)) + np.arange(seconds)[:, None] / 60
    value[:, sine] = np.round(20 + 5 * np.sin(phase) + rng.normal(0, 0.05, (seconds, len(sine))), 2)
    changes = rng.random((seconds, len(steps))) < 1 / 500
    value[:, steps] = np.cumsum(changes, axis=0) % 7
    value[:, counters] = np.cumsum(rng.integers(0, 3, (seconds, len(counters))), axis=0)
    value[:, noise] = rng.normal(size=(seconds, len(noise)))
    return Workload(ts, value, rng.random((seconds, TAGS)) < 0.001)


@dataclass
class Measured:
    """Of one store: samples/s until the last commit returned, milliseconds per commit, bytes per sample on disk."""

    name: str
    samples: int
    seconds: float
    commits_ms: list[float]
    bytes_per_sample: float
    note: str = ""

    @property
    def rate(self) -> float:
        return self.samples / self.seconds


def timed(parts: Iterator[tuple[NDArray, ...]], store: Callable[..., None]) -> tuple[int, float, list[float]]:
    """(samples, seconds inside the commits, ms of each)."""
    samples, commits = 0, []
    for part in parts:
        began = time.perf_counter()
        store(*part)
        commits.append((time.perf_counter() - began) * 1e3)
        samples += len(part[0])
    return samples, sum(commits) / 1e3, commits


def in_files(load: Workload, batch: int) -> Measured:
    """The historian in files of SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        return run_historian(load, f"Dovetail in files, {batch:,}", batch, Path(folder), lambda: files_bytes(folder))


def files_bytes(folder: str) -> int:
    """Of the months."""
    return sum(path.stat().st_size for path in Path(folder).glob("chunks-*.db"))


def in_postgres(load: Workload, batch: int, url: str) -> Measured:
    """The historian in a schema of PostgreSQL, which is dropped afterwards."""
    try:
        return run_historian(load, f"Dovetail in PostgreSQL, {batch:,}", batch, Server(url), lambda: server_bytes(url))
    finally:
        drop(url)


def server_bytes(url: str) -> int:
    """Of the months, with their indexes and what is too long for a row."""
    found = look(url)
    return sum(found.months.values()) if found else 0


def run_historian(load: Workload, name: str, batch: int, where: Path | Storage, size: Callable[[], int]) -> Measured:
    """Frames as the edge puts them, a sealer beside; the time runs until the last sample is committed."""
    with closing(Historian(where, clock=SystemClock(), bus=Bus(), owner_of=lambda _tag: None)) as historian:
        historian.consumer_at("bench", 0)
        seq = iter(range(10**9))
        stop = threading.Event()

        def seal() -> None:
            while not stop.wait(0.2):
                historian.consumer_at("bench", historian.head_bounds()[1])
                if historian._recent.samples > 1_000_000:
                    historian.seal_once()

        def put(tag: NDArray, ts: NDArray, value: NDArray, quality: NDArray) -> None:
            valid = quality == 0xC0
            counter = (tag > 4_000) & (tag <= 4_500)
            floats = Batch(Kind.F64, tag, ts, value, valid, quality).take(~counter)
            counts = Batch(Kind.I64, tag, ts, value.astype(np.int64), valid, quality).take(counter)
            historian.put([Frame("bench", Lane.LIVE, 1, next(seq), (floats, counts))])

        sealer = threading.Thread(target=seal)
        sealer.start()
        began = time.perf_counter()
        samples, _, commits = timed(load.parts(batch), put)
        committed_s = time.perf_counter() - began
        stop.set()
        sealer.join()
        while historian.seal_once():
            pass
        sealed_s = time.perf_counter() - began
        note = f"sealed {samples / sealed_s / 1e6:.2f} M/s; {reads(historian, load)}"
    return Measured(name, samples, committed_s, commits, size() / samples, note)


def reads(historian: Historian, load: Workload) -> str:
    """The everyday questions, in ms."""
    scope = system_scope("bench")
    end_us = int(load.ts[-1].max()) + 1
    hour_us = end_us - 3_600 * SECOND_US
    questions: dict[str, Callable[[], object]] = {
        "1 h of a tag": lambda: historian.raw([17], hour_us, end_us, scope=scope),
        "trend 1,400 px": lambda: historian.series(17, hour_us, end_us, 1_400, scope=scope),
        "mean": lambda: historian.mean(17, hour_us, end_us, scope=scope),
        "5,000 last": lambda: historian.last(range(1, TAGS + 1), scope=scope),
    }
    answers = []
    for name, question in questions.items():
        took: list[float] = []
        for _ in range(7):
            began = time.perf_counter()
            question()
            took.append((time.perf_counter() - began) * 1e3)
        answers.append(f"{name} {statistics.median(took):.1f} ms")
    return ", ".join(answers)


def run_sqlite(load: Workload, batch: int) -> Measured:
    """Plain rows."""
    sqlite3 = sqlite_module()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.db"
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("pragma journal_mode=wal").close()
        connection.execute("pragma synchronous=full")
        connection.execute(
            "create table sample (tag integer, ts integer, value real, quality integer, primary key (tag, ts)) "
            "without rowid"
        )

        def store(*columns: NDArray) -> None:
            rows = zip(*(column.tolist() for column in columns), strict=True)
            connection.execute("begin immediate")
            connection.executemany("insert into sample values (?, ?, ?, ?)", rows)
            connection.execute("commit")

        samples, seconds, commits = timed(load.parts(batch), store)
        connection.close()
        return Measured(f"SQLite rows, {batch:,}", samples, seconds, commits, path.stat().st_size / samples)


_ROW = np.dtype(
    [("fields", ">i2"), ("n1", ">i4"), ("tag", ">i8"), ("n2", ">i4"), ("ts", ">i8"),
     ("n3", ">i4"), ("value", ">f8"), ("n4", ">i4"), ("quality", ">i2")]
)  # fmt: skip


def run_postgres(load: Workload, batch: int, url: str) -> Measured:
    """Plain rows by binary COPY; the row images are made in NumPy, so that no Python object stands in its way."""
    with psycopg.connect(url) as connection:
        connection.execute("drop table if exists sample")
        connection.execute("create table sample (tag int8, ts int8, value float8, quality int2)")
        connection.execute("create index on sample (tag, ts)")
        connection.commit()

        def store(tag: NDArray, ts: NDArray, value: NDArray, quality: NDArray) -> None:
            rows = np.empty(len(tag), dtype=_ROW)
            rows["fields"], rows["n1"], rows["n2"], rows["n3"], rows["n4"] = 4, 8, 8, 8, 2
            rows["tag"], rows["ts"], rows["value"], rows["quality"] = tag, ts, value, quality
            with connection.cursor() as cursor, cursor.copy("copy sample from stdin (format binary)") as copy:
                copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8) + rows.tobytes() + b"\xff\xff")
            connection.commit()

        samples, seconds, commits = timed(load.parts(batch), store)
        names = ("fsync", "synchronous_commit")
        settings = {name: connection.execute(f"show {name}").fetchone()[0] for name in names}
        (size,) = connection.execute("select pg_total_relation_size('sample')").fetchone()
        note = ", ".join(f"{name} {value}" for name, value in settings.items())
        return Measured(f"PostgreSQL rows, {batch:,}", samples, seconds, commits, size / samples, note)


def main() -> None:
    """Print the table; every ratio is that of the historian in files to the row, of the same batch size."""
    import pgserver

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=600, help="seconds of plant time put into the historian")
    seconds = parser.parse_args().seconds
    load = workload(seconds)
    short = Workload(load.ts[: seconds // 4], load.value[: seconds // 4], load.bad[: seconds // 4])
    print("| store, samples per commit | samples | samples/s | historian is | p50 / p99 ms | bytes/sample | |")
    print(f"|{'---|' * 7}")
    with tempfile.TemporaryDirectory() as folder:
        server = pgserver.get_server(folder, cleanup_mode="stop")
        for batch in (5_000, 50_000):
            own = in_files(load, batch)
            beside = in_postgres(load, batch, server.get_uri())
            for one in (own, beside, run_sqlite(short, batch), run_postgres(short, batch, server.get_uri())):
                p50, p99 = np.percentile(one.commits_ms, [50, 99])
                print(
                    f"| {one.name} | {one.samples:,} | {one.rate:,.0f} | {own.rate / one.rate:.1f} × "
                    f"| {p50:.1f} / {p99:.1f} | {one.bytes_per_sample:.1f} | {one.note} |",
                    flush=True,
                )
        server.cleanup()


if __name__ == "__main__":
    main()
