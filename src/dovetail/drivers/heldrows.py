"""What rows said last of each tag, for the time until they say more: known to have been so, never sure to be still.

After a connection a tag shows the last value that was taken, marked UNCERTAIN_LAST_KNOWN: it enters no count and no
state, and is no second event. A tag of which no row ever spoke is BAD_NOT_CONNECTED.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from dovetail.core import quality as q
from dovetail.core.batch import Batch
from dovetail.drivers.arrivals import BadRow, Columns, Row, last_known
from dovetail.drivers.base import NO_DEVICE_TIME, Point

MISPLACED = 1  # native code: rows of this form have no such place
POLLED = 2  # native code: rows are taken as they come, and not polled


class HeldRows:
    """The tags of one link. Remembered by address, so that a plant that is changed keeps what it knew."""

    def __init__(self) -> None:
        self._points: dict[int, Point] = {}  # by tag id
        self._last: dict[str, tuple[int, Any]] = {}  # by address: µs UTC and the raw value
        self._refused: set[int] = set()
        self._told_us: dict[int, int] = {}

    def want(self, points: Sequence[Point], remembered: str | None) -> None:
        """These are the tags, and this is what was remembered of them."""
        self._points = {point.tag_id: point for point in points}
        wanted = {point.address for point in points}
        found: Mapping[str, Any] = orjson.loads(remembered) if remembered else {}
        self._last = {address: (said[0], said[1]) for address, said in found.items() if address in wanted}

    def refuse(self, point: Point) -> None:
        """Rows of this form have no such place."""
        self._refused.add(point.tag_id)

    def with_rows(self, said: Mapping[int, tuple[int, Any]]) -> dict[str, tuple[int, Any]]:
        """Take over what rows said last, by tag id; the whole of it, to be remembered."""
        for tag, one in said.items():
            address = self._points[tag].address
            if one[0] >= self._last.get(address, (0, None))[0]:
                self._last[address] = (one[0], _kept(one[1]))
        return self._last

    def told(self, now_us: int) -> list[Batch]:
        """What every tag holds, as it is told at a connection."""
        self._told_us = dict.fromkeys(self._points, now_us)
        return self.batches(list(self._points.values()), now_us)

    def overtaken(self, last: Mapping[int, tuple[int, Any]], points: Sequence[Point], now_us: int) -> list[Batch]:
        """Tags whose new rows lie before what was told of them at the connection: shown as they are known now."""
        older = [points[index] for index, said in last.items() if said[0] < self._told_us.get(points[index].tag_id, 0)]
        return self.batches(older, now_us) if older else []

    def batches(self, points: Sequence[Point], now_us: int) -> list[Batch]:
        """What each of these holds."""
        columns, rows, bad = Columns(points), list[Row](), list[BadRow]()
        for index, point in enumerate(points):
            if point.tag_id in self._refused:
                bad.append((index, now_us, q.BAD_CONFIG, MISPLACED))
            elif point.tag_id not in self._points:
                bad.append((index, now_us, q.BAD_CONFIG, POLLED))
            elif point.address in self._last:
                at_us, raw = self._last[point.address]
                rows.append((index, raw, now_us, at_us or NO_DEVICE_TIME))
            else:
                bad.append((index, now_us, q.BAD_NOT_CONNECTED, 0))
        return [last_known(batch) for batch in columns.batches(columns.rows(rows))] + columns.batches({}, bad)


def _kept(raw: Any) -> Any:
    """As it can be remembered: a whole number that JSON has no place for is a decimal one."""
    return float(raw) if isinstance(raw, int) and not -(1 << 63) <= raw < 1 << 64 else raw


def words(code: int) -> str | None:
    """What a native code of rows means."""
    return {
        MISPLACED: "rows of this form have no such place",
        POLLED: "rows are taken as they come, not polled: use a scan class of mode subscribe",
    }.get(code)
