"""What comes back from disks and databases: rows of others, and our own samples, backups and secrets, damaged."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from fuzz_judge import Target
from fuzz_sound import sound, text_of

from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.clock import SystemClock, to_datetime
from dovetail.core.errors import ConfigError, RefusedError
from dovetail.core.plugins import load
from dovetail.drivers.base import Point, Surroundings
from dovetail.drivers.sql import pages
from dovetail.drivers.sql.client import SqlDriver
from dovetail.packing import chunks, frames
from dovetail.packing.columns import Block, DamagedError
from dovetail.spool import parcels
from dovetail.upkeep import manifest
from dovetail.vault.envelope import Key, lock, unlock

NOW_US = 1_767_225_700_000_000

# --- rows of somebody else's database -----------------------------------------------------------------------------

SQL = load("dovetail.drivers", "sql").check(
    {
        "url": "sqlite:////srv/x.db",
        "statement": "select id, at, v, n from t",
        "watermark": "id",
        "time": "at",
        "bad_row": "skip",
    }
)
DRIVER = SqlDriver(SQL, Surroundings(SystemClock()))
NAMES = ("id", "at", "v", "n")
SQL_POINTS = [
    Point(number, address, kind)
    for number, (address, kind) in enumerate(
        [("v", Kind.F64), ("v", Kind.I64), ("v", Kind.STR), ("v", Kind.BOOL), ("v?n=1", Kind.JSON), ("n", Kind.U64)],
        start=1,
    )
]
_TYPES: tuple[Any, ...] = (str, int, float, Decimal, datetime.fromisoformat, date.fromisoformat, str.encode)


def cell(part: bytes) -> Any:
    """A value as a database's driver hands it over; the first byte says of which type."""
    if not part or part[0] % 8 == 7:
        return None
    with suppress(ValueError, InvalidOperation):
        return _TYPES[part[0] % 8](text_of(part[1:]))
    return text_of(part[1:])


def sql_rows(data: bytes) -> None:
    """Rows of a page: the samples are sound, and the position after them is remembered to the last digit."""
    rows = [[cell(part) for part in (row.split(b"\x1f") + [b""] * 4)[:4]] for row in data[1:].split(b"\x1e")[:8]]
    taken = DRIVER._samples(NAMES, list(enumerate(rows, 1)), SQL_POINTS, NOW_US)
    sound(taken.batches)
    look_back = float(data[0] % 2) if data else 0.0
    marks = DRIVER._marks(SimpleNamespace(names=NAMES, rows=rows))  # type: ignore[arg-type]
    _, position = pages.advance(None, marks, look_back)
    assert position is not None
    again = pages.loads(position.dumps())
    assert again == position
    asked_again = [one for one in marks if one[0] >= position.lower(look_back)]
    assert pages.advance(again, asked_again, look_back) == ([], again)


# --- our own, damaged ---------------------------------------------------------------------------------------------

BATCHES = (
    Batch.of(Kind.F64, [(1, NOW_US + at, float(at), 192) for at in range(20)]),
    Batch.of(Kind.STR, [(2, NOW_US, "läuft", 192), (2, NOW_US + 5, None, 4)]),
    Batch.of(Kind.BOOL, [(3, NOW_US, True, 192)]),
)


def parcel(data: bytes) -> None:
    """Samples that waited on the edge's disk: what they were, or refused."""
    for found, was in zip(parcels.decode(data), BATCHES, strict=True):
        assert found.rows() == was.rows()


def head_row(data: bytes) -> None:
    """A row of the historian's head: what it was, or refused."""
    assert [one.rows() for one in frames.decode(data).batches] == [one.rows() for one in BATCHES]


def chunk(data: bytes) -> None:
    """A chunk of the historian: what it was, or refused."""
    assert np.array_equal(chunks.decode(data, tag=1).ts, BATCHES[0].ts)


MANIFEST = manifest.Manifest(
    "b1",
    "i1",
    "2026-01-01T00:00:00Z",
    "1.0",
    "0042",
    "sqlite",
    7,
    {"a": 1},
    {"edge": 3},
    (manifest.Part("records/x.jsonl", 5, "ab", 2),),
)
with tempfile.TemporaryDirectory() as folder:
    manifest.write(Path(folder), MANIFEST)
    LISTED = (Path(folder) / manifest.FILE).read_bytes()


def backup(data: bytes) -> None:
    """A backup's list of its parts: what it was, or refused."""
    assert manifest.parse(data, Path("backup")) == MANIFEST


KEY = Key.of(bytes(32))
LOCKED = lock(KEY, b"secret", place="vault|value|1")


def secret(data: bytes) -> None:
    """What is locked opens as it was, or not at all."""
    assert unlock(KEY, text_of(data), place="vault|value|1") == b"secret"


WHOLE = Frame("edge-1", Lane.LIVE, 1, 7, BATCHES, {9: NOW_US})
DAY = str(to_datetime(NOW_US)).encode()

TARGETS = [
    Target(
        "sql-rows",
        "rows of somebody else's database",
        (
            b"\x00\x015\x1f\x04" + DAY + b"\x1f\x021.5\x1f\x011\x1e\x016\x1f\x04" + DAY + b"\x1f\x032.50\x1f\x011",
            b"\x01\x04"
            + DAY
            + b"\x1f\x04"
            + DAY
            + b"\x1f\x00text\x1f\x07\x1e\x052026-01-01\x1f\x07\x1f\x06ab\x1f\x01-1",
            b"\x00\x031.10\x1f\x04" + DAY + b"\x1f\x01true\x1f\x07",
        ),
        sql_rows,
        (ConfigError,),
        (b"\x1e", b"\x1f", b"\x03NaN", b"\x02inf", b"\x07", b"\x011", DAY),
        slow=True,
    ),
    Target("parcels", "samples that waited on the edge's disk", (parcels.encode(BATCHES),), parcel, (RefusedError,)),
    Target("head-rows", "rows of the historian's head", (frames.encode(WHOLE),), head_row, (DamagedError,)),
    Target("chunks", "chunks of the historian", (chunks.encode(Block.of(BATCHES[0])),), chunk, (DamagedError,)),
    Target(
        "backups",
        "a backup's list of its parts",
        (LISTED,),
        backup,
        (ConfigError,),
        (b"{}", b"[]", b"null", b"1", b'"text"'),
    ),
    Target("secrets", "secrets as they lie in the records", (LOCKED.encode(),), secret, (ConfigError,)),
]
