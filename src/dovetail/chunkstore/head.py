"""The head log: one file, one durable write per group of frames, and the queue from which the engines read.

Rows carry `head_id` in commit order. What was received, how much, and how far consumers are commits with them.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dovetail.chunkstore.spans import Spans
from dovetail.core import faults
from dovetail.core.errors import ConfigError, LinkError
from dovetail.db import engine

sqlite3 = engine.sqlite_module()

USER_VERSION = 1
_SCHEMA = """
create table head (head_id integer primary key autoincrement, n integer not null, body blob not null);
create table received (source text, lane text, epoch integer, spans text not null,
    primary key (source, lane, epoch)) without rowid;
create table source (source text primary key, epoch integer not null) without rowid;
create table delivery (source text, lane text, expected integer not null, stored integer not null,
    duplicate integer not null, refused integer not null, gap integer not null, frames integer not null,
    repeated integer not null, primary key (source, lane)) without rowid;
create table consumer (name text primary key, head_id integer not null) without rowid;
create table mark (name text primary key, head_id integer not null) without rowid;
insert into mark values ('sealed', 0), ('released', 0);
"""
COUNTERS = ("expected", "stored", "duplicate", "refused", "gap", "frames", "repeated")

type ReceivedKey = tuple[str, str, int]
type Counts = dict[str, int]


def connect(path: Path, *, role: str) -> Any:
    """A connection as writer (WAL, FULL sync; the only one that checkpoints) or as reader (query_only)."""
    connection = sqlite3.connect(path, timeout=10.0, check_same_thread=False, isolation_level=None)
    pragmas = {
        "writer": ("journal_mode=WAL", f"synchronous={engine.SYNCHRONOUS}", "wal_autocheckpoint=4000"),
        "reader": ("query_only=ON", "wal_autocheckpoint=0"),
    }
    for pragma in pragmas[role]:
        connection.execute(f"pragma {pragma}").close()
    return connection


def prepare(connection: Any, schema: str, *, version: int, path: Path) -> None:
    """Create the tables of an empty file; refuse one that a newer Dovetail wrote."""
    (found,) = connection.execute("pragma user_version").fetchone()
    if found > version:
        raise ConfigError(f"{path} was written by a newer Dovetail (format {found})", code="historian-newer")
    if found == 0:
        connection.executescript(f"begin immediate;{schema}pragma user_version={version};commit;")


@contextmanager
def transaction(connection: Any) -> Iterator[None]:
    """All or nothing; a disk that is full or slow is a LinkError: time or a person heals it, nothing is half done."""
    try:
        connection.execute("begin immediate")
        yield
        connection.execute("commit")
    except sqlite3.OperationalError as error:
        _roll_back(connection)
        raise LinkError(f"the historian cannot write: {error}", code="historian-write") from error
    except BaseException:
        _roll_back(connection)
        raise


def _roll_back(connection: Any) -> None:
    if connection.in_transaction:
        connection.execute("rollback")


class Readers:
    """Reading connections of one file, lent to one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._free: list[Any] = []
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(engine.READERS_MAX)

    @contextmanager
    def snapshot(self) -> Iterator[Any]:
        """A connection inside one read transaction: all it answers is of one moment."""
        with self._places:
            with self._lock:
                connection = self._free.pop() if self._free else None
            connection = connection or connect(self._path, role="reader")
            try:
                connection.execute("begin")
                yield connection
            finally:
                _roll_back(connection)
                with self._lock:
                    self._free.append(connection)

    def close(self) -> None:
        """Close what nobody is using."""
        with self._lock:
            for connection in self._free:
                connection.close()
            self._free.clear()


@dataclass(frozen=True, slots=True)
class Write:
    """What one commit brings: head rows (n, body), the seqs received, and what to add to the account."""

    rows: Sequence[tuple[int, bytes]]
    received: Mapping[ReceivedKey, Spans]
    counts: Mapping[tuple[str, str], Counts]


