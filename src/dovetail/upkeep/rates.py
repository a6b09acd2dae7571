"""How fast a plant fills its disk: by what the months of its samples hold."""

from __future__ import annotations

from collections.abc import Mapping

from dovetail.chunkstore.months import begin_of
from dovetail.core.clock import DAY_US


def bytes_a_day(sizes: Mapping[int, int], *, at_us: int) -> float:
    """Of the newest month that has lasted for three days at least, by its own days; 0.0 where there is none.

    >>> bytes_a_day({671: 3_100, 672: 50}, at_us=begin_of(672) + DAY_US)  # December 2025, and a day of January
    100.0
    """
    for month in sorted(sizes, reverse=True):
        lasted_us = min(at_us, begin_of(month + 1)) - begin_of(month)
        if lasted_us >= 3 * DAY_US:
            return sizes[month] * DAY_US / lasted_us
    return 0.0
