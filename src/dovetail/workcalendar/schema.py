"""How a calendar is written in the plant code, and the week of shifts it means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from dovetail.workcalendar.model import DAY_MINUTES, Break, Calendar, ShiftPattern

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
type Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

_TIME: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")


def _is_time(text: str) -> str:
    if not _TIME.fullmatch(text):
        raise ValueError('a time of day is written "06:00", from "00:00" to "24:00", in quotes')
    return text


def _is_date(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise ValueError('a date is written "2026-12-25", in quotes') from error


type TimeOfDay = Annotated[str, AfterValidator(_is_time)]
type DateText = Annotated[str, AfterValidator(_is_date)]


def minute_of(text: str) -> int:
    """Minutes after 00:00.

    >>> minute_of("06:30")
    390
    """
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def clock_of(minute: int) -> str:
    """The time of day a minute stands for, as people write it.

    >>> clock_of(1830)
    '06:30'
    """
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"


class Entry(BaseModel):
    """Base of what may be written: unknown fields are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class BreakEntry(Entry):
    """A pause in a shift; planned down time."""

    start: TimeOfDay = Field(description='wall time, "10:00"')
    end: TimeOfDay = Field(description="at or before the start means over midnight")
    name: str = "Break"

    def pause(self, shift_start_min: int) -> Break:
        """The pause in minutes after 00:00 of the day the shift starts on."""
        start_min = minute_of(self.start)
        start_min += DAY_MINUTES if start_min < shift_start_min else 0
        end_min = minute_of(self.end)
        while end_min <= start_min:
            end_min += DAY_MINUTES
        return Break(self.name, start_min, end_min)


class DayShiftEntry(Entry):
    """A shift of one date."""

    name: str = Field(min_length=1)
    start: TimeOfDay = Field(description='wall time at the equipment, "06:00"')
    end: TimeOfDay = Field(description="at or before the start means over midnight")
    breaks: tuple[BreakEntry, ...] = ()
    crew: str | None = None

    def pattern(self, days: Sequence[str] = ()) -> ShiftPattern:
        """The shift in minutes after 00:00 of the day it starts on."""
        start_min, end_min = minute_of(self.start) % DAY_MINUTES, minute_of(self.end)
        end_min += DAY_MINUTES if end_min <= start_min else 0
        return ShiftPattern(
            name=self.name,
            start_min=start_min,
            end_min=end_min,
            days=frozenset(WEEKDAYS.index(day) for day in days),
            breaks=tuple(pause.pause(start_min) for pause in self.breaks),
            crew=self.crew,
        )


class ShiftEntry(DayShiftEntry):
    """A shift of the week."""

    days: tuple[Weekday, ...] = Field(description="the days it starts on: mon, tue, wed, thu, fri, sat, sun")


class CalendarEntry(Entry):
    """The shifts of a week, and dates on which others (or none) stand in their place."""

    name: str | None = None
    shifts: tuple[ShiftEntry, ...]
    exceptions: dict[DateText, tuple[DayShiftEntry, ...]] = Field(
        default={}, description="shifts of single dates; an empty list is a day off"
    )


def calendar_from(key: str, body: CalendarEntry | dict[str, Any]) -> Calendar:
    """The calendar that a validated entry (or its stored body) means."""
    entry = body if isinstance(body, CalendarEntry) else CalendarEntry.model_validate(body)
    return Calendar(
        name=key,
        shifts=tuple(shift.pattern(shift.days) for shift in entry.shifts),
        exceptions={
            date.fromisoformat(day): tuple(shift.pattern() for shift in shifts)
            for day, shifts in entry.exceptions.items()
        },
    )
