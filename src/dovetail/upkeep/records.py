"""Copy the records table by table, in one form for SQLite and PostgreSQL: a plant may move from one to the other.

A table is a compressed file of JSON lines: first its name and columns, then one list per row, by primary key.
"""

from __future__ import annotations

import base64
import io
import math
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, Final

import orjson
import zstandard
from sqlalchemy import JSON, Connection, Float, LargeBinary, MetaData, Table, func, insert, inspect, select, text

from dovetail.core.errors import ConfigError

FOLDER: Final = "records"
SUFFIX: Final = ".jsonl.zst"
STEPS: Final = "alembic_version"  # belongs to the store itself: a restore makes its tables by the steps
ROWS_AT_ONCE: Final = 2_000
POSITIONS: Final = {"state_position": "name", "job_consumer": "consumer"}  # how far consumers have read the head

type Convert = Callable[[Any], Any]


def tables(connection: Connection) -> list[Table]:
    """Every table of the store as it stands, those that others refer to first."""
    metadata = MetaData()
    metadata.reflect(connection)
    for table in metadata.tables.values():
        for column in table.columns:
            if isinstance(column.type, JSON):
                column.type.none_as_null = True  # as the rooms write it: no value is no value
    return [table for table in metadata.sorted_tables if table.name != STEPS]


def step_of(connection: Connection) -> str:
    """The migration at which the store stands; empty where there is none."""
    if not inspect(connection).has_table(STEPS):
        return ""
    return connection.scalar(text(f"select version_num from {STEPS}")) or ""  # noqa: S608  # our own name


def positions(connection: Connection) -> dict[str, int]:
    """Per consumer, up to which row of the head its records go."""
    found: dict[str, int] = {}
    present = set(inspect(connection).get_table_names())
    for table, name in POSITIONS.items():
        if table in present:
            rows = connection.execute(text(f"select {name}, head_id from {table}"))  # noqa: S608  # our own names
            found |= {str(consumer): int(head_id) for consumer, head_id in rows}
    return found


# --- out ------------------------------------------------------------------------------------------------------


def dump(connection: Connection, table: Table, file: Path, *, on_rows: Callable[[int], None]) -> int:
    """Write a table's rows; how many. The connection's transaction says of which moment they are."""
    count = -1  # the first line says what the columns are
    with file.open("wb") as opened:
        with zstandard.ZstdCompressor(level=3).stream_writer(opened, closefd=False) as out:
            for lines in lines_of(connection, table):
                out.write(b"".join(lines))
                count += len(lines)
                on_rows(len(lines))
        opened.flush()
        os.fsync(opened.fileno())
    return count


def pack(file: Path, pieces: Iterable[bytes]) -> None:
    """Write a table whose lines come from elsewhere, in pieces of any length."""
    with file.open("wb") as opened, zstandard.ZstdCompressor(level=3).stream_writer(opened) as out:
        for piece in pieces:
            out.write(piece)


def lines_of(connection: Connection, table: Table, names: Sequence[str] = ()) -> Iterator[list[bytes]]:
    """A table as lines, in groups: its name and columns (all, or those named), then its rows by primary key."""
    columns = [table.columns[name] for name in names] or list(table.columns)
    special = [(place, found) for place, column in enumerate(columns) if (found := _out(column.type)) is not None]
    yield [orjson.dumps({"table": table.name, "columns": [column.name for column in columns]}) + b"\n"]
    order = list(table.primary_key.columns) or list(table.columns)
    asked = connection.execute(select(*columns).order_by(*order), execution_options={"yield_per": ROWS_AT_ONCE})
    for part in asked.partitions():
        yield [_line(row, special) for row in part]


def _line(row: Sequence[Any], special: list[tuple[int, Convert]]) -> bytes:
    if not special:
        return orjson.dumps(tuple(row)) + b"\n"
    values = list(row)
    for place, convert in special:
        if values[place] is not None:
            values[place] = convert(values[place])
    return orjson.dumps(values) + b"\n"


