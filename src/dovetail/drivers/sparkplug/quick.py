"""The quick way for data of a steady node: columns of aliases become columns of tags, without a look at each metric.

Pure. Only where nothing is odd: every alias was declared, each wanted metric serves one tag, the value stands in the
field its birth used and means what it says. A message with anything else is left for the ordinary way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dovetail.core.batch import Kind
from dovetail.drivers.base import NO_DEVICE_TIME
from dovetail.drivers.reported import Arrivals, Flat
from dovetail.drivers.sparkplug.metrics import TIME_MS_MAX, Aliases, Moment
from dovetail.drivers.sparkplug.shapes import FIELDS, FIRST_FLOAT, Head, Table
from dovetail.mqtt.sparkplug import DataType

ALIAS_MAX: Final = 100_000  # a table of as many entries; nodes that number more sparsely go the ordinary way
_UNKNOWN, _ODD, _UNWANTED = -3, -2, -1
_LIMITS: Final = {  # up to it, the raw number is the value
    DataType.Int8: (1 << 7) - 1, DataType.Int16: (1 << 15) - 1, DataType.Int32: (1 << 31) - 1,
    DataType.UInt8: (1 << 8) - 1, DataType.UInt16: (1 << 16) - 1, DataType.UInt32: (1 << 32) - 1,
}  # fmt: skip
_INTEGER: Final = (1 << 62) - 1
_NARROW: Final = (1 << 32) - 1  # protobuf cuts off what is beyond
_FLOAT: Final = (1 << 63) - 1  # bits say nothing


@dataclass(slots=True, eq=False)
class Found:
    """The metrics of some messages of one node, with what they mean; `is_simple` one a message, `stops` one more."""

    index: NDArray[np.int64]  # of the point; -1: no tag wants it
    alias: NDArray[np.int64]
    field: NDArray[np.int8]
    time_ms: NDArray[np.int64]
    number: NDArray[np.int64]
    is_simple: list[bool]
    stops: list[int]
    are_wanted: bool  # all of them


class Quick:
    """The aliases of one node since its last birth, as arrays."""

    def __init__(self, aliases: Aliases, arrivals: Arrivals) -> None:
        size = max(aliases, default=0) + 1
        self._arrivals = arrivals
        self._size = size if size <= ALIAS_MAX else 0
        # one more, which stands for all that are beyond
        self._index = np.full(self._size + 1, _UNKNOWN, dtype=np.int64)
        self._field = np.full(self._size + 1, -1, dtype=np.int8)
        self._kind = np.zeros(self._size + 1, dtype=np.int8)
        self._limit = np.full(self._size + 1, _FLOAT, dtype=np.int64)
        for alias, wanted in aliases.items() if self._size else ():
            if wanted is None:
                self._index[alias] = _UNWANTED
            elif len(wanted.tags) != 1 or not arrivals.can_be_numbers(wanted.tags[0][0], wanted.slot):
                self._index[alias] = _ODD
            else:
                self._index[alias] = wanted.tags[0][0]
                self._field[alias] = FIELDS.index(wanted.slot)
                self._kind[alias] = arrivals.kind(wanted.tags[0][0])
                self._limit[alias] = _limit(wanted.slot, wanted.datatype)
        self._kinds = [Kind(kind) for kind in sorted(set(self._kind[self._index >= 0].tolist()))]

    def find(self, table: Table, heads: Sequence[Head]) -> Found:
        """What the metrics of messages of this node mean, and which messages have no odd one."""
        rows = _rows(heads)
        field, time_ms, number = table.field[rows], table.time_ms[rows], table.number[rows]
        alias = np.minimum(table.alias[rows], self._size)
        index = self._index[alias]
        is_meant = (self._field[alias] == field) & (number <= self._limit[alias]) & (time_ms <= TIME_MS_MAX)
        stops = [0, *accumulate(head.stop - head.first for head in heads)]
        is_simple = [True] * len(heads)
        are_wanted = bool(is_meant.all())
        if not are_wanted:
            odd = ~is_meant & ((index != _UNWANTED) | (time_ms > TIME_MS_MAX))
            for at in set(np.searchsorted(stops[1:], np.flatnonzero(odd), side="right").tolist()):
                is_simple[at] = False
        return Found(index, alias, field, time_ms, number, is_simple, stops, are_wanted)

    def put(self, found: Found, stop: int, moments: Sequence[Moment]) -> None:
        """Put the metrics of the last messages before `stop` where they are wanted; the moment each came."""
        if not moments:
            return
        stops = found.stops[stop - len(moments) : stop + 1]
        rows = slice(stops[0], stops[-1])
        index, field, number = found.index[rows], found.field[rows], found.number[rows]
        received_us, device_us = _times(moments, stops, found.time_ms[rows])
        if found.are_wanted and len(self._kinds) == 1:
            (kind,) = self._kinds
            self._arrivals.put_numbers(kind, Flat(index, _values(kind, field, number), received_us, device_us))
            return
        kinds = np.where(index >= 0, self._kind[found.alias[rows]], 0)
        for kind in self._kinds:
            of = np.flatnonzero(kinds == kind)
            if len(of):
                said_us = None if device_us is None else device_us[of]
                flat = Flat(index[of], _values(kind, field[of], number[of]), received_us[of], said_us)
                self._arrivals.put_numbers(kind, flat)


def _times(
    moments: Sequence[Moment], stops: Sequence[int], time_ms: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64] | None]:
    """When the metrics of some messages came, and what their device says of it where it is to be believed (µs)."""
    counts = [after - before for before, after in pairwise(stops)]
    received_us = np.array([moment.received_us for moment in moments]).repeat(counts)
    believed = [moment.believes for moment in moments]
    if not any(believed):
        return received_us, None
    device_us = time_ms * 1000
    if not time_ms.all():
        sent_us = np.array([moment.sent_us for moment in moments]).repeat(counts)
        device_us = np.where(time_ms > 0, device_us, sent_us)
    if not all(believed):
        device_us[~np.array(believed).repeat(counts)] = NO_DEVICE_TIME
    return received_us, device_us


def _limit(slot: str, datatype: int) -> int:
    """The highest number that stands for itself."""
    if FIELDS.index(slot) >= FIRST_FLOAT:
        return _FLOAT
    return min(_NARROW if slot == "int_value" else _INTEGER, _LIMITS.get(DataType(datatype), _INTEGER))


def _rows(heads: Sequence[Head]) -> slice | NDArray[np.intp]:
    """The rows of these messages in the table."""
    first, stop = heads[0].first, heads[-1].stop
    if sum(head.stop - head.first for head in heads) == stop - first:
        return slice(first, stop)
    return np.concatenate([np.arange(head.first, head.stop) for head in heads])


def _values(kind: Kind, field: NDArray[np.int8], number: NDArray[np.int64]) -> NDArray[Any]:
    """The numbers as they are meant, in the order of the rows."""
    if kind is Kind.BOOL:
        return number != 0
    if kind is not Kind.F64:
        return number
    is_float = field >= FIRST_FLOAT
    if is_float.all():
        return number.view(np.float64)
    return np.where(is_float, number.view(np.float64), number)
