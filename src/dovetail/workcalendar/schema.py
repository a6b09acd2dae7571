"""How calendars and lists of holidays are written in the plant code, and the shifts that they mean."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Any, ClassVar, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from dovetail.core import limits
from dovetail.workcalendar.model import DAY_MINUTES, Break, Calendar, Note, ShiftPattern, Special
from dovetail.workcalendar.rotation import Rotation

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
type Words = Annotated[str, Field(min_length=1, max_length=200)]


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
    """A pause in a shift, or a time the equipment is planned down."""

    start: TimeOfDay = Field(description='wall time, "10:00"')
    end: TimeOfDay = Field(description="at or before the start means over midnight")
    name: Words = "Break"

    def pause(self, shift_start_min: int) -> Break:
        """The pause in minutes after 00:00 of the day the shift starts on."""
        start_min = minute_of(self.start)
        start_min += DAY_MINUTES if start_min < shift_start_min else 0
        end_min = minute_of(self.end)
        while end_min <= start_min:
            end_min += DAY_MINUTES
        return Break(self.name, start_min, end_min)


class DownEntry(BreakEntry):
    """A time at which the equipment is planned down, whatever shift runs: maintenance, a trial, no power."""

    name: Words = "Planned down"


class DayShiftEntry(Entry):
    """A shift of one date."""

    name: Words
    start: TimeOfDay = Field(description='wall time at the equipment, "06:00"')
    end: TimeOfDay = Field(description="at or before the start means over midnight")
    breaks: tuple[BreakEntry, ...] = ()
    crew: Words | None = None

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
    """A shift of the week, or of the rotation."""

    days: tuple[Weekday, ...] | None = Field(
        default=None,
        description="the days it starts on: mon, tue, wed, thu, fri, sat, sun; may be left out in a rotation",
    )


class RotationEntry(Entry):
    """Crews that take turns: a cycle of days that every crew works through, each so many days behind the first."""

    anchor: DateText = Field(description="the first day of the cycle for a crew that is 0 days behind")
    cycle: tuple[Words, ...] = Field(
        min_length=1,
        max_length=limits.ROTATION_DAYS_MAX,
        description="per day the name of a shift, or rest",
    )
    crews: dict[Words, Annotated[int, Field(ge=0)]] = Field(
        min_length=1, description="by how many days each crew is behind: {A: 0, B: 7}"
    )

    def rotation(self) -> Rotation:
        """The rotation it means."""
        return Rotation(date.fromisoformat(self.anchor), self.cycle, self.crews)


class ExceptionEntry(Entry):
    """What is different on a date (or on several). A bare list stands for `shifts`."""

    BARE_LIST: ClassVar = "shifts"
    name: Words | None = None
    until: DateText | None = Field(default=None, description="the last date, where it is more than one")
    shifts: tuple[DayShiftEntry, ...] | None = Field(
        default=None, description="stand in place of the usual ones; an empty list is a day off"
    )
    add: tuple[DayShiftEntry, ...] = Field(default=(), description="shifts on top of the usual ones: overtime")
    down: tuple[DownEntry, ...] = Field(default=(), description="times planned down, whatever shift runs")

    @model_validator(mode="before")
    @classmethod
    def _bare_list(cls, given: Any) -> Any:
        return {"shifts": _SHIFTS.validate_python(given)} if isinstance(given, list) else given

    def dates(self, first: str) -> list[date]:
        """Every date it is for, at most a year of them; empty where it ends before it begins."""
        begin = date.fromisoformat(first)
        end = begin if self.until is None else date.fromisoformat(self.until)
        days = min((end - begin).days + 1, limits.EXCEPTION_DAYS_MAX)
        return [begin + timedelta(days=n) for n in range(days)]

    def special(self) -> Special:
        """What it means for each of its dates."""
        return Special(
            note=Note("exception", self.name),
            shifts=None if self.shifts is None else tuple(shift.pattern() for shift in self.shifts),
            add=tuple(shift.pattern() for shift in self.add),
            down=tuple(one.pause(0) for one in self.down),
        )


_SHIFTS: Final = TypeAdapter(tuple[DayShiftEntry, ...])


class CalendarEntry(Entry):
    """Shifts by the week or by a rotation, and dates on which others (or none) stand in their place."""

    name: str | None = None
    shifts: tuple[ShiftEntry, ...]
    crews: tuple[Words, ...] = Field(default=(), description="where given, no other crew may be named")
    rotation: RotationEntry | None = None
    holidays: dict[str, tuple[DayShiftEntry, ...]] = Field(
        default={}, description="lists of `holidays`, each with the shifts that are worked on its dates: [] for none"
    )
    exceptions: dict[DateText, ExceptionEntry] = Field(
        default={}, description="what is different on single dates; an empty list is a day off"
    )


class HolidaysEntry(Entry):
    """A list of holidays that any calendar may keep."""

    name: str | None = None
    dates: dict[DateText, Words] = Field(description='date → its name: {"2026-12-25": Christmas Day}')


class CalendarBody(CalendarEntry):
    """A calendar as it is kept: with the dates of the lists it names, as they were when it was applied."""

    holiday_dates: dict[str, dict[DateText, str]] = {}

    @classmethod
    def resolved(cls, entry: CalendarEntry, lists: Mapping[str, HolidaysEntry]) -> Self:
        """The calendar with the dates of its lists; one that does not exist has none."""
        dates = {key: dict(lists[key].dates) for key in entry.holidays if key in lists}
        return cls.model_validate({**entry.model_dump(), "holiday_dates": dates})


def calendar_from(key: str, body: CalendarEntry | dict[str, Any]) -> Calendar:
    """The calendar that a validated entry (or its stored body) means.

    Of two exceptions that hold the same date the one that begins later counts; lists of holidays go by their keys.
    """
    entry = body if isinstance(body, CalendarEntry) else CalendarBody.model_validate(body)
    exceptions = {day: one.special() for first, one in sorted(entry.exceptions.items()) for day in one.dates(first)}
    lists = entry.holiday_dates if isinstance(entry, CalendarBody) else {}
    holidays = {
        date.fromisoformat(day): Special(Note("holiday", name), tuple(one.pattern() for one in entry.holidays[own]))
        for own, dates in sorted(lists.items(), reverse=True)
        for day, name in dates.items()
    }
    return Calendar(
        name=key,
        shifts=tuple(shift.pattern(WEEKDAYS if shift.days is None else shift.days) for shift in entry.shifts),
        exceptions=exceptions,
        holidays=holidays,
        rotation=None if entry.rotation is None else entry.rotation.rotation(),
    )


def written(entry: Entry) -> Any:
    """An entry as a person would write it: nothing that goes without saying, an exception of shifts as a bare list."""
    found: dict[str, Any] = {}
    for name, value in entry:
        if name == "holiday_dates" or value == type(entry).model_fields[name].default:
            continue
        found[name] = _written(value)
    return found["shifts"] if isinstance(entry, ExceptionEntry) and found.keys() == {"shifts"} else found


def _written(value: Any) -> Any:
    if isinstance(value, Entry):
        return written(value)
    if isinstance(value, dict):
        return {key: _written(one) for key, one in value.items()}
    return [_written(one) for one in value] if isinstance(value, tuple) else value