def _out(kind: object) -> Convert | None:
    """What JSON cannot say."""
    if isinstance(kind, Float):
        return lambda number: number if math.isfinite(number) else str(number)
    if isinstance(kind, LargeBinary):
        return lambda octets: base64.b64encode(octets).decode()
    return None


# --- in -------------------------------------------------------------------------------------------------------


def load(connection: Connection, folder: Path, *, on_rows: Callable[[int], None]) -> dict[str, int]:
    """Fill the empty tables of a store from a backup's; how many rows each got. Raises ConfigError."""
    filled: dict[str, int] = {}
    for table in tables(connection):
        file = folder / f"{table.name}{SUFFIX}"
        if file.exists():
            filled[table.name] = _load_table(connection, table, file, on_rows=on_rows)
    left = {file.name.removesuffix(SUFFIX) for file in folder.glob(f"*{SUFFIX}")} - set(filled)
    if left:
        raise ConfigError(f"the backup has tables that its own step has not: {sorted(left)}", code="backup-damaged")
    if connection.dialect.name == "postgresql":
        _go_on_counting(connection)
    return filled


def _load_table(connection: Connection, table: Table, file: Path, *, on_rows: Callable[[int], None]) -> int:
    count = 0
    with _lines(file) as lines:
        head = orjson.loads(next(lines))
        columns = head["columns"]
        unknown = set(columns) - set(table.columns.keys())
        if unknown:
            raise ConfigError(f"{table.name} has no {sorted(unknown)} at this step", code="backup-damaged")
        special = [(name, convert) for name in columns if (convert := _in(table.columns[name].type)) is not None]
        batch: list[dict[str, Any]] = []
        for line in lines:
            row = dict(zip(columns, orjson.loads(line), strict=True))
            for name, convert in special:
                if row[name] is not None:
                    row[name] = convert(row[name])
            batch.append(row)
            if len(batch) == ROWS_AT_ONCE:
                count += _insert(connection, table, batch, on_rows)
        count += _insert(connection, table, batch, on_rows)
    return count


def different(connection: Connection, folder: Path) -> list[str]:
    """The tables whose rows, read anew from the store, are not those of the backup: none, when all came back."""
    return [
        table.name
        for table in tables(connection)
        if (file := folder / f"{table.name}{SUFFIX}").exists() and not _reads_as(connection, table, file)
    ]


def _reads_as(connection: Connection, table: Table, file: Path) -> bool:
    with _lines(file) as lines:
        head = next(lines)
        read = (line for group in lines_of(connection, table, orjson.loads(head)["columns"]) for line in group)
        return all(one == other for one, other in zip(chain([head], lines), read, strict=True))


def _insert(connection: Connection, table: Table, batch: list[dict[str, Any]], on_rows: Callable[[int], None]) -> int:
    n = len(batch)
    if n:
        connection.execute(insert(table), batch)
        batch.clear()
        on_rows(n)
    return n


@contextmanager
def _lines(file: Path) -> Iterator[Iterator[bytes]]:
    with file.open("rb") as opened, zstandard.ZstdDecompressor().stream_reader(opened) as stream:
        yield iter(io.BufferedReader(stream, 1 << 20))  # type: ignore[arg-type]  # a RawIOBase in all that counts


def _in(kind: object) -> Convert | None:
    if isinstance(kind, Float):
        return float
    if isinstance(kind, LargeBinary):
        return base64.b64decode
    return None


def _go_on_counting(connection: Connection) -> None:
    """PostgreSQL numbers new rows by sequences of their own: they go on after the rows that were put in."""
    for table in tables(connection):
        for column in table.primary_key.columns:
            name = connection.scalar(
                text("select pg_get_serial_sequence(:table, :column)"), {"table": table.name, "column": column.name}
            )
            last = connection.scalar(select(func.max(column))) if name else None
            if last is not None:
                connection.execute(text("select setval(:name, :last)"), {"name": name, "last": last})
