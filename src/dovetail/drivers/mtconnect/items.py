"""From observations to rows: an item is found by its id or its name, a condition is as bad as its worst entry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final

from dovetail.core import quality as q
from dovetail.core.batch import Kind
from dovetail.core.errors import ConfigError
from dovetail.drivers.base import NO_DEVICE_TIME, Point
from dovetail.drivers.mtconnect.address import ItemAddress, parse_address
from dovetail.drivers.mtconnect.documents import LEVELS, Condition, Seen
from dovetail.drivers.values import Row, Table

UNKNOWN: Final = 1  # native status: the agent has no such data item
UNAVAILABLE: Final = 2  # the agent has lost its device, or the item has no value yet
NO_ENTRY: Final = 3  # a data set without this entry
_QUALITY: Final = {UNKNOWN: q.BAD_CONFIG, UNAVAILABLE: q.BAD_NOT_CONNECTED, NO_ENTRY: q.BAD_CONFIG}
_NUMBERS: Final = (Kind.F64, Kind.I64, Kind.U64)
_SWITCHES: Final = {"ON": True, "OFF": False, "TRUE": True, "FALSE": False, "ARMED": False, "TRIGGERED": True}


def quality_of(status: int) -> int:
    """Our quality for a native status of this driver."""
    return _QUALITY.get(status, q.BAD_DEVICE)


class Items:
    """The points of one request or stream, and which entries of their conditions are active."""

    def __init__(self, points: Sequence[Point]) -> None:
        self.table = Table(points, quality_of)
        self._wanted: dict[str, list[tuple[int, ItemAddress]]] = defaultdict(list)
        for index, point in enumerate(points):
            try:
                address = parse_address(point.address)
            except ConfigError:
                continue
            self._wanted[address.item].append((index, address))
        self._active: dict[str, dict[str, Condition]] = {}
        self._sets: dict[str, dict[str, str]] = {}

    def rows(self, seen: Iterable[Seen]) -> list[Row]:
        """A row for each point that an observation concerns, in the order of their sequence."""
        found: list[Row] = []
        for one in sorted(seen, key=lambda one: one.sequence):
            wanted = self._wanted.get(one.item) or (self._wanted.get(one.name) if one.name else None)
            if wanted is None:
                continue
            if one.condition is not None:
                self._enter(one.item, one.condition)
            for index, address in wanted:
                value, status = self._value(one, address, self.table.points[index].kind)
                found.append((index, value, status, one.at_us))
        return found

    def missing(self, rows: Sequence[Row]) -> list[Row]:
        """Of points that a full look did not bring: the agent has no such item."""
        there = {index for index, *_ in rows}
        return [(n, None, UNKNOWN, NO_DEVICE_TIME) for n in range(len(self.table.points)) if n not in there]

    def _enter(self, item: str, entry: Condition) -> None:
        """Normal without a code clears all; with one, that entry alone (Part 1 §5.8)."""
        active = self._active.setdefault(item, {})
        if entry.level == "Unavailable" or (entry.level == "Normal" and not entry.key):
            active.clear()
        if entry.level in ("Normal", "Unavailable"):
            active.pop(entry.key, None)
        else:
            active[entry.key] = entry

    def _value(self, one: Seen, address: ItemAddress, kind: Kind) -> tuple[Any, int]:
        if one.condition is not None:
            return self._of_condition(one.item, one.condition, address, kind)
        if one.value is None:
            return None, UNAVAILABLE
        if isinstance(one.value, dict):
            held = self._sets.setdefault(one.item, {})
            held |= one.value
            if address.part == "entry":
                found = held.get(address.key)
                return (None, NO_ENTRY) if found is None else (_scalar(found, kind), 0)
            return dict(held) if kind is Kind.JSON else None, 0
        return _scalar(one.value, kind), 0

    def _of_condition(self, item: str, said: Condition, address: ItemAddress, kind: Kind) -> tuple[Any, int]:
        if said.level == "Unavailable":
            return None, UNAVAILABLE
        active = self._active.get(item, {}).values()
        worst = max(active, key=lambda entry: LEVELS[entry.level], default=Condition("Normal"))
        if address.part == "value":
            return {Kind.STR: worst.level, Kind.BOOL: worst.level == "Fault"}.get(kind, LEVELS[worst.level]), 0
        return getattr(worst, address.part, ""), 0


def _scalar(text: str, kind: Kind) -> Any:
    """Text as the tag's kind; what does not fit is left to the table, which says BAD."""
    if kind in _NUMBERS:
        return _number(text)
    if kind is Kind.BOOL:
        return _SWITCHES.get(text.upper(), text)
    if kind is Kind.JSON:
        parts = [_number(part) for part in text.split()]
        return parts if len(parts) > 1 and all(isinstance(part, (int, float)) for part in parts) else text
    return text


def _number(text: str) -> Any:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return text
