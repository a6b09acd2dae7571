"""Calendars as planners, screens and programs see them: days with their shifts, and what a change would come to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Literal

from pydantic import BaseModel

from dovetail.workcalendar.model import Break, Calendar, Shift, ShiftPattern
from dovetail.workcalendar.schema import CalendarEntry, clock_of
from dovetail.workcalendar.views import NoteOut, ShiftOut, note_out, shift_out


class PatternOut(BaseModel):
    """A shift or a pause on the wall: `start_min` and `end_min` count from 00:00 of its date and may pass 1440."""

    name: str
    start: str
    end: str
    start_min: int
    end_min: int


class DayShiftOut(PatternOut):
    """A shift that starts on a date."""

    crew: str | None
    breaks: list[PatternOut]


class DayOut(BaseModel):
    """A date of a calendar, in wall time wherever it is kept."""

    date: str
    shifts: list[DayShiftOut]
    down: list[PatternOut]
    notes: list[NoteOut]


class NodeOut(BaseModel):
    """An equipment that has the calendar."""

    id: int
    path: str
    name: str


class CalendarOut(BaseModel):
    """A calendar in a list."""

    key: str
    name: str | None
    by: Literal["week", "rotation"]
    shifts: list[str]
    crews: list[str]
    exceptions_ahead: int
    used_by: list[NodeOut]


class CalendarDetailOut(CalendarOut):
    """A calendar as the plant code says it. `version` goes into `seen` of a change."""

    version: str
    definition: CalendarEntry
    holiday_dates: dict[str, dict[str, str]]


class HolidayListOut(BaseModel):
    """A list of holidays: date → name."""

    key: str
    name: str | None
    dates: dict[str, str]


class ChangeOut(BaseModel):
    """Who changed a calendar, when, why and what (field, before, after); `corrected`: also of the past."""

    at: str
    by: str | None
    operation: str | None
    reason: str | None
    audit_id: int | None
    corrected: bool
    changes: list[tuple[str, Any, Any]]


class PreviewRequest(BaseModel):
    """A change to look at: an exception of a date (null takes it away), or a whole calendar."""

    date: str | None = None
    exception: dict[str, Any] | list[Any] | None = None
    body: dict[str, Any] | None = None


class ShiftChangeOut(BaseModel):
    """A shift that would be added (no `before`), taken away (no `after`) or changed."""

    before: ShiftOut | None
    after: ShiftOut | None


class TouchedOut(NodeOut):
    """An equipment whose plan would change, from when to when; `settled`: slices of the past that are cut again."""

    start: str
    end: str
    settled: int


class PreviewOut(BaseModel):
    """What a change would come to. `shifts` are those of one equipment; `needs_reason`: it reaches into the past."""

    needs_reason: bool
    shifts: list[ShiftChangeOut]
    more_shifts: int
    equipment: list[TouchedOut]


def days_out(calendar: Calendar, first: date, days: int) -> list[DayOut]:
    """The dates from `first` on, each as the calendar plans it."""
    return [_day_out(calendar, first + timedelta(days=n)) for n in range(days)]


def _day_out(calendar: Calendar, day: date) -> DayOut:
    planned = calendar.day(day)
    return DayOut(
        date=day.isoformat(),
        shifts=[_shift(shift) for shift in planned.shifts],
        down=[_pattern(one) for one in planned.down],
        notes=[note_out(note) for note in planned.notes],
    )


def _shift(shift: ShiftPattern) -> DayShiftOut:
    return DayShiftOut(
        **_pattern(shift).model_dump(), crew=shift.crew, breaks=[_pattern(pause) for pause in shift.breaks]
    )


def _pattern(one: Break | ShiftPattern) -> PatternOut:
    return PatternOut(
        name=one.name,
        start=clock_of(one.start_min),
        end=clock_of(one.end_min),
        start_min=one.start_min,
        end_min=one.end_min,
    )


def changed_shifts(before: Iterable[Shift], after: Iterable[Shift]) -> list[ShiftChangeOut]:
    """The shifts that differ, by the start of what they will be."""
    was, will = {shift.id: shift for shift in before}, {shift.id: shift for shift in after}
    differing = [key for key in {**was, **will} if not _same(was.get(key), will.get(key))]
    differing.sort(key=lambda key: (will.get(key) or was[key]).t0_us)
    return [
        ShiftChangeOut(
            before=shift_out(was[key]) if key in was else None, after=shift_out(will[key]) if key in will else None
        )
        for key in differing
    ]


def _same(was: Shift | None, will: Shift | None) -> bool:
    """Whether a shift takes place as it did; that its date is now called special changes nothing in it."""
    return was is not None and will is not None and replace(was, notes=()) == replace(will, notes=())
