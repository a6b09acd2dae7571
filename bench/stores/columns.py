"""Columns: DuckDB's own file, and Parquet files that DuckDB reads."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from stores.rows import SqlReader
from stores.workload import TAGS, Columns

LAST = f"select tag, arg_max(value, ts) from sample where tag <= {TAGS} group by tag order by tag"


def _table(samples: Columns) -> pa.Table:
    return pa.table(dict(zip(Columns._fields, samples, strict=True)))


class DuckDb:
    """One table, one insert of an Arrow table for each commit; in the order in which samples come."""

    name = "DuckDB"
    note = "commits go through its write-ahead log, fsync"

    def __init__(self, folder: Path) -> None:
        import duckdb

        self._path = folder / "samples.duckdb"
        self._connection: Any = duckdb.connect(str(self._path))
        self._connection.execute("create table sample (tag bigint, ts bigint, value double, quality usmallint)")

    def put(self, samples: Columns) -> None:
        table = _table(samples)
        self._connection.register("coming", table)
        self._connection.execute("insert into sample select * from coming")
        self._connection.unregister("coming")

    def settle(self) -> None:
        self._connection.execute("checkpoint")

    def bytes(self) -> int:
        return self._path.stat().st_size

    def pids(self) -> list[int]:
        return []

    def reader(self) -> SqlReader:
        cursor = self._connection.cursor()
        return SqlReader(lambda statement: cursor.execute(statement).fetchall(), LAST, divide="//")

    def close(self) -> None:
        self._connection.close()


class Parquet:
    """A file for each commit, made durable by fsync; then one of all, by (tag, ts), as a lake keeps it."""

    name = "Parquet"
    note = "read by DuckDB from one sorted file"

    def __init__(self, folder: Path) -> None:
        import duckdb

        self._folder = folder
        self._whole = folder / "whole.parquet"
        self._count = 0
        self._connection: Any = duckdb.connect()
        self._connection.execute(f"set temp_directory = '{folder}'")

    def put(self, samples: Columns) -> None:
        self._count += 1
        path = self._folder / f"part-{self._count:06}.parquet"
        with path.open("wb") as file:
            pq.write_table(_table(samples), file, compression="zstd")
            file.flush()
            os.fsync(file.fileno())

    def settle(self) -> None:
        parts = f"'{self._folder}/part-*.parquet'"
        self._connection.execute(
            f"copy (select * from {parts} order by tag, ts) to '{self._whole}' "
            "(format parquet, compression zstd, row_group_size 122880)"
        )

    def bytes(self) -> int:
        return self._whole.stat().st_size

    def pids(self) -> list[int]:
        return []

    def reader(self) -> SqlReader:
        cursor = self._connection.cursor()
        source = f"'{self._whole if self._whole.exists() else self._folder / 'part-*.parquet'}'"

        def rows(statement: str) -> Any:
            return cursor.execute(statement.replace("from sample", f"from {source} sample").replace(
                "join sample", f"join {source} sample")).fetchall()  # fmt: skip

        return SqlReader(rows, LAST, divide="//")

    def close(self) -> None:
        self._connection.close()
