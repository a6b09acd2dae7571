"""When a row of a foreign history was: with an offset, as a number since 1970, or in the wall time of some zone.

A wall time that comes twice in autumn is told apart by the order of its series; one that spring skipped is none.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

SERIAL_ZERO: Final = datetime(1899, 12, 30, tzinfo=UTC).replace(
    tzinfo=None
)  # day 0 of spreadsheets, as it counts from March 1900 on
SERIALS: Final = (20_000.0, 80_000.0)  # 1954 to 2119: no number since 1970 is as small
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")
_GERMAN: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})[ T](.+)")
_PI: Final = re.compile(r"(\d{1,2})-([A-Za-z]{3})-(\d{2,4}) (.+)")
_MONTHS: Final = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6,
    "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_US: Final = timedelta(microseconds=1)


class Moments:
    """The µs of the times of one file. `pattern`: how it writes them (strptime), where they could mean two things."""

    def __init__(self, zone: ZoneInfo, *, pattern: str | None = None, unit: str | None = None) -> None:
        self._zone, self._pattern, self._unit = zone, pattern, unit
        self._before: dict[str, datetime] = {}
        self._second: set[str] = set()
        self._known: tuple[str, datetime] | None = None

    def us(self, series: str, text: str) -> int:
        """µs since 1970 UTC. Raises ValueError with what is wrong with it."""
        if self._pattern is None and _NUMBER.fullmatch(text):
            number = float(text)
            if SERIALS[0] <= number <= SERIALS[1]:
                return self._local(series, SERIAL_ZERO + timedelta(microseconds=round(number * 86_400_000) * 1_000))
            return self._since_1970(text)
        at = self._read(text)
        if at.tzinfo is not None:
            return (at - _EPOCH) // _US
        return self._local(series, at)

    def _since_1970(self, text: str) -> int:
        whole = int(text.partition(".")[0])
        unit = self._unit or _unit_of(abs(whole))
        match unit:
            case "ns":
                return whole // 1_000
            case "us":
                return whole
            case "ms":
                return round(float(text) * 1_000) if "." in text else whole * 1_000
            case _:
                return round(float(text) * 1_000_000) if "." in text else whole * 1_000_000

    def _read(self, text: str) -> datetime:
        if self._known is not None and self._known[0] == text:
            return self._known[1]
        self._known = (text, self._parsed(text))
        return self._known[1]

    def _parsed(self, text: str) -> datetime:
        try:
            if self._pattern is not None:
                return datetime.strptime(text, self._pattern)  # noqa: DTZ007  # a zone is laid over it below
            if found := _GERMAN.fullmatch(text):
                day, month, year, clock = found.groups()
                return datetime.fromisoformat(f"{year}-{int(month):02}-{int(day):02}T{_clock(clock)}")
            if found := _PI.fullmatch(text):
                day, word, year, clock = found.groups()
                whole = int(year) + (2_000 if len(year) == 2 else 0)
                return datetime.fromisoformat(f"{whole:04}-{_MONTHS[word.lower()]:02}-{int(day):02}T{_clock(clock)}")
            if re.match(r"\d{1,2}/\d{1,2}/", text):
                raise ValueError("day and month could be either: say the pattern of times, as %m/%d/%Y %H:%M:%S")
            return datetime.fromisoformat(_nine_digits(text))
        except (KeyError, ValueError, re.error) as error:  # re.error: a pattern that names a part of a time twice
            said = str(error) if "could be" in str(error) else f"{text[:60]!r} is no time"
            raise ValueError(said) from error

    def _local(self, series: str, at: datetime) -> int:
        """A wall time of the zone. Of an hour that comes twice, the second where the series goes back in it."""
        first, second = at.replace(tzinfo=self._zone, fold=0), at.replace(tzinfo=self._zone, fold=1)
        one, other = first.utcoffset() or timedelta(0), second.utcoffset() or timedelta(0)
        if one == other:
            self._second.discard(series)
        elif one < other:  # spring: the clock went over it
            raise ValueError(f"{at} is skipped by the clock in {self._zone.key}")
        elif series in self._before and at < self._before[series]:
            self._second.add(series)
        self._before[series] = at
        return (at.replace(tzinfo=UTC) - (other if series in self._second else one) - _EPOCH) // _US


def _unit_of(number: int) -> str:
    """By how large it is: seconds reach 2100 with ten digits, and each finer unit has three more."""
    return "s" if number < 10**11 else "ms" if number < 10**14 else "us" if number < 10**17 else "ns"


def _clock(text: str) -> str:
    hour, _, rest = text.strip().partition(":")
    return f"{int(hour):02}:{_nine_digits(rest)}"


def _nine_digits(text: str) -> str:
    """Nanoseconds, as Influx writes them, are more digits than a time of Python has."""
    return re.sub(r"(\.\d{6})\d+", r"\1", text.strip())
