"""The times, durations and figures of a scenario as a process engineer writes them: 06:00, 7 h 13 min, 88.81 %.

Pure. Each reader raises ValueError with a sentence that says what was meant to stand there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from dovetail.core.clock import DAY_US, HOUR_US, MINUTE_US, SECOND_US, from_datetime, from_rfc3339, to_datetime
from dovetail.core.errors import InvalidError
from dovetail.workcalendar.zone import readings_us

TIME_HINT: Final = "06:00, 06:00:07.5, 06:00+1d (the next day), 02:30B (the second 02:30 of an autumn night)"
DURATION_HINT: Final = "7 h 13 min, 90 s, 1.5 s"
FIGURE_HINT: Final = "88.81 %, 0.8881, 74.79 % ± 0.02, or – for a ratio without a denominator"

_WALL: Final = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d)(\.\d{1,6})?)?([AB])?(?:([+-]\d{1,3})d)?\Z")
_PART: Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(days|day|d|hours|hour|h|min|ms|µs|us|s)(?![a-z])")
_FIGURE: Final = re.compile(r"(-?\d+(?:\.\d+)?)\s*(%|h|min|s)?(?:\s*(?:±|\+-|\+/-)\s*(\d+(?:\.\d+)?)\s*%?)?\Z")
_UNITS: Final = {
    "days": DAY_US, "day": DAY_US, "d": DAY_US, "hours": HOUR_US, "hour": HOUR_US, "h": HOUR_US, "min": MINUTE_US,
    "s": SECOND_US, "ms": 1_000, "µs": 1, "us": 1,
}  # fmt: skip
_RANGE: Final = re.compile(r"\s*(?:\.\.|–)\s*")
NOTHING: Final = frozenset({"–", "-", "none"})


@dataclass(frozen=True, slots=True)
class Wall:
    """The clock on the plant's wall: times without a day are on `day`."""

    day: date
    zone: ZoneInfo

    def at(self, text: str) -> int:
        """A time as µs UTC: of the day, of a day some days later, or RFC 3339 with its offset."""
        found = _WALL.match(text)
        if found is None:
            return _full(text)
        hour, minute, second, fraction, which, days = found.groups()
        minutes = int(hour) * 60 + int(minute)
        if minutes > 24 * 60:
            raise ValueError(f"{text!r} is no time of day")
        return self._moment(text, minutes, which, int(days or 0)) + _within(second, fraction)

    def _moment(self, text: str, minutes: int, which: str | None, days: int) -> int:
        day = self.day + timedelta(days=days)
        moments = readings_us(day, minutes, self.zone)
        if len(moments) == 2:
            if which is None:
                first, second = (re.sub(r"\A([\d:.]+)", rf"\1{letter}", text) for letter in "AB")
                raise ValueError(f"{text} comes twice on {day}: write {first} for the first, {second} for the second")
            return moments["AB".index(which)]
        if which is not None:
            raise ValueError(f"{text} comes only once on {day}: leave the letter out")
        if self._is_skipped(day, minutes, moments[0]):
            raise ValueError(f"there is no {text} on {day}: the clock is put forward over it")
        return moments[0]

    def _is_skipped(self, day: date, minutes: int, at_us: int) -> bool:
        wanted = datetime.combine(day, time()) + timedelta(minutes=minutes)
        return to_datetime(at_us).astimezone(self.zone).replace(tzinfo=None) != wanted

    def span(self, text: str) -> tuple[int, int]:
        """`06:00..14:00` as [from, to) in µs UTC; an end at or before the start is the next day's."""
        parts = _RANGE.split(text)
        if len(parts) != 2:
            raise ValueError(f"{text!r} is no stretch of time: write 06:00..14:00")
        from_us, to_us = self.at(parts[0]), self.at(parts[1])
        if to_us <= from_us and "d" not in parts[1]:
            to_us = self.at(f"{parts[1]}+{1 + (to_datetime(from_us).astimezone(self.zone).date() - self.day).days}d")
        if to_us <= from_us:
            raise ValueError(f"{text} ends before it begins")
        return from_us, to_us

    def said(self, at_us: int) -> str:
        """A moment as a scenario writes it; seconds only where there are any.

        >>> Wall(date(2026, 1, 5), ZoneInfo("UTC")).said(from_rfc3339("2026-01-06T06:00:00Z"))
        '06:00+1d'
        """
        local = to_datetime(at_us).astimezone(self.zone)
        text = local.strftime("%H:%M")
        if local.second or local.microsecond:
            text += local.strftime(":%S") + (f".{local.microsecond:06d}".rstrip("0") if local.microsecond else "")
        if local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset():
            text += "AB"[local.fold]
        days = (local.date() - self.day).days
        return f"{text}{days:+d}d" if days else text


