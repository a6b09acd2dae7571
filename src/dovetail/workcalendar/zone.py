"""What a clock on the wall says, as µs UTC: the hour that is skipped in spring and the one that comes twice in autumn.

A wall time that does not exist stands for the moment of the change; one that comes twice has two readings. So the
first reading never runs backwards along the day, and neighbouring shifts meet without gap or overlap.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from dovetail.core.clock import from_datetime, to_datetime
from dovetail.core.errors import ConfigError

ZONES_KEPT = 64  # more zones than a company has plants


@lru_cache(maxsize=ZONES_KEPT)
def zone_of(name: str) -> ZoneInfo:
    """The IANA time zone of that name. Raises ConfigError for one that does not exist."""
    if name not in zone_names():
        raise ConfigError(f"there is no time zone {name!r}", code="timezone", hint="an IANA name such as Europe/Prague")
    return ZoneInfo(name)


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """Every IANA time zone this machine knows."""
    return frozenset(available_timezones())


def local_date(at_us: int, zone: ZoneInfo) -> date:
    """The date on the wall at a moment."""
    return to_datetime(at_us).astimezone(zone).date()


def readings_us(day: date, minute: int, zone: ZoneInfo) -> tuple[int, ...]:
    """The moments (µs UTC) at which the wall shows `minute` minutes after 00:00 of `day`; from 1440 on, the next.

    One moment on most days, two in the hour that comes twice; in the skipped hour the moment of the change.
    """
    wall = datetime.combine(day, time(), zone) + timedelta(minutes=minute)
    earlier, later = wall.replace(fold=0).astimezone(UTC), wall.replace(fold=1).astimezone(UTC)
    if earlier == later:
        return (from_datetime(earlier),)
    if earlier < later:
        return (from_datetime(earlier), from_datetime(later))
    return (from_datetime(_change(later, earlier, zone)),)


def _change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The moment between two where the zone's offset changes, to the second."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after
