"""The plant's time: int64 microseconds UTC everywhere inside, injected so that tests and replays own it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from dovetail.core.errors import InvalidError

SECOND_US: Final = 1_000_000
MINUTE_US: Final = 60 * SECOND_US
HOUR_US: Final = 60 * MINUTE_US
DAY_US: Final = 24 * HOUR_US

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_US: Final = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
_LAST_US: Final = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)


class Clock(Protocol):
    """What may be asked of time. Wall time may step; monotonic time never does."""

    def now_us(self) -> int:
        """Wall time, µs since 1970-01-01 UTC."""
        ...

    def monotonic_us(self) -> int:
        """A count of µs that only grows; its zero means nothing."""
        ...

    async def sleep(self, duration_s: float) -> None:
        """Let others run for `duration_s` seconds of this clock."""
        ...

    def ring(self, after_s: float, bell: Callable[[], None]) -> Callable[[], object]:
        """Call `bell` in the running loop after so many seconds of this clock; calling the answer takes that back."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now_us(self) -> int:
        return time.time_ns() // 1000

    def monotonic_us(self) -> int:
        return time.monotonic_ns() // 1000

    async def sleep(self, duration_s: float) -> None:
        await asyncio.sleep(duration_s)

    def ring(self, after_s: float, bell: Callable[[], None]) -> Callable[[], object]:
        return asyncio.get_running_loop().call_later(after_s, bell).cancel


def to_datetime(at_us: int) -> datetime:
    """µs UTC as an aware datetime, exact to the microsecond."""
    return _EPOCH + timedelta(microseconds=at_us)


def from_datetime(moment: datetime) -> int:
    """An aware datetime as µs UTC. Raises InvalidError for a naive one: a time without a zone has no meaning."""
    if moment.tzinfo is None:
        raise InvalidError(f"{moment.isoformat()} has no time zone", code="time-without-zone")
    return (moment - _EPOCH) // timedelta(microseconds=1)


def to_rfc3339(at_us: int) -> str:
    """µs UTC as the API writes it.

    >>> to_rfc3339(1_700_000_000_000_001)
    '2023-11-14T22:13:20.000001Z'
    """
    return to_datetime(at_us).isoformat(timespec="microseconds").replace("+00:00", "Z")


def from_rfc3339(text: str) -> int:
    """An RFC 3339 time with offset as µs UTC. Raises InvalidError with what was read."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidError(f"{text!r} is not a time", code="time-format", hint="2026-01-31T06:00:00Z") from error
    at_us = from_datetime(moment)
    if not _FIRST_US <= at_us <= _LAST_US:
        raise InvalidError(f"{text!r} lies outside the years 1 to 9999", code="time-format")
    return at_us