class Head:
    """All SQL of head.db. The caller holds the writing lock for every method that writes."""

    def __init__(self, path: Path) -> None:
        self._writer = connect(path, role="writer")
        prepare(self._writer, _SCHEMA, version=USER_VERSION, path=path)
        self._readers = Readers(path)
        found = self._writer.execute("select seq from sqlite_sequence where name = 'head'").fetchone()
        self.last_id: int = found[0] if found else 0
        marks: dict[str, int] = dict(self._writer.execute("select name, head_id from mark"))
        self.sealed, self.released = marks["sealed"], marks["released"]
        self.consumers: dict[str, int] = dict(self._writer.execute("select name, head_id from consumer"))
        (self.kept_bytes,) = self._writer.execute("select coalesce(sum(length(body)), 0) from head").fetchone()
        self._received: dict[ReceivedKey, Spans] = {}
        self._told: dict[str, int] = dict(self.consumers)

    def close(self) -> None:
        """Write what consumers told and close."""
        if self._told != self.consumers:
            with self._commit():
                pass
        self._readers.close()
        self._writer.close()

    @contextmanager
    def _commit(self) -> Iterator[None]:
        """A transaction that carries along what consumers have told since the last one."""
        telling = dict(self.consumers)
        with transaction(self._writer):
            yield
            if telling != self._told:
                self._writer.executemany("insert or replace into consumer values (?, ?)", list(telling.items()))
        self._told = telling

    def received(self, key: ReceivedKey) -> Spans:
        """The seqs received so far of a source's lane in one epoch."""
        if key not in self._received:
            sql = "select spans from received where source = ? and lane = ? and epoch = ?"
            found = self._writer.execute(sql, key).fetchone()
            self._received[key] = Spans(tuple(map(tuple, json.loads(found[0])))) if found else Spans()
        return self._received[key]

    def append(self, write: Write) -> None:
        """Make it durable in one commit. Raises LinkError, then nothing of it is there."""
        with self._commit():
            rows = [(self.last_id + 1 + i, n, body) for i, (n, body) in enumerate(write.rows)]
            self._writer.executemany("insert into head (head_id, n, body) values (?, ?, ?)", rows)
            spans = [(*key, json.dumps(spans.ranges)) for key, spans in write.received.items()]
            self._writer.executemany("insert or replace into received values (?, ?, ?, ?)", spans)
            self._count(write.counts)
            faults.point("historian.written")
        self.last_id += len(write.rows)
        self.kept_bytes += sum(len(body) for _, body in write.rows)
        self._received.update(write.received)

    def _count(self, counts: Mapping[tuple[str, str], Counts]) -> None:
        sets = ", ".join(f"{name} = {name} + excluded.{name}" for name in COUNTERS)
        sql = f"insert into delivery values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do update set {sets}"  # noqa: S608  # our own column names
        rows = [(*key, *(added.get(name, 0) for name in COUNTERS)) for key, added in counts.items()]
        self._writer.executemany(sql, rows)

    def next_epoch(self, source: str) -> int:
        """A number never given before to this source, durable when it returns."""
        sql = "insert into source values (?, 1) on conflict do update set epoch = epoch + 1 returning epoch"
        with transaction(self._writer):
            (epoch,) = self._writer.execute(sql, (source,)).fetchone()
        return epoch

    def declare_gap(self, source: str, lane: str, samples: int) -> None:
        """Add samples that the source says are lost."""
        with transaction(self._writer):
            self._count({(source, lane): {"expected": samples, "gap": samples}})

    def consumer_at(self, name: str, head_id: int | None) -> int:
        """A new consumer is durable at once; a position goes with the next commit (an older one only keeps more)."""
        known = name in self.consumers or head_id is None
        self.consumers |= {} if head_id is None else {name: head_id}
        if not known:
            with self._commit():
                pass
        return self.consumers.get(name, 0)

    def seal(self, upto: int) -> None:
        """All samples of rows up to `upto` are in chunks."""
        with self._commit():
            self._writer.execute("update mark set head_id = ? where name = 'sealed'", (upto,))
        self.sealed = upto

    def release(self, upto: int, *, rows_max: int) -> int:
        """Delete up to `rows_max` of the oldest rows not above `upto`; how many went."""
        sql = "select head_id, length(body) from head where head_id <= ? order by head_id limit ?"
        found = self._writer.execute(sql, (upto, rows_max)).fetchall()
        if not found:
            return 0
        last = found[-1][0]
        with transaction(self._writer):
            self._writer.execute("delete from head where head_id <= ?", (last,))
            self._writer.execute("update mark set head_id = ? where name = 'released'", (last,))
        self.released = last
        self.kept_bytes -= sum(length for _, length in found)
        return len(found)

    def oldest_over(self, bytes_max: int) -> int:
        """The head_id up to which rows must go so that the rest is within `bytes_max`."""
        surplus = self.kept_bytes - bytes_max
        last = 0
        for head_id, length in self._writer.execute("select head_id, length(body) from head order by head_id"):
            if surplus <= 0:
                break
            surplus -= length
            last = head_id
        return last

    def rows(self, after: int, limit: int) -> list[tuple[int, bytes]]:
        """(head_id, body) in commit order; any thread."""
        sql = "select head_id, body from head where head_id > ? order by head_id limit ?"
        with self._readers.snapshot() as connection:
            return connection.execute(sql, (after, limit)).fetchall()

    def account(self) -> tuple[dict[tuple[str, str], Counts], dict[tuple[str, str], int]]:
        """Per (source, lane) the counters, and the number of holes in the seqs; any thread, one moment."""
        with self._readers.snapshot() as connection:
            counted = connection.execute(f"select source, lane, {', '.join(COUNTERS)} from delivery").fetchall()  # noqa: S608  # our own column names
            spans = connection.execute("select source, lane, spans from received").fetchall()
        missing: dict[tuple[str, str], int] = {}
        for source, lane, text in spans:
            key = (source, lane)
            missing[key] = missing.get(key, 0) + Spans(tuple(map(tuple, json.loads(text)))).missing()
        counters: dict[tuple[str, str], Counts] = {
            (row[0], row[1]): dict(zip(COUNTERS, row[2:], strict=True)) for row in counted
        }
        return counters, missing
