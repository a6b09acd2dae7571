"""A file of chunks for each month of signals: what is old stays untouched on disk, and may be moved away as a file."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dovetail.chunkstore.head import Readers, connect, prepare, transaction
from dovetail.core.batch import Kind
from dovetail.core.limits import MONTHS_OPEN_MAX
from dovetail.packing import chunks
from dovetail.packing.chunks import Header, Kept
from dovetail.packing.columns import Block

USER_VERSION = 1
_SCHEMA = """
create table chunk (id integer primary key, tag integer not null, kind integer not null, t0 integer not null,
    t1 integer not null, n integer not null, n_good integer not null, first real, last real, min real, max real,
    sum real, tw real, covered_us integer not null, good_us integer not null, end_value blob not null,
    end_status integer not null, end_device integer not null, rev integer not null, codec integer not null,
    body blob not null);
create index chunk_at on chunk (tag, t0, t1, kind, n);
create table sealed (one integer primary key check (one = 1), head_id integer not null) without rowid;
create table duplicate (source text, lane text, n integer not null, primary key (source, lane)) without rowid;
insert into sealed values (1, 0);
"""
_HEADER = "n, n_good, t0, t1, first, last, min, max, sum, tw, covered_us, good_us"


def month_of(ts: NDArray[np.int64]) -> NDArray[np.int64]:
    """int64[n]: months since January 1970, UTC."""
    return ts.view("M8[us]").astype("M8[M]").astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class NewChunk:
    """A chunk to write: whose samples, and which revision of that stretch it is."""

    block: Block
    rev: int


@dataclass(frozen=True, slots=True)
class Found:
    """A chunk as a reader finds it: the header first, the body only when asked for by its row."""

    id: int
    kind: Kind
    header: Header


class View:
    """One month at one moment. All SQL that reads chunks."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        (self.sealed,) = connection.execute("select head_id from sealed").fetchone()

    def kept(self, tag: int, kind: Kind) -> list[Kept]:
        """The chunks of one tag and kind, oldest first."""
        sql = "select id, t0, t1, n from chunk where tag = ? and kind = ? order by t0"
        return [Kept(*row) for row in self._connection.execute(sql, (tag, int(kind)))]

    def found(self, tag: int, from_us: int, to_us: int) -> list[Found]:
        """Headers of the chunks that touch [from, to), by kind and time."""
        sql = f"select id, kind, {_HEADER} from chunk where tag = ? and t0 < ? and t1 >= ? order by kind, t0"  # noqa: S608  # our own column names
        rows = self._connection.execute(sql, (tag, to_us, from_us))
        return [Found(row[0], Kind(row[1]), Header(*row[2:])) for row in rows]

    def body(self, chunk_id: int, *, tag: int) -> Block:
        """The samples of one chunk."""
        (body,) = self._connection.execute("select body from chunk where id = ?", (chunk_id,)).fetchone()
        return chunks.decode(body, tag=tag)

    def bodies(self, tag: int, from_us: int, to_us: int) -> Iterator[Block]:
        """The samples of the chunks that touch [from, to), by time."""
        sql = "select body from chunk where tag = ? and t0 < ? and t1 >= ? order by t0"
        for (body,) in self._connection.execute(sql, (tag, to_us, from_us)):
            yield chunks.decode(body, tag=tag)

    def newest_before(self, tag: int, at_us: int) -> list[Block]:
        """Per kind, the chunk with the last sample strictly before `at_us`: whole, or just its end if it is over."""
        sql = (
            "select id, kind, t1, end_value, end_status, end_device from chunk where tag = ? and t0 < ? "
            "order by t0 desc limit 8"  # chunks of one kind never overlap: more rows only where a tag changed its kind
        )
        answer: dict[int, Block] = {}
        for chunk_id, kind, *end in self._connection.execute(sql, (tag, at_us)).fetchall():
            if kind not in answer:
                over = end[0] < at_us
                answer[kind] = chunks.end_block(Kind(kind), tag, tuple(end)) if over else self.body(chunk_id, tag=tag)
        return list(answer.values())

    def ends(self) -> Iterator[Block]:
        """The newest sample of every tag and kind of this month, each a block of one."""
        newest = "select tag, kind, max(t0) as t0 from chunk group by tag, kind"  # answered by the index alone
        columns = "tag, kind, t1, end_value, end_status, end_device"
        sql = f"select {columns} from chunk join ({newest}) using (tag, kind, t0) order by tag, t1"  # noqa: S608  # our own column names
        for tag, kind, *end in self._connection.execute(sql):
            yield chunks.end_block(Kind(kind), tag, tuple(end))

    def duplicates(self) -> dict[tuple[str, str], int]:
        """Samples per (source, lane) that sealing found to repeat others."""
        return {(source, lane): n for source, lane, n in self._connection.execute("select * from duplicate")}

    def revision(self, ids: Iterable[int]) -> int:
        """The highest revision among chunks."""
        sql = "select rev from chunk where id = ?"
        return max((self._connection.execute(sql, (one,)).fetchone()[0] for one in ids), default=0)


