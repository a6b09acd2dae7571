"""What a calendar must not say: two shifts at once, a break outside its shift, two shifts of one name on one day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from dovetail.workcalendar.model import DAY_MINUTES, Calendar, ShiftPattern
from dovetail.workcalendar.schema import WEEKDAYS, clock_of

OVERLAP: Final = "DT-P401"
BREAK_OUTSIDE: Final = "DT-P402"
BREAKS_OVERLAP: Final = "DT-P403"
NAME_TWICE: Final = "DT-P404"

WEEK_MINUTES: Final = 7 * DAY_MINUTES


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and where in the entry: the keys and indices that lead to it."""

    code: str
    where: tuple[str | int, ...]
    message: str


@dataclass(frozen=True, slots=True)
class _Placed:
    """A shift on the line of minutes, with its place in the entry and the words for it."""

    start_min: int
    end_min: int
    where: tuple[str | int, ...]
    words: str


def faults(calendar: Calendar) -> Iterator[Fault]:
    """Every fault of a calendar, in the order of its entry."""
    for index, shift in enumerate(calendar.shifts):
        yield from _breaks(shift, ("shifts", index))
    for day, shifts in calendar.exceptions.items():
        for index, shift in enumerate(shifts):
            yield from _breaks(shift, ("exceptions", day.isoformat(), index))
    yield from _names(calendar)
    yield from _week(calendar)
    for day in calendar.exceptions:
        yield from _around(calendar, day)


def _breaks(shift: ShiftPattern, where: tuple[str | int, ...]) -> Iterator[Fault]:
    hours = f"{clock_of(shift.start_min)}–{clock_of(shift.end_min)}"
    for index, pause in enumerate(shift.breaks):
        if pause.start_min < shift.start_min or pause.end_min > shift.end_min:
            said = f"the break {clock_of(pause.start_min)}–{clock_of(pause.end_min)} lies outside its shift {hours}"
            yield Fault(BREAK_OUTSIDE, (*where, "breaks", index), said)
    in_order = sorted(enumerate(shift.breaks), key=lambda item: item[1].start_min)
    for (_, earlier), (index, later) in pairwise(in_order):
        if later.start_min < earlier.end_min:
            said = f"{later.name!r} begins at {clock_of(later.start_min)}, before {earlier.name!r} ends"
            yield Fault(BREAKS_OVERLAP, (*where, "breaks", index), said)


def _names(calendar: Calendar) -> Iterator[Fault]:
    """Two shifts of one name on one day would have the same id."""
    seen: set[tuple[str, int]] = set()
    for index, shift in enumerate(calendar.shifts):
        twice = sorted(day for day in shift.days if (shift.name, day) in seen)
        if twice:
            yield Fault(NAME_TWICE, ("shifts", index, "name"), f"{shift.name!r} starts twice on {WEEKDAYS[twice[0]]}")
        seen.update((shift.name, day) for day in shift.days)
    for day, shifts in calendar.exceptions.items():
        names = [shift.name for shift in shifts]
        for index, name in enumerate(names):
            if name in names[:index]:
                yield Fault(
                    "DT-P404", ("exceptions", day.isoformat(), index, "name"), f"{name!r} starts twice on {day}"
                )


def _week(calendar: Calendar) -> Iterator[Fault]:
    placed = [
        _Placed(
            day * DAY_MINUTES + shift.start_min,
            day * DAY_MINUTES + shift.end_min,
            ("shifts", index),
            f"{shift.name!r} on {WEEKDAYS[day]}",
        )
        for index, shift in enumerate(calendar.shifts)
        for day in sorted(shift.days)
    ]
    told: set[tuple[str | int, ...]] = set()  # one message per shift, not one per day
    for fault in _overlaps(placed, again_after=WEEK_MINUTES):
        if fault.where not in told:
            told.add(fault.where)
            yield fault


def _around(calendar: Calendar, day: date) -> Iterator[Fault]:
    """An exception against itself and the nights before and after it."""
    placed: list[_Placed] = []
    for offset in (-1, 0, 1):
        other = day + timedelta(days=offset)
        where: tuple[str | int, ...] = ("exceptions", day.isoformat())
        placed += [
            _Placed(
                offset * DAY_MINUTES + shift.start_min,
                offset * DAY_MINUTES + shift.end_min,
                where,
                f"{shift.name!r} on {other}",
            )
            for shift in calendar.on(other)
        ]
    yield from list(_overlaps(placed, again_after=None))[:1]


def _overlaps(placed: list[_Placed], *, again_after: int | None) -> Iterator[Fault]:
    in_order = sorted(placed, key=lambda one: (one.start_min, one.end_min))
    if again_after is not None and in_order:
        first = in_order[0]
        again = _Placed(first.start_min + again_after, first.end_min + again_after, first.where, first.words)
        in_order.append(again)
    for earlier, later in pairwise(in_order):
        if later.start_min < earlier.end_min:
            when = clock_of(later.start_min)
            yield Fault(OVERLAP, later.where, f"{later.words} begins at {when}, before {earlier.words} ends")
