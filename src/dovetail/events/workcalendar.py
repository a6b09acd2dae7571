"""What the calendar room tells: what was planned in the past is now known to have been otherwise."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CalendarCorrected:
    """An exception of past dates was entered: exactly `stretches` (equipment id, from_us, to_us) are planned anew."""

    calendar: str
    stretches: tuple[tuple[int, int, int], ...]
    known: int
