"""How far an aggregate may be believed: the standard's status codes, and its bits about where a value came from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dovetail.aggregates.names import Config
from dovetail.aggregates.places import Places
from dovetail.aggregates.points import Moments
from dovetail.core import quality as q


class Status(IntEnum):
    """The status codes that Part 13 gives an aggregate; UNCERTAIN and BAD_RAW are a raw sample's own."""

    GOOD = 0
    UNCERTAIN = 1
    SUBNORMAL = 2
    NO_DATA = 3
    BAD = 4


class Bits(IntFlag):
    """The information bits as OPC UA numbers them (Part 4, 7.39); RAW is the absence of the two lowest."""

    RAW = 0
    CALCULATED = 1
    INTERPOLATED = 2
    PARTIAL = 4
    EXTRA_DATA = 8
    MULTIPLE_VALUES = 16


WORDS: Final[dict[int, str]] = {
    Status.GOOD: "Good",
    Status.UNCERTAIN: "Uncertain",
    Status.SUBNORMAL: "UncertainDataSubNormal",
    Status.NO_DATA: "BadNoData",
    Status.BAD: "Bad",
}
CODES: Final[dict[int, int]] = {
    Status.GOOD: 0,
    Status.UNCERTAIN: 0x40000000,
    Status.SUBNORMAL: 0x40A40000,
    Status.NO_DATA: 0x809B0000,
    Status.BAD: 0x80000000,
}
QUALITIES: Final = np.array([q.GOOD, q.UNCERTAIN, q.UNCERTAIN, q.BAD, q.BAD], dtype=np.uint16)  # by Status
_OF_RAW: Final = np.array([Status.BAD, Status.UNCERTAIN, Status.GOOD], dtype=np.uint8)  # by grade
_OF_BOUND: Final = np.array([Status.NO_DATA, Status.SUBNORMAL, Status.GOOD], dtype=np.uint8)
_BIT_WORDS: Final = (
    (Bits.CALCULATED, "Calculated"),
    (Bits.INTERPOLATED, "Interpolated"),
    (Bits.PARTIAL, "Partial"),
    (Bits.EXTRA_DATA, "ExtraData"),
    (Bits.MULTIPLE_VALUES, "MultipleValues"),
)


def words(status: int, bits: int) -> str:
    """As the tables of the standard write it.

    >>> words(Status.SUBNORMAL, Bits.CALCULATED | Bits.PARTIAL)
    'UncertainDataSubNormal, Calculated, Partial'
    """
    return ", ".join([WORDS[status], *(word for bit, word in _BIT_WORDS if bits & bit)])


def code(status: int, bits: int) -> int:
    """The OPC UA StatusCode: the aggregate bits stand in the low ones, with the info type DataValue."""
    return CODES[status] | (0x0400 | bits if bits else 0)


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Results in columns [c]: ts int64 µs, value float64 (NaN: none), status and bits uint8."""

    ts: Moments
    value: NDArray[np.float64]
    status: NDArray[np.uint8]
    bits: NDArray[np.uint8]


def of_raw(grade: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The status of a sample that is given back as it is."""
    return _OF_RAW[grade]


def of_bound(grade: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The status of a bounding value that was worked out (Part 13, 3.1.9)."""
    return _OF_BOUND[grade]


def by_share(
    bad: NDArray[np.int64], good: NDArray[np.int64], whole: NDArray[np.int64], config: Config
) -> NDArray[np.uint8]:
    """By how much of an interval is BAD and GOOD, in time or in samples (Part 13, 5.4.3.2). `whole` 0: GOOD."""
    is_bad = (bad > 0) & (bad * 100 >= config.percent_bad * whole)
    is_good = good * 100 >= config.percent_good * whole
    return np.where(is_bad, Status.BAD, np.where(is_good, Status.GOOD, Status.SUBNORMAL)).astype(np.uint8)


def marked(bits: NDArray[np.uint8], which: NDArray[np.bool_], bit: Bits) -> NDArray[np.uint8]:
    """The bits with one more where a mask says so."""
    return np.where(which, bits | np.uint8(bit), bits)


def cells(
    places: Places,
    value: NDArray[np.float64],
    status: NDArray[np.uint8],
    bits: NDArray[np.uint8] | Bits,
    *,
    ts: Moments | None = None,
    marks_partial: bool = True,
) -> Cells:
    """Results: NO_DATA where nothing was seen or a value is NaN; what is BAD has no value and no bit."""
    status = np.where(places.seen & ~np.isnan(value), status, Status.NO_DATA).astype(np.uint8)
    gone = status >= Status.NO_DATA
    marks = np.broadcast_to(np.asarray(bits, dtype=np.uint8), status.shape)
    if marks_partial:
        marks = marked(marks, places.partial, Bits.PARTIAL)
    if places.points.doubled is not None:
        superseded = places.inside.count(places.points.doubled[places.inside.index])
        marks = marked(marks, superseded > 0, Bits.EXTRA_DATA)
    marks = np.where(gone, Bits.RAW, marks).astype(np.uint8)
    moment = places.start if ts is None else np.where(status == Status.NO_DATA, places.start, ts)
    return Cells(moment, np.where(gone, np.nan, value), status, marks)
