"""The days and weeks of a plant's clock, as stretches of time: a day on which the clocks change has 23 or 25 hours."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

type Per = Literal["shift", "day", "week"]

DAYS: Final = {"day": 1, "week": 7}


def steps(from_us: int, to_us: int, per: Literal["day", "week"], zone: ZoneInfo) -> list[tuple[int, int]]:
    """The local days (or weeks, from Monday on) that touch [from_us, to_us), whole, by time."""
    first = _local(from_us, zone).date()
    if per == "week":
        first -= timedelta(days=first.weekday())
    found: list[tuple[int, int]] = []
    while True:
        following = first + timedelta(days=DAYS[per])
        begin_us, end_us = (_midnight_us(datetime.combine(day, time(), zone)) for day in (first, following))
        if begin_us >= to_us:
            return found
        found.append((begin_us, end_us))
        first = following


def _local(at_us: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(at_us / 1_000_000, UTC).astimezone(zone)


def _midnight_us(moment: datetime) -> int:
    return round(moment.timestamp()) * 1_000_000
