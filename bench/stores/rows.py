"""Plain rows (tag, ts, value, quality) with the index that a reader needs: SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from stores.asked import Answer
from stores.workload import GOOD, TAGS, Columns

from dovetail.db.engine import sqlite_module

HELD = (
    "select sum(case when quality = {good} then value * (next - ts) end) "
    "/ sum(case when quality = {good} then next - ts end) "
    "from (select ts, value, quality, coalesce(lead(ts) over (order by ts), {to}) as next from sample "
    "where tag = {tag} and ts >= {from_} and ts < {to}) held"
)


class SqlReader:
    """What SQL answers, in the words that both understand."""

    def __init__(self, rows: Callable[[str], Any], last: str, *, divide: str = "/") -> None:
        self._rows = rows
        self._last = last
        self._divide = divide  # of whole numbers

    def last(self, _end_us: int) -> Answer:
        return _column(self._rows(self._last), -1)

    def hour(self, tag: int, from_us: int, to_us: int) -> Answer:
        where = f"tag = {tag} and ts >= {from_us} and ts < {to_us}"
        return _column(self._rows(f"select ts, value from sample where {where} and quality = {GOOD} order by ts"), 1)

    def extremes(self, tag: int, from_us: int, to_us: int, width_us: int) -> Answer:
        found = self._rows(
            f"select (ts - {from_us}) {self._divide} {width_us} as bucket, min(value), max(value) from sample "
            f"where tag = {tag} and ts >= {from_us} and ts < {to_us} and quality = {GOOD} "
            "group by bucket order by bucket"
        )
        return np.concatenate((_column(found, 1), _column(found, 2)))

    def means(self, tags: int, from_us: int, to_us: int) -> Answer:
        found = self._rows(
            f"select tag, avg(value) from sample where tag between 1 and {tags} and ts >= {from_us} and ts < {to_us} "
            f"and quality = {GOOD} group by tag order by tag"
        )
        return _column(found, 1)

    def weighted(self, tag: int, from_us: int, to_us: int) -> Answer:
        return _column(self._rows(HELD.format(good=GOOD, tag=tag, from_=from_us, to=to_us)), 0)

    def jobs(self, tag: int, spans: list[tuple[int, int]]) -> Answer:
        values = ", ".join(f"({n}, {from_us}, {to_us})" for n, (from_us, to_us) in enumerate(spans))
        found = self._rows(
            f"with job (n, t0, t1) as (values {values}) select n, avg(value) from job join sample on tag = {tag} "
            f"and ts >= t0 and ts < t1 and quality = {GOOD} group by n order by n"
        )
        return _column(found, 1)


def _column(rows: Sequence[Sequence[Any]], at: int) -> Answer:
    return np.array([row[at] for row in rows], dtype=np.float64)


class SqliteRows:
    """executemany, WAL, FULL sync, a table that is its own index."""

    name = "SQLite rows"
    note = "synchronous full"

    def __init__(self, folder: Path) -> None:
        self._path = folder / "rows.db"
        self._connection = self._connect()
        self._connection.execute("pragma journal_mode=wal").close()
        self._connection.execute("pragma synchronous=full")
        self._connection.execute(
            "create table sample (tag integer, ts integer, value real, quality integer, primary key (tag, ts)) "
            "without rowid"
        )

    def _connect(self) -> Any:
        return sqlite_module().connect(self._path, isolation_level=None, check_same_thread=False)

    def put(self, samples: Columns) -> None:
        rows = zip(*(column.tolist() for column in samples), strict=True)
        self._connection.execute("begin immediate")
        self._connection.executemany("insert into sample values (?, ?, ?, ?)", rows)
        self._connection.execute("commit")

    def settle(self) -> None:
        self._connection.execute("pragma wal_checkpoint(truncate)").close()

    def bytes(self) -> int:
        return self._path.stat().st_size

    def pids(self) -> list[int]:
        return []

    def reader(self) -> SqlReader:
        connection = self._connect()
        last = (
            f"with recursive tags (tag) as (values (1) union all select tag + 1 from tags where tag < {TAGS}) "
            "select tag, (select value from sample where sample.tag = tags.tag order by ts desc limit 1) from tags"
        )
        return SqlReader(lambda statement: connection.execute(statement).fetchall(), last)

    def close(self) -> None:
        self._connection.close()


_ROW = np.dtype(
    [("fields", ">i2"), ("n1", ">i4"), ("tag", ">i8"), ("n2", ">i4"), ("ts", ">i8"),
     ("n3", ">i4"), ("value", ">f8"), ("n4", ">i4"), ("quality", ">i2")]
)  # fmt: skip


class PostgresRows:
    """Binary COPY; the row images are made in NumPy, so that no Python object stands in its way."""

    name = "PostgreSQL rows"

    def __init__(self, url: str, pids: list[int]) -> None:
        self._url = url
        self._pids = pids
        self._connection = psycopg.connect(url, autocommit=True)
        self._connection.execute("drop table if exists sample")
        self._connection.execute("create table sample (tag int8, ts int8, value float8, quality int2)")
        self._connection.execute("create index on sample (tag, ts)")
        names = ("fsync", "synchronous_commit")
        self.note = ", ".join(f"{name} {self._one(f'show {name}')}" for name in names)

    def _one(self, statement: str) -> Any:
        row = self._connection.execute(statement).fetchone()
        assert row is not None
        return row[0]

    def put(self, samples: Columns) -> None:
        rows = np.empty(len(samples.tag), dtype=_ROW)
        rows["fields"], rows["n1"], rows["n2"], rows["n3"], rows["n4"] = 4, 8, 8, 8, 2
        rows["tag"], rows["ts"], rows["value"], rows["quality"] = samples
        with self._connection.cursor() as cursor, cursor.copy("copy sample from stdin (format binary)") as copy:
            copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8) + rows.tobytes() + b"\xff\xff")

    def settle(self) -> None:
        self._connection.execute("vacuum analyze sample")

    def bytes(self) -> int:
        return int(self._one("select pg_total_relation_size('sample')"))

    def pids(self) -> list[int]:
        return self._pids

    def reader(self) -> SqlReader:
        connection = psycopg.connect(self._url, autocommit=True)
        last = (
            f"select tag, value from generate_series(1, {TAGS}) as tags (tag) cross join lateral "
            "(select value from sample where sample.tag = tags.tag order by ts desc limit 1) newest order by tag"
        )
        return SqlReader(lambda statement: connection.execute(statement).fetchall(), last)

    def close(self) -> None:
        self._connection.execute("drop table sample")
        self._connection.close()
