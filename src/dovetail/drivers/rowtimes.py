"""When a row was true, as files and tables write it: ISO 8601, seconds since 1970, or a format of the plant's own.

A local time needs a zone; of the hour that comes twice in autumn the first is meant, and a time that the clocks
skipped in spring does not exist.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dovetail.core.clock import from_datetime
from dovetail.core.limits import CLOCK_FUTURE_US
from dovetail.drivers.clocks import moment_us

ISO: Final = "iso"
UNIX: Final = "unix"
TS_MIN_US: Final = 631_152_000_000_000  # 1990-01-01: no row of a running plant is older
_PROBE: Final = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)


class TimeError(ValueError):
    """What is wrong with a time, in words for the person who looks at the row."""


def checked_zone(name: str) -> str:
    """A zone's IANA name. Raises ValueError for another."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"there is no time zone {name!r}: write it like Europe/Prague or UTC") from error
    return name


def checked_format(text: str) -> str:
    """`iso`, `unix` or a format that can be read back. Raises ValueError."""
    if text in (ISO, UNIX):
        return text
    try:
        back = datetime.strptime(_PROBE.strftime(text), text).replace(tzinfo=UTC)
    except ValueError as error:
        raise ValueError("iso, unix, or a format like %d.%m.%Y %H:%M:%S") from error
    if back.date() != _PROBE.date():
        raise ValueError("a time needs year, month and day: %Y-%m-%d or %d.%m.%Y, or join two columns")
    return text


def reader(written: str, zone: str) -> Callable[[Any], int]:
    """What makes µs UTC of one cell. It raises TimeError."""
    zone_info = ZoneInfo(zone)

    def of_moment(moment: datetime) -> int:
        if moment.tzinfo is None:
            local = moment.replace(tzinfo=zone_info)
            if local.astimezone(UTC).astimezone(zone_info).replace(tzinfo=None) != moment:
                raise TimeError(f"{moment} does not exist in {zone}: the clocks were put forward over it")
            moment = local
        return from_datetime(moment)

    def read(raw: Any) -> int:
        if isinstance(raw, datetime):
            return of_moment(raw)
        if isinstance(raw, date):
            return of_moment(datetime.combine(raw, time()))  # gets the zone of its column
        try:
            if written == UNIX:
                at_us = moment_us(raw)
                if at_us is None:
                    raise TimeError(f"{_short(raw)} is no time since 1970")
                return at_us
            if not isinstance(raw, str):
                raise TimeError(f"{_short(raw)} is no text with a time in it")
            text = raw.strip()
            return of_moment(datetime.fromisoformat(text) if written == ISO else datetime.strptime(text, written))  # noqa: DTZ007  # gets its zone
        except (ValueError, OverflowError) as error:
            if isinstance(error, TimeError):
                raise
            like = "an ISO 8601 time" if written == ISO else f"a time like {_PROBE.strftime(written)}"
            raise TimeError(f"{_short(raw)} is not {like}") from error

    return read


def believable(at_us: int, now_us: int) -> int:
    """The same. Raises TimeError for what no plant can mean: before 1990, or ahead of this machine's clock."""
    if at_us < TS_MIN_US:
        raise TimeError("the time lies before 1990")
    if at_us > now_us + CLOCK_FUTURE_US:
        raise TimeError("the time lies in the future: is the zone right, or a clock wrong?")
    return at_us


def _short(raw: Any) -> str:
    text = str(raw)
    return repr(text if len(text) <= 40 else text[:40] + "…")
