"""When a row of a foreign history was: with an offset, as a number since 1970, or in the wall time of some zone.

A wall time that comes twice in autumn is told apart by the order of its series; one that spring skipped is none.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from dovetail.pastfiles.manymoments import NONE, WALL, told
from dovetail.pastfiles.slabs import Slab

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
_NAIVE: Final = _EPOCH.replace(tzinfo=None)  # of a wall
_US: Final = timedelta(microseconds=1)
_DAY_US: Final = 86_400_000_000


class Moments:
    """The µs of the times of one file. `pattern`: how it writes them (strptime), where they could mean two things."""

    def __init__(self, zone: ZoneInfo, *, pattern: str | None = None, unit: str | None = None) -> None:
        self._zone, self._pattern, self._unit = zone, pattern, unit
        self._before: dict[str, datetime] = {}
        self._second: set[str] = set()
        self._days: dict[int, int | None] = {}  # of a wall's day since 1970: what is taken from it, None: it differs

    def us(self, series: str, text: str) -> int:
        """µs since 1970 UTC. Raises ValueError with what is wrong with it."""
        us, is_wall = self._single(text)
        return self._local(series, _NAIVE + us * _US) if is_wall else us

    def many(self, slab: Slab) -> tuple[NDArray[np.int64], dict[int, str]]:
        """(µs of each row, by row what is wrong): as if they were asked for one after the other."""
        found = told(slab.times, self._single, unit=self._unit, is_plain=self._pattern is None)
        us, state = found.us[slab.at], found.state[slab.at]
        why = {row: found.why[int(slab.at[row])] for row in np.flatnonzero(state == NONE).tolist()}
        rows = np.flatnonzero(state == WALL)
        if len(rows):
            days, which = np.unique(us[rows] // _DAY_US, return_inverse=True)
            shifts = [self._shift(day) for day in days.tolist()]
            if None in shifts:  # the clock is put forward or back: each row depends on those before it
                self._one_by_one(slab, us, rows, why)
            else:
                self._passed(slab, us, rows)
                us[rows] -= np.array(shifts, dtype=np.int64)[which]
        return us, why

    def _single(self, text: str) -> tuple[int, bool]:
        """(µs since 1970, whether they are a wall's)."""
        if self._pattern is None and _NUMBER.fullmatch(text):
            number = float(text)
            if SERIALS[0] <= number <= SERIALS[1]:
                at = SERIAL_ZERO + timedelta(microseconds=round(number * 86_400_000) * 1_000)
                return (at - _NAIVE) // _US, True
            return self._since_1970(text), False
        at = self._parsed(text)
        return ((at - _NAIVE) // _US, True) if at.tzinfo is None else ((at - _EPOCH) // _US, False)

    def _shift(self, day: int) -> int | None:
        if day not in self._days:
            try:
                walls = [_NAIVE + timedelta(days=day, hours=hour) for hour in range(25)]
            except OverflowError:
                return None
            found = {
                (wall.replace(tzinfo=self._zone, fold=fold).utcoffset() or timedelta(0)) // _US
                for wall in walls
                for fold in (0, 1)
            }
            self._days[day] = found.pop() if len(found) == 1 else None
        return self._days[day]

    def _passed(self, slab: Slab, us: NDArray[np.int64], rows: NDArray[np.intp]) -> None:
        """Keep in mind where each series was last."""
        last = np.full(len(slab.names), -1, dtype=np.intp)
        last[slab.series[rows]] = rows  # of several the last one written stays
        for number in np.flatnonzero(last >= 0).tolist():
            self._before[slab.names[number]] = _NAIVE + int(us[last[number]]) * _US
            self._second.discard(slab.names[number])

    def _one_by_one(self, slab: Slab, us: NDArray[np.int64], rows: NDArray[np.intp], why: dict[int, str]) -> None:
        for row in rows.tolist():
            try:
                us[row] = self._local(slab.name_of(row), _NAIVE + int(us[row]) * _US)
            except (ValueError, OverflowError) as error:
                why[row] = str(error)

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