class Month:
    """One file: one writing connection, and readers that never outlive it."""

    def __init__(self, path: Path) -> None:
        self._writer = connect(path, role="writer")
        prepare(self._writer, _SCHEMA, version=USER_VERSION, path=path)
        self._readers = Readers(path)
        self.users = 0

    @contextmanager
    def view(self) -> Iterator[View]:
        """Read at one moment; any thread."""
        with self._readers.snapshot() as connection:
            yield View(connection)

    def write(
        self, gone: list[int], new: list[NewChunk], *, sealed: int, duplicates: dict[tuple[str, str], int]
    ) -> None:
        """Replace chunks, and say up to which head row this month holds everything; one commit. Only the sealer."""
        rows = [_row(chunk) for chunk in new]
        with transaction(self._writer):
            self._writer.executemany("delete from chunk where id = ?", [(one,) for one in gone])
            self._writer.executemany("insert into chunk values (null, ?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", rows)
            sql = "insert into duplicate values (?, ?, ?) on conflict do update set n = n + excluded.n"
            self._writer.executemany(sql, [(*key, n) for key, n in duplicates.items()])
            self._writer.execute("update sealed set head_id = ?", (sealed,))

    def close(self) -> None:
        """Close the readers, then the connection that checkpoints."""
        self._readers.close()
        self._writer.close()


def _row(chunk: NewChunk) -> tuple[object, ...]:
    block, head = chunk.block, chunks.header(chunk.block)
    where = (int(block.tag[0]), int(block.kind), head.t0, head.t1, head.n, head.n_good)
    sums = (head.first, head.last, head.min, head.max, head.sum, head.tw, head.covered_us, head.good_us)
    return (*where, *sums, *chunks.end_of(block), chunk.rev, chunks.VERSION, chunks.encode(block))


class Months:
    """The files of a folder, opened when needed, the longest unused closed beyond MONTHS_OPEN_MAX. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._open: dict[int, Month] = {}  # in order of use
        self._there = {_number(path) for path in folder.glob("chunks-????-??.db")}

    def between(self, from_us: int, to_us: int) -> list[int]:
        """The months that have a file and touch [from, to), oldest first."""
        first, last = month_of(np.array([from_us, max(from_us, to_us - 1)], dtype=np.int64)).tolist()
        with self._lock:
            return sorted(month for month in self._there if first <= month <= last)

    def newest_first(self) -> list[int]:
        """All months that have a file."""
        with self._lock:
            return sorted(self._there, reverse=True)

    @contextmanager
    def use(self, month: int) -> Iterator[Month]:
        """The month's file, made if it is not there; not closed while in use."""
        with self._lock:
            opened = self._open.pop(month, None) or Month(self._folder / _name(month))
            self._open[month] = opened
            self._there.add(month)
            opened.users += 1
            self._close_unused()
        try:
            yield opened
        finally:
            with self._lock:
                opened.users -= 1

    @contextmanager
    def view(self, month: int) -> Iterator[View]:
        """Read one month at one moment."""
        with self.use(month) as opened, opened.view() as view:
            yield view

    def _close_unused(self) -> None:
        idle = [month for month, opened in self._open.items() if not opened.users]
        for month in idle[: max(0, len(self._open) - MONTHS_OPEN_MAX)]:
            self._open.pop(month).close()

    def close(self) -> None:
        """Close every file."""
        with self._lock:
            for opened in self._open.values():
                opened.close()
            self._open.clear()


def _name(month: int) -> str:
    return f"chunks-{1970 + month // 12:04d}-{month % 12 + 1:02d}.db"


def _number(path: Path) -> int:
    year, month = path.stem.removeprefix("chunks-").split("-")
    return (int(year) - 1970) * 12 + int(month) - 1
