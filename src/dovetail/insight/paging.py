"""Stops of any stretch of time, the newest first, a page at a time: time is walked backwards, window by window.

Pure. What is read at once is bounded, however long the stretch is: a window grows while little stands in it, and after
so many windows a page ends, be it short or empty.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from dovetail.core.clock import DAY_US, HOUR_US

NARROWEST_US: Final = HOUR_US
FIRST_US: Final = DAY_US
WIDEST_US: Final = 32 * DAY_US  # a month of a line is some thousand stops
LOOKS_MAX: Final = 64  # windows of one answer: some years of a plant in which nothing stands


class Place(NamedTuple):
    """Where a page ends: before it lie the stops that began earlier, or at that moment at one of a lower number."""

    t0_us: int
    equipment_id: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """[from_us, to_us), of which the stops before `place` are asked for."""

    from_us: int
    to_us: int
    place: Place | None


def page[One](
    asked: Stretch,
    look: Callable[[int, int], Sequence[One]],
    *,
    place_of: Callable[[One], Place],
    limit: int,
) -> tuple[list[One], Place | None]:
    """Up to `limit` of what `look` finds in [from, to), the newest first; where the next page begins, None: it is all.

    `look` answers whatever touches a window; what began before one is of an earlier window, if there is one.
    """
    before = asked.place or Place(asked.to_us, 0)
    hi_us, width_us = max(asked.from_us, min(asked.to_us, before.t0_us)) + 1, FIRST_US
    found: list[One] = []
    for _ in range(LOOKS_MAX):
        lo_us = max(asked.from_us, hi_us - width_us)
        told = [
            one
            for one in look(lo_us, hi_us)
            if place_of(one) < before and (place_of(one).t0_us >= lo_us or lo_us == asked.from_us)
        ]
        found += sorted(told, key=place_of, reverse=True)
        if len(found) > limit:
            return found[:limit], place_of(found[limit - 1])
        if lo_us == asked.from_us:
            return found, None
        hi_us, before = lo_us, Place(lo_us, 0)
        width_us = min(2 * width_us, WIDEST_US) if len(told) < limit // 4 else max(width_us // 2, NARROWEST_US)
    return found, Place(hi_us, 0)
