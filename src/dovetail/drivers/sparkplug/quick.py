"""The quick way for data of a steady node: columns of aliases become columns of tags, without a look at each metric.

Pure. Only where nothing is odd: every alias was declared, each wanted metric serves one tag, the value stands in the
field its birth used and means what it says. Otherwise nothing is found, and the ordinary way is taken.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dovetail.core.batch import Kind
from dovetail.drivers.reported import Arrivals, Flat
from dovetail.drivers.sparkplug.metrics import TIME_MS_MAX, Aliases, Moment
from dovetail.drivers.sparkplug.shapes import Message
from dovetail.mqtt.sparkplug import DataType

ALIAS_MAX: Final = 100_000  # a table of as many entries; nodes that number more sparsely go the ordinary way
KNOWN_MAX: Final = 200  # sets of aliases that are remembered
_FIELDS: Final = ("int_value", "long_value", "float_value", "double_value", "boolean_value")
_UNKNOWN, _ODD, _UNWANTED = -3, -2, -1
_LIMITS: Final = {  # below it, the raw number is the value
    DataType.Int8: 1 << 7, DataType.Int16: 1 << 15, DataType.Int32: 1 << 31, DataType.Int64: 1 << 62,
    DataType.UInt8: 1 << 8, DataType.UInt16: 1 << 16, DataType.UInt32: 1 << 32,
}  # fmt: skip
_NO_LIMIT: Final = 1 << 62
_NARROW: Final = 1 << 32
type Part = tuple[Kind, NDArray[np.intp], NDArray[Any], NDArray[np.int64]]  # kind, points, numbers, times (ms)


class _Meant(NamedTuple):
    """Points of one kind: below which limits a raw number is the value, and which of the metrics they are (all)."""

    kind: Kind
    points: NDArray[np.int64]
    limit: NDArray[np.int64]
    which: NDArray[np.intp] | None


class Quick:
    """The aliases of one node since its last birth, as arrays."""

    def __init__(self, aliases: Aliases, arrivals: Arrivals) -> None:
        size = max(aliases, default=0) + 1
        self._arrivals = arrivals
        self._known: dict[tuple[str, bytes], list[_Meant] | None] = {}  # a steady node sends the same ones again
        self._size = size if size <= ALIAS_MAX else 0
        self._index = np.full(self._size, _UNKNOWN, dtype=np.int64)
        self._field = np.zeros(self._size, dtype=np.int8)
        self._kind = np.zeros(self._size, dtype=np.int8)
        self._limit = np.full(self._size, _NO_LIMIT, dtype=np.int64)
        for alias, wanted in aliases.items() if self._size else ():
            if wanted is None:
                self._index[alias] = _UNWANTED
            elif len(wanted.tags) != 1 or not arrivals.can_be_numbers(wanted.tags[0][0], wanted.slot):
                self._index[alias] = _ODD
            else:
                self._index[alias] = wanted.tags[0][0]
                self._field[alias] = _FIELDS.index(wanted.slot)
                self._kind[alias] = arrivals.kind(wanted.tags[0][0])
                narrow = _NARROW if wanted.slot == "int_value" else _NO_LIMIT  # protobuf cuts off what is beyond
                self._limit[alias] = min(narrow, _LIMITS.get(DataType(wanted.datatype), _NO_LIMIT))

    def find(self, message: Message) -> list[Part] | None:
        """The metrics that are wanted, by kind; None when one of the message has to be looked at."""
        found: list[Part] = []
        for part in message.parts:
            key = (part.field, part.alias.tobytes())
            if key not in self._known:
                if len(self._known) >= KNOWN_MAX:
                    self._known.clear()
                self._known[key] = self._meant(part.field, part.alias)
            meant = self._known[key]
            if meant is None or part.time_ms.max() > TIME_MS_MAX:
                return None
            for one in meant:
                value, time_ms = part.value, part.time_ms
                if one.which is not None:
                    value, time_ms = value[one.which], time_ms[one.which]
                if value.dtype.kind == "i" and (value >= one.limit).any():
                    return None
                numbers = value.astype(np.bool_) if one.kind is Kind.BOOL else value
                found.append((one.kind, one.points, numbers, time_ms))
        return found

    def _meant(self, field: str, alias: NDArray[np.int64]) -> list[_Meant] | None:
        """The points of aliases whose numbers stand in a field, by kind; None when one is not declared so."""
        if alias.max() >= self._size or self._index[alias].min() < _UNWANTED:
            return None
        wanted = np.flatnonzero(self._index[alias] >= 0)
        if (self._field[alias[wanted]] != _FIELDS.index(field)).any():
            return None
        kinds = self._kind[alias[wanted]]
        meant: list[_Meant] = []
        for kind in sorted(set(kinds.tolist())):
            which = wanted[kinds == kind]
            of = alias[which]
            all_of_them = len(which) == len(alias)
            meant.append(_Meant(Kind(kind), self._index[of], self._limit[of], None if all_of_them else which))
        return meant

    def put(self, found: list[Part], moment: Moment) -> None:
        """Put all of them where they are wanted."""
        for kind, index, value, time_ms in found:
            device_us = np.where(time_ms > 0, time_ms * 1000, moment.sent_us) if moment.believes else None
            received_us = np.full(len(index), moment.received_us, dtype=np.int64)
            self._arrivals.put_numbers(kind, Flat(index, value, received_us, device_us))
