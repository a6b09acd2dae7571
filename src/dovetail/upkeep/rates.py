"""How fast a plant fills its disk: by what the months of its samples hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from dovetail.chunkstore.months import begin_of
from dovetail.core.clock import DAY_US

LONG_DAYS: Final = 3_650  # beyond that nobody's plans reach, nor does the rate
TOLD_FROM: Final = 1_000_000  # bytes of a month: a file without samples has some, and they say nothing of a rate


def bytes_a_day(sizes: Mapping[int, int], *, at_us: int) -> float:
    """Of the newest month that has lasted for three days at least, by its own days.

    0.0 where there is none, or it holds next to nothing.

    >>> bytes_a_day({671: 31_000_000, 672: 50}, at_us=begin_of(672) + DAY_US)  # December 2025, and a day of January
    1000000.0
    >>> bytes_a_day({671: 90_000}, at_us=begin_of(672))  # an hour of a young installation
    0.0
    """
    for month in sorted(sizes, reverse=True):
        lasted_us = min(at_us, begin_of(month + 1)) - begin_of(month)
        if lasted_us >= 3 * DAY_US and sizes[month] >= TOLD_FROM:
            return sizes[month] * DAY_US / lasted_us
    return 0.0


def lasting(days: float | None) -> str:
    """How long a disk lasts, in words; none where that is not known.

    >>> lasting(41.3), lasting(476e6), lasting(None)
    (', enough for 41 days of samples at the present rate', ', enough for more than ten years of samples', '')
    """
    if days is None:
        return ""
    return (
        ", enough for more than ten years of samples"
        if days > LONG_DAYS
        else (f", enough for {days:,.0f} days of samples at the present rate")
    )
