"""Whose time counts when many devices speak through one broker: each device's own, while its clock is near ours.

Pure. A message on its way is late, never early: of the last offsets (device − ours) the largest is nearest to the
clock's own. What a near clock says of long ago is old news, not a wrong clock.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime
from typing import Any, Final, Literal

from dovetail.core.clock import from_datetime
from dovetail.core.errors import InvalidError
from dovetail.core.limits import CLOCK_TRUST_US

MEASURES: Final = 16  # of one device; a burst of old values in between does not make its clock a wrong one
SECONDS_BELOW: Final = 1e11  # as a number of seconds this is the year 5138, as milliseconds 1973
_YEARS_US: Final = (0, 253_402_300_800_000_000)  # 1970 to 9999

type Says = Literal["now", "then", "nothing"]


class DeviceClock:
    """What one device's messages told about its clock."""

    def __init__(self) -> None:
        self._offsets: deque[int] = deque(maxlen=MEASURES)

    @property
    def offset_us(self) -> int | None:
        """Device − ours, µs, as near as its messages tell; None where its clock is far or unknown."""
        if not self._offsets:
            return None
        offset_us = max(self._offsets)
        return offset_us if abs(offset_us) <= CLOCK_TRUST_US else None

    @property
    def ahead_us(self) -> int:
        """How far the clock is before ours (behind: less than 0), near or not."""
        return max(self._offsets, default=0)

    def judge(self, device_us: int, received_us: int) -> Says:
        """What the device's time of a live message means: the present, the past, or nothing (its clock is wrong)."""
        self._offsets.append(device_us - received_us)
        if self.offset_us is None:
            return "nothing"
        return "now" if received_us - device_us <= CLOCK_TRUST_US else "then"


def moment_us(raw: Any) -> int | None:
    """The µs UTC that a device wrote: a number of s, ms, µs or ns by its size, or RFC 3339 with a zone.

    >>> moment_us(1_700_000_000), moment_us("1700000000000"), moment_us("2023-11-14T22:13:20Z")
    (1700000000000000, 1700000000000000, 1700000000000000)
    """
    if isinstance(raw, bool):
        return None
    if isinstance(raw, str):
        try:
            raw = float(raw) if raw[:1].isdecimal() and "-" not in raw else from_datetime(datetime.fromisoformat(raw))
        except (ValueError, InvalidError, OverflowError):
            return None
        if isinstance(raw, int):
            return raw if _YEARS_US[0] < raw < _YEARS_US[1] else None
    if not isinstance(raw, (int, float)) or not 0 < raw < 1e20:
        return None
    for factor in (1_000_000, 1_000, 1):
        if raw < SECONDS_BELOW * 1_000_000 / factor:
            return round(raw * factor)
    return round(raw / 1_000)
