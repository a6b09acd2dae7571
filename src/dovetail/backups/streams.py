"""Both stores of a plant as streams of rows, cut where the rows themselves say so: what did not change is cut alike.

A row that goes or comes changes the piece it is in and no other, whatever stands before it. So of a month of samples
whose last day was put together anew, the other days are not copied again, on either store.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from struct import Struct
from struct import error as StructError
from typing import Any, Final

import orjson

from dovetail.carrying.moving import HeadRows, MonthRows

LEAST: Final = 1 << 16  # a file for less costs more than what is in it
USUAL: Final = 1 << 19  # bytes between two cuts, beyond the least
MOST: Final = 1 << 23  # 8 MB: what is held in memory, and what one bad bit on a disk costs
FILE_PIECE: Final = 1 << 16  # of a file that is copied as it is
_LENGTH: Final = Struct("<I")


def cut(rows: Iterable[bytes]) -> Iterator[bytes]:
    """Rows put together into pieces. A row ends one by its own bytes: by chance, the likelier the longer it is."""
    held: list[bytes] = []
    size = 0
    for row in rows:
        held.append(row)
        size += len(row)
        ends = size >= LEAST and zlib.crc32(row) * USUAL < len(row) << 32
        if ends or size >= MOST:
            yield b"".join(held)
            held, size = [], 0
    if held:
        yield b"".join(held)


def pack(row: Sequence[Any]) -> bytes:
    """One row of any numbers, text, bytes and nothing: exactly, other than JSON alone."""
    octets = [value for value in row if isinstance(value, bytes)]
    said = orjson.dumps([_said(value) for value in row])
    return b"".join((_LENGTH.pack(len(said)), said, *octets))


def _said(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"b": len(value)}
    if isinstance(value, float) and not math.isfinite(value):
        return {"f": str(value)}
    return value


def unpack(pieces: Iterable[bytes]) -> Iterator[list[Any]]:
    """The rows of pieces. Raises ValueError for what `pack` did not make."""
    for piece in pieces:
        at = 0
        while at < len(piece):
            try:
                row, at = _row(piece, at)
            except (StructError, KeyError, TypeError) as error:
                raise ValueError("this is no row of a backup") from error
            yield row


def _row(piece: bytes, at: int) -> tuple[list[Any], int]:
    """(the row that begins at a place, where the next one does)."""
    (length,) = _LENGTH.unpack_from(piece, at)
    at += _LENGTH.size + length
    row = orjson.loads(piece[at - length : at])
    if not isinstance(row, list):
        raise TypeError(row)
    for place, value in enumerate(row):
        if isinstance(value, dict):
            row[place], at = _meant(value, piece, at)
    return row, at


def _meant(said: dict[str, Any], piece: bytes, at: int) -> tuple[bytes | float, int]:
    if "f" in said:
        return float(said["f"]), at
    if not 0 <= said["b"] <= len(piece) - at:
        raise ValueError("a row of a backup is cut off")
    return piece[at : at + said["b"]], at + said["b"]


# --- samples --------------------------------------------------------------------------------------------------


def of_head(head: HeadRows) -> Iterator[bytes]:
    """The head: its small tables, then its rows."""
    for table, rows in sorted(head.tables.items()):
        for row in rows:
            yield pack((table, *row))
    for group in head.groups:
        for row in group:
            yield pack(("", *row))


def of_month(month: MonthRows) -> Iterator[bytes]:
    """A month: up to where it holds everything, its repeats and what is damaged, then its chunks."""
    yield pack(("sealed", month.sealed))
    for row in month.repeats:
        yield pack(("repeats", *row))
    for row in month.aside:
        yield pack(("aside", *row))
    for group in month.groups:
        for row in group:
            yield pack(row)


def as_head(rows: Iterator[list[Any]], tables: Iterable[str], *, at_once: int) -> HeadRows:
    """What `of_head` said."""
    found: dict[str, list[Any]] = {table: [] for table in tables}
    first = _until(rows, lambda row: row[0] == "", lambda row: found[row[0]].append(row[1:]))
    return HeadRows(found, _groups((row[1:] for row in _with(first, rows)), at_once))


def as_month(rows: Iterator[list[Any]], *, at_once: int) -> MonthRows:
    """What `of_month` said."""
    _, sealed = next(rows)
    before: dict[str, list[Any]] = {"repeats": [], "aside": []}
    first = _until(rows, lambda row: row[0] not in before, lambda row: before[row[0]].append(row[1:]))
    return MonthRows(sealed, before["repeats"], before["aside"], _groups(_with(first, rows), at_once))


def _until(rows: Iterator[list[Any]], is_other: Any, take: Any) -> list[Any] | None:
    for row in rows:
        if is_other(row):
            return row
        take(row)
    return None


def _with(first: list[Any] | None, rows: Iterator[list[Any]]) -> Iterator[list[Any]]:
    if first is not None:
        yield first
        yield from rows


def _groups(rows: Iterable[list[Any]], at_once: int) -> Iterator[list[list[Any]]]:
    held: list[list[Any]] = []
    for row in rows:
        held.append(row)
        if len(held) == at_once:
            yield held
            held = []
    if held:
        yield held


def of_file(path: Path) -> Iterator[bytes]:
    """A file as it is."""
    with path.open("rb") as opened:
        while piece := opened.read(FILE_PIECE):
            yield piece
