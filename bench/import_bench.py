"""Foreign histories brought in, as files of each kind, beside PostgreSQL's own COPY of the same rows into a table.

Of an import all is counted that the process does until the last sample is on the disk: the file is gone through twice,
once to say what it comes to and once to store it, and each frame is compared with what the plant has. Sealing follows
by itself and is not counted. `COPY` reads a CSV that the bench wrote, commits once, and judges nothing.

    python bench/import_bench.py [--samples 500000] [--tags 100]
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import psutil
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq

from dovetail.core.batch import Kind
from dovetail.core.bus import Bus
from dovetail.core.clock import SystemClock
from dovetail.core.scope import system_scope
from dovetail.db.migrate import migrate
from dovetail.db.uow import Database
from dovetail.forms.model import Named
from dovetail.historian.service import Historian
from dovetail.histories.asked import ImportHistory
from dovetail.histories.service import HistoriesRoom, Plant
from dovetail.operations.operation import execute
from dovetail.web.longwork import LongWork

SECOND_US = 1_000_000
LIMIT = 200_000  # samples a second of the processor
EVERYBODY = system_scope("bench")


def name_of(tag: int) -> str:
    """What a series is called, as long as such names are."""
    return f"site/hall/line2/press{tag % 7}.signal{tag}"


class Samples:
    """So many seconds of tags: random walks rounded to 0.01, read together."""

    def __init__(self, n: int, tags: int) -> None:
        rng = np.random.default_rng(1)
        seconds = max(1, n // tags)
        self.tags = list(range(1, tags + 1))
        self.ts = (time.time_ns() // 1_000 // SECOND_US - seconds - 60 + np.arange(seconds)) * SECOND_US
        self.value = np.round(50 + np.cumsum(rng.normal(0, 0.3, (seconds, tags)), axis=0), 2)
        self.n = seconds * tags
        self.times = [f"{one}Z" for one in np.datetime_as_string(self.ts.view("M8[us]"), unit="ms").tolist()]


def long(samples: Samples, path: Path) -> None:
    """A row a value."""
    names = [name_of(tag) for tag in samples.tags]
    with path.open("w", encoding="utf-8") as file:
        file.write("time,tag,value,quality\n")
        for at, values in zip(samples.times, samples.value.tolist(), strict=True):
            file.writelines(f"{at},{name},{value},Good\n" for name, value in zip(names, values, strict=True))


def wide(samples: Samples, path: Path) -> None:
    """A row a time."""
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(["time", *map(name_of, samples.tags)]) + "\n")
        for at, values in zip(samples.times, samples.value.tolist(), strict=True):
            file.write(f"{at},{','.join(map(str, values))}\n")


def lines(samples: Samples, path: Path) -> None:
    """InfluxDB's line protocol, a field a line."""
    with path.open("w", encoding="utf-8") as file:
        for at, values in zip((samples.ts * 1_000).tolist(), samples.value.tolist(), strict=True):
            file.writelines(f"m{tag} v={value} {at}\n" for tag, value in zip(samples.tags, values, strict=True))


def parquet(samples: Samples, path: Path) -> None:
    """A row a time."""
    columns = {name_of(tag): samples.value[:, at] for at, tag in enumerate(samples.tags)}
    ts = pa.array(samples.ts).cast(pa.timestamp("us", tz="UTC"))
    pq.write_table(pa.table({"time": ts, **columns}), path)


FORMS: dict[str, Callable[[Samples, Path], None]] = {
    "CSV, a row a value": long, "CSV, a row a time": wide, "line protocol": lines, "Parquet, a row a time": parquet,
}  # fmt: skip


def imported(samples: Samples, path: Path, folder: Path) -> tuple[float, float]:
    """(s of the processor, s by the clock) until all is stored, in an empty installation of files."""
    known = {word: Named(tag, word, None, Kind.F64) for tag in samples.tags for word in (name_of(tag), f"m{tag}.v")}
    url = f"sqlite:///{folder}/records.db"
    bus = Bus()
    with (
        closing(Database(url, clock=SystemClock(), bus=bus)) as database,
        closing(Historian(folder / "samples", clock=SystemClock(), bus=bus, owner_of=lambda _tag: 1)) as historian,
    ):
        migrate(database)
        plant = Plant(known.get, lambda _tag: 1, lambda _tag: "UTC", lambda: 1, lambda _actor: EVERYBODY)
        work = LongWork(database.clock)
        room = HistoriesRoom(database, folder / "imports", historian=historian, plant=plant, work=work, bus=bus)
        began_s, cpu_s = time.perf_counter(), time.process_time()
        asked = ImportHistory(path=str(path))
        begun = execute(room.bring, asked, database=database, scope=EVERYBODY).output.import_id
        while room.one(begun, scope=EVERYBODY).state == "running":
            time.sleep(0.2)
        took = time.process_time() - cpu_s, time.perf_counter() - began_s
        found = room.one(begun, scope=EVERYBODY)
        assert (found.state, found.samples, historian.unsealed) == ("done", samples.n, samples.n), found
        room.stop()
    return took


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """An empty PostgreSQL."""
    import pgserver

    running = pgserver.get_server(folder / "pg", cleanup_mode="stop")
    try:
        yield running.get_uri()
    finally:
        running.cleanup()


def copied(samples: Samples, path: Path, folder: Path) -> tuple[float, float]:
    """The same rows, of a row a value, into a table with a key: client and server."""
    with server(folder) as url, psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create table sample (tag text, ts timestamptz, value float8, quality text)")
        connection.execute("create index on sample (tag, ts)")
        own, theirs = psutil.Process(), psutil.Process(connection.info.backend_pid)
        before, began_s = _cpu_s(own) + _cpu_s(theirs), time.perf_counter()
        with connection.cursor() as cursor, path.open("rb") as file:
            copying = "copy sample (ts, tag, value, quality) from stdin (format csv, header)"
            with cursor.copy(copying) as copy:
                while block := file.read(1 << 20):
                    copy.write(block)
        took = _cpu_s(own) + _cpu_s(theirs) - before, time.perf_counter() - began_s
        assert connection.execute("select count(*) from sample").fetchone() == (samples.n,)
    return took


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def main(argv: list[str] | None = None) -> None:
    """One table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=500_000)
    parser.add_argument("--tags", type=int, default=100)
    asked = parser.parse_args(argv)
    samples = Samples(asked.samples, asked.tags)
    print(f"load {os.getloadavg()[0]:.1f}; {samples.n:,} samples of {asked.tags} tags\n")
    print("| file | MB | samples/s of a processor | by the clock | of COPY's | limit |")
    print("|---|---:|---:|---:|---:|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        long(samples, folder / "copied.csv")
        peer_s, peer_wall_s = copied(samples, folder / "copied.csv", folder)
        for words, write in FORMS.items():
            path, where = folder / f"{write.__name__}.history", folder / write.__name__
            where.mkdir()
            write(samples, path)
            cpu_s, wall_s = imported(samples, path, where)
            kept = "kept" if samples.n / cpu_s >= LIMIT else "missed"
            print(
                f"| {words} | {path.stat().st_size / 1e6:.0f} | {samples.n / cpu_s:,.0f} | {samples.n / wall_s:,.0f} "
                f"| {peer_s / cpu_s:.2f} × | ≥ {LIMIT:,}: {kept} |"
            )
        rates = f"{samples.n / peer_s:,.0f} | {samples.n / peer_wall_s:,.0f}"
        print(f"| PostgreSQL COPY of the first, with an index | | {rates} | 1.00 × | |")


if __name__ == "__main__":
    main()
