"""A disk that spoils rows below a database which notices nothing: any byte of what is packed, any number beside it."""

from __future__ import annotations

import random
import struct
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from rotten import clock

from dovetail.chunkstore.files import sqlite3
from dovetail.historian.service import Historian
from dovetail.packing.place import Place, Storage
from dovetail.scrubbing.service import Scrub

type What = Literal["packed", "numbers"]
HEAD: Final = {"packed": ("body",), "numbers": ("n",)}
MONTH: Final[dict[What, dict[str, tuple[str, ...]]]] = {
    "packed": {"chunk": ("body", "end_value"), "rollup": ("body",), "moments": ("body",)},
    "numbers": {
        "chunk": (
            *("tag", "kind", "t0", "t1", "n", "n_good", "first", "last", "min", "max", "sum", "tw", "covered_us"),
            *("good_us", "end_status", "end_device", "rev", "moments", "checked"),
        ),
        "rollup": ("tag", "unit", "day", "upto", "dirty", "checked"),
    },
}
BITS: Final = {
    "kind": 15,
    "n": 31,
    "n_good": 31,
    "rev": 31,
    "day": 31,
    "unit": 31,
    "dirty": 15,
}  # of a server's columns


@dataclass(frozen=True)
class Rot:
    """One cell, and what it holds now."""

    table: str
    key: int
    column: str
    was: Any
    value: Any


def spoil(storage: Storage, what: What, seed: int) -> Rot:
    """Some cell of some row, each table as often as the others; one that the database itself refuses is passed over."""
    chance = random.Random(seed)
    places: list[tuple[Place, str, str, Sequence[str]]] = [(storage.head, "head", "head_id", HEAD[what])]
    with ExitStack() as stack:
        for number in sorted(storage.there()):
            place, words = storage.month(number)
            if not storage.is_shared:
                stack.callback(place.close)
            places += [(place, getattr(words, table), "id", columns) for table, columns in MONTH[what].items()]
        while True:
            place, table, key, columns = chance.choice(places)
            try:
                rot = _spoilt(place, table, key, chance.choice(columns), chance)
            except Exception as error:
                if not _is_refused(error):
                    raise
                rot = None
            if rot is not None:
                return rot


def _is_refused(error: Exception) -> bool:
    """Two rows of one key, a day of another month, a number too large: no database would hold that."""
    return isinstance(error, sqlite3.IntegrityError) or getattr(error, "sqlstate", "")[:2] in ("22", "23")


def _spoilt(place: Place, table: str, key: str, column: str, chance: random.Random) -> Rot | None:
    with place.transaction() as session:
        rows = session.execute(f"select {key}, {column} from {table} order by {key}").fetchall()
        if not rows:
            return None
        at, was = chance.choice(rows)
        value = _other(was, chance, BITS.get(column, 63))
        session.execute(f"update {table} set {column} = ? where {key} = ?", (value, at))
        session.execute(f"select {column} from {table} where {key} = ?", (at,)).fetchall()
    return Rot(table, at, column, was, value)


def _other(was: Any, chance: random.Random, bits: int) -> Any:
    if isinstance(was, bytes):
        return _bytes(was, chance)
    if isinstance(was, float):
        (number,) = struct.unpack("<q", struct.pack("<d", was))
        return struct.unpack("<d", struct.pack("<q", number ^ (1 << chance.randrange(63))))[0]
    return (was or 0) ^ (1 << chance.randrange(bits))


def _bytes(was: bytes, chance: random.Random) -> bytes:
    data = bytearray(was or b"\0")
    at, how = chance.randrange(len(data)), chance.choice(["bit", "bit", "byte", "zeros", "cut"])
    if how == "bit":
        data[at] ^= 1 << chance.randrange(8)
    elif how == "byte":
        data[at] = (data[at] + 0x5B) % 256
    elif how == "zeros":
        data[at : at + 16] = bytes(len(data[at : at + 16]))
    else:
        del data[at:]
    return bytes(data)


def search(historian: Historian, data: Path) -> None:
    """Look through all of it now, as `dovetail doctor --deep` does."""
    data.mkdir(exist_ok=True)
    scrub = Scrub(data, historian, clock=clock())
    scrub._now_of = scrub._start().began_us
    for _ in range(200):
        if scrub.round is not None and scrub.round.ended_us:
            return
        scrub.step()
    raise AssertionError("the search does not end")
