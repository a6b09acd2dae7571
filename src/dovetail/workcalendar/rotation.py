"""Crews that take turns: one cycle of days, which every crew works through, each so many days behind the first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import lcm
from typing import Final

REST: Final = "rest"  # a day of the cycle on which a crew does not work


@dataclass(frozen=True, slots=True)
class Rotation:
    """The shift of each day of the cycle, by name; `anchor` is its first day for a crew that is 0 days behind.

    >>> four = Rotation(date(2026, 1, 5), ("Day", "Night", "rest", "rest"), {"A": 0, "B": 1, "C": 2, "D": 3})
    >>> [four.crews_on("Night", date(2026, 1, day)) for day in (5, 6, 7)]
    [('D',), ('A',), ('B',)]
    """

    anchor: date
    cycle: tuple[str, ...]
    crews: Mapping[str, int]

    def crews_on(self, shift: str, day: date) -> tuple[str, ...]:
        """The crews whose turn a shift is on a date, by name; a sound rotation never has two."""
        passed = (day - self.anchor).days
        return tuple(
            sorted(
                crew for crew, behind in self.crews.items() if self.cycle[(passed - behind) % len(self.cycle)] == shift
            )
        )

    @property
    def repeats_days(self) -> int:
        """After how many days both the cycle and the week begin again."""
        return lcm(len(self.cycle), 7)
