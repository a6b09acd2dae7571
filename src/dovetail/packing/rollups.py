"""Rollups: what the samples of one tag came to hour by hour and minute by minute, a day of them in one body.

Body, little-endian: magic "DVR", version u8, crc32 u32 of all that follows. Hours: rows of HOUR as they are, so that a
year of them is read at one go; in version 1, whose crc32 begins with 0 and not with the version, they were without
`off`. Minutes, of version 1 still: n u32, then sections (number u8, length u32, bytes) for the columns of a
picture, packed: 1 which minute of the day, 2 n, 3 n_good, 4 first, 5 last, 6 min, 7 max. No samples: no row.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dovetail.core.clock import DAY_US, HOUR_US, MINUTE_US
from dovetail.packing.columns import VALID, Block, DamagedError, join, pack_numbers, split, unpack_numbers
from dovetail.packing.headers import GOOD_MASK

MAGIC: Final = b"DVR"
VERSION: Final = 2
MINUTES_VERSION: Final = 1
_BEGUN: Final = {1: 0, 2: 2}  # what a checksum begins with, by version
_LEAD: Final = 8  # bytes before what the checksum is of
_COUNT: Final = struct.Struct("<I")
PLAIN, OPENS_GOOD, CLOSES_GOOD = 1, 2, 4  # flags of a row
_HOUR_1: Final = np.dtype(
    [
        ("unit", "<i4"),  # since 1970
        ("flags", "<u4"),
        ("n", "<u4"),
        ("n_good", "<u4"),
        *((name, "<u4") for name in ("t0", "t1", "t_min", "t_max")),  # µs since the hour began
        *((name, "<u4") for name in ("covered_us", "good_us")),
        *((name, "<f8") for name in ("first", "last", "min", "max", "sum", "tw")),
    ]
)
HOUR: Final = np.dtype([*_HOUR_1.descr, ("off", "<f8")])
_PICTURE: Final = ("n", "n_good", "first", "last", "min", "max")
_WHOLE: Final = ("n", "n_good")

type Rows = NDArray[Any]  # of HOUR
NO_ROWS: Final[Rows] = np.empty(0, dtype=HOUR)


@dataclass(frozen=True, slots=True, eq=False)
class Pictured:
    """What a trend needs of hours or minutes, by time. Shapes [n]: at, n, n_good int64; first … max float64, NaN: none.

    `at` µs is where the unit begins.
    """

    at: NDArray[np.int64]
    n: NDArray[np.int64]
    n_good: NDArray[np.int64]
    first: NDArray[np.float64]
    last: NDArray[np.float64]
    min: NDArray[np.float64]
    max: NDArray[np.float64]

    def take(self, which: slice) -> Pictured:
        """Some of them."""
        return Pictured(*(getattr(self, field.name)[which] for field in fields(self)))


def summed(block: Block, unit_us: int) -> Rows:
    """One row for each unit (an hour at most) that holds samples; `block` is of float64, one tag's, by (ts, arrival).

    As a chunk's header: n and n_good of all samples; first … max and tw of those with a value, sum of the GOOD of them;
    tw is the stepped integral between the unit's first and last sample, in value × µs; off the sum of the squared
    distances of GOOD values from their mean (NaN: nobody has worked it out). PLAIN: every sample is GOOD with
    a finite value or has none and is not GOOD; OPENS_GOOD: the first one is GOOD with a value, and the only one of its
    moment; CLOSES_GOOD: the last one is GOOD with a value.
    """
    unit = block.ts // unit_us
    starts = np.flatnonzero(np.concatenate(([True], unit[1:] != unit[:-1])))
    ends = np.append(starts[1:], len(unit))
    has = (block.status >= VALID) & ~np.isnan(block.value)
    good = (block.status & GOOD_MASK) == GOOD_MASK
    held_us = np.append(block.ts[1:] - block.ts[:-1], 0)
    held_us[ends - 1] = 0  # what lies between two units belongs to neither
    rows = np.zeros(len(starts), dtype=HOUR)
    rows["unit"], rows["n"], begin = unit[starts], ends - starts, unit[starts] * unit_us
    rows["t0"], rows["t1"] = block.ts[starts] - begin, block.ts[ends - 1] - begin
    for name, column in (("n_good", good), ("covered_us", held_us * has), ("good_us", held_us * (good & has))):
        rows[name] = np.add.reduceat(column.astype(np.int64), starts)
    _values(rows, block, has, starts=starts, begin=begin)
    with np.errstate(invalid="ignore", over="ignore"):
        rows["sum"] = np.add.reduceat(np.where(good & has, block.value, 0.0), starts)
        rows["tw"] = np.add.reduceat(np.where(has, block.value, 0.0) * held_us, starts)
        mean = rows["sum"] / np.maximum(np.add.reduceat((good & has).astype(np.int64), starts), 1)
        far = np.where(good & has, np.subtract(block.value, np.repeat(mean, ends - starts)), 0.0)
        rows["off"] = np.add.reduceat(far * far, starts)  # squares less a square would lose what is small far from 0
    plain = np.where(good, has & np.isfinite(block.value), ~has)
    rows["flags"] = PLAIN * np.logical_and.reduceat(plain, starts)
    sound = good & has
    alone = np.append(block.ts[1:] != block.ts[:-1], True)
    rows["flags"] += (OPENS_GOOD * (sound & alone)[starts] + CLOSES_GOOD * sound[ends - 1]).astype(np.uint32)
    return rows


def _values(
    rows: Rows, block: Block, has: NDArray[np.bool_], *, starts: NDArray[np.intp], begin: NDArray[np.int64]
) -> None:
    """First, last, least and greatest, and when those two were first reached."""
    values = np.where(has, block.value, np.nan)
    rows["min"], rows["max"] = np.fmin.reduceat(values, starts), np.fmax.reduceat(values, starts)
    rows["first"] = rows["last"] = np.nan
    place = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(values))))
    valued = np.flatnonzero(has)
    rows["first"][place[valued[::-1]]] = values[valued[::-1]]  # of several the last one written stays
    rows["last"][place[valued]] = values[valued]
    for name, of in (("t_min", "min"), ("t_max", "max")):
        reached = np.flatnonzero(values == rows[of][place])[::-1]
        rows[name][place[reached]] = block.ts[reached] - begin[place[reached]]


# --- bytes --------------------------------------------------------------------------------------------------


def _sealed(body: bytes, version: int) -> bytes:
    return MAGIC + bytes((version,)) + _COUNT.pack(zlib.crc32(body, _BEGUN[version])) + body


def _opened(data: bytes, *, tag: int) -> bytes:
    if data[:3] != MAGIC or len(data) < _LEAD or not 1 <= data[3] <= VERSION:
        raise DamagedError(f"a rollup begins with {data[:4]!r}", hint="was it written by a newer Dovetail?")
    body = data[_LEAD:]
    if zlib.crc32(body, _BEGUN[data[3]]) != _COUNT.unpack_from(data, 4)[0]:
        raise DamagedError(f"a rollup of tag {tag} has the wrong checksum")
    return body


def whole(data: bytes) -> bool:
    """Whether a body is what was written."""
    try:
        _opened(data, tag=0)
    except DamagedError:
        return False
    return True


def pack_hours(rows: Rows) -> bytes:
    """Hours of one tag and day, by time."""
    return _sealed(rows.tobytes(), VERSION)


def unpack_hours(bodies: Sequence[tuple[int, bytes]]) -> tuple[Rows, NDArray[np.intp]]:
    """(the hours of bodies one after the other, int[n] from which body each is). `bodies` are (tag, bytes).

    Raises DamagedError when the bytes of one are not what was written.
    """
    opened = [_opened(data, tag=tag) for tag, data in bodies]
    later = [body if data[3] == VERSION else _later(body) for body, (_, data) in zip(opened, bodies, strict=True)]
    sizes = np.array([len(body) // HOUR.itemsize for body in later], dtype=np.intp)
    return np.frombuffer(b"".join(later), HOUR), np.repeat(np.arange(len(later)), sizes)


def _later(body: bytes) -> bytes:
    """Hours of version 1: how far their samples lie from their mean nobody has worked out."""
    earlier = np.frombuffer(body, _HOUR_1)
    rows = np.zeros(len(earlier), dtype=HOUR)
    rows[list(_HOUR_1.names or ())], rows["off"] = earlier, np.nan
    return rows.tobytes()


def pack_minutes(rows: Rows) -> bytes:
    """Minutes of one tag and day, by time: what a picture of them needs."""
    sections = {1: pack_numbers(rows["unit"].astype(np.int64) % (DAY_US // MINUTE_US), steady=True)}
    for number, name in enumerate(_PICTURE, start=2):
        sections[number] = pack_numbers(rows[name].astype(np.int64 if name in _WHOLE else np.float64))
    return _sealed(_COUNT.pack(len(rows)) + join(sections), MINUTES_VERSION)


def unpack_minutes(data: bytes, *, tag: int, day: int) -> Pictured:
    """The minutes of one tag and day. Raises DamagedError when the bytes are not what was written."""
    body = _opened(data, tag=tag)
    sections = split(body[_COUNT.size :])
    minute = unpack_numbers(sections[1], np.dtype(np.int64))
    kinds = (np.dtype(np.int64 if name in _WHOLE else np.float64) for name in _PICTURE)
    columns = [unpack_numbers(sections[number], kind) for number, kind in enumerate(kinds, start=2)]
    return Pictured(day * DAY_US + minute * MINUTE_US, *columns)


def pictured(rows: Rows) -> Pictured:
    """Hours as a trend needs them."""
    n, n_good = (rows[name].astype(np.int64) for name in _WHOLE)
    return Pictured(rows["unit"].astype(np.int64) * HOUR_US, n, n_good, *(rows[name] for name in _PICTURE[2:]))


def together(parts: Sequence[Pictured]) -> Pictured:
    """One after the other."""
    some = parts or [pictured(NO_ROWS)]
    return Pictured(*(np.concatenate([getattr(one, field.name) for one in some]) for field in fields(Pictured)))


# --- what is due --------------------------------------------------------------------------------------------

HOURS_FROM: Final = 1_440  # samples a day: of fewer a whole year is opened as quickly, and hours would be a third of it
MINUTES_FROM: Final = 8_640  # samples a day, one in 10 s: minutes of fewer would be as many as the samples themselves


@dataclass(frozen=True, slots=True)
class Touched:
    """Samples of a tag that come or go, from the first of them to the last."""

    tag: int
    first_us: int
    last_us: int


@dataclass(frozen=True, slots=True)
class Rollup:
    """A day of one tag in one unit; it holds everything before `upto_us`."""

    tag: int
    unit: int
    day: int
    upto_us: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Known:
    """A rollup that exists: up to where it holds everything, and whether samples of its time came since."""

    upto_us: int
    is_dirty: bool


@dataclass(frozen=True, slots=True)
class Due:
    """A day (since 1970) of a tag whose hours from `from_us` up to `upto_us` are to be summed up."""

    day: int
    from_us: int
    upto_us: int
    with_minutes: bool


def due(
    chunks: Sequence[tuple[int, int, int]], hours: dict[int, Known], minutes: dict[int, Known], *, until_us: int
) -> list[Due]:
    """The days of one tag with something to sum up before `until_us`; `chunks` are its (t0, t1, n) of all kinds."""
    expected: dict[int, float] = {}
    for t0, t1, n in chunks:
        for day in range(t0 // DAY_US, min(t1, until_us - 1) // DAY_US + 1):
            inside_us = min(t1, (day + 1) * DAY_US - 1) - max(t0, day * DAY_US) + 1
            expected[day] = expected.get(day, 0.0) + n * inside_us / (t1 - t0 + 1)
    found: list[Due] = []
    for day, n in sorted(expected.items()):
        end_us = min((day + 1) * DAY_US, until_us)
        is_over = end_us == (day + 1) * DAY_US
        a_day = n if is_over else n * DAY_US / max(HOUR_US, end_us - day * DAY_US)
        known, finer = hours.get(day), minutes.get(day)
        wants_minutes = is_over and (a_day >= MINUTES_FROM or finer is not None)
        lacks_minutes = wants_minutes and (finer is None or finer.is_dirty)
        lacks_hours = known is None or known.is_dirty or known.upto_us < end_us
        if not lacks_minutes and not (lacks_hours and (a_day >= HOURS_FROM or known is not None)):
            continue
        anew = known is None or known.is_dirty or wants_minutes
        found.append(Due(day, day * DAY_US if anew or known is None else known.upto_us, end_us, wants_minutes))
    return found