def is_span(text: str) -> bool:
    """Whether a text is written as a stretch of time."""
    return _RANGE.search(text) is not None


def _full(text: str) -> int:
    try:
        return from_rfc3339(text)
    except InvalidError as error:
        raise ValueError(f"{text!r} is no time: {TIME_HINT}") from error


def _within(second: str | None, fraction: str | None) -> int:
    return int(second or 0) * SECOND_US + (int(Decimal(fraction) * SECOND_US) if fraction else 0)


def first_day(text: str) -> date:
    """A date as 2026-01-05. Raises ValueError."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f'{text!r} is no date: write "2026-01-05"') from error


def midnight_us(wall: Wall) -> int:
    """The first moment of a wall's day."""
    return from_datetime(datetime.combine(wall.day, time(), wall.zone))


def duration_us(text: str) -> int:
    """A duration in µs.

    >>> duration_us("7 h 13 min"), duration_us("1.5 s")
    (25980000000, 1500000)
    """
    at, total = 0, Decimal(0)
    while found := _PART.match(text, at):
        total += Decimal(found[1]) * _UNITS[found[2]]
        at = found.end()
    if not at or text[at:].strip() not in ("", "0"):
        if text.strip() == "0":
            return 0
        raise ValueError(f"{text!r} is no duration: {DURATION_HINT}")
    return int(total)


def said_duration(us: int) -> str:
    """A duration as a scenario writes it.

    >>> said_duration(25_980_000_000), said_duration(0), said_duration(1_500_000)
    ('7 h 13 min', '0 s', '1.5 s')
    """
    sign, us = ("-", -us) if us < 0 else ("", us)
    hours, rest = divmod(us, HOUR_US)
    minutes, rest = divmod(rest, MINUTE_US)
    seconds = f"{Decimal(rest) / SECOND_US:f}"
    parts = [f"{hours} h" if hours else "", f"{minutes} min" if minutes else "", f"{seconds} s" if rest else ""]
    return sign + (" ".join(part for part in parts if part) or "0 s")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that is expected, as it was written: `value` None is a ratio without a denominator."""

    text: str
    value: float | None
    within: float
    percent: bool = False
    decimals: int = 0

    def holds(self, actual: float | None) -> bool:
        """Whether an actual figure is the one expected, rounding aside."""
        if self.value is None or actual is None:
            return self.value is None and actual is None
        return abs(actual - self.value) <= self.within * (1 + 1e-9) + 1e-15

    def said(self, actual: float | None) -> str:
        """An actual figure, written as the expected one is, with two digits more to see by how much it is off."""
        if actual is None:
            return "–"
        shown = actual * 100 if self.percent else actual
        return f"{shown:.{(self.decimals if self.value is not None else 4) + 2}f}{' %' if self.percent else ''}"


def figure(text: str) -> Figure:
    """A figure with its tolerance: what `±` says, else half of the last digit that is written.

    >>> figure("74.79 %").holds(0.747912), figure("74.79 %").holds(0.7481)
    (True, False)
    """
    said = text.strip()
    if said.lower() in NOTHING:
        return Figure("–", None, 0.0)
    found = _FIGURE.match(said)
    if found is None:
        raise ValueError(f"{text!r} is no figure: {FIGURE_HINT}")
    number, unit, within = found.groups()
    decimals = len(number.partition(".")[2])
    scale = 0.01 if unit == "%" else _UNITS[unit] / SECOND_US if unit else 1.0
    half = float(within) if within else 0.5 * 10.0**-decimals
    return Figure(said, float(number) * scale, half * scale, percent=unit == "%", decimals=decimals)
