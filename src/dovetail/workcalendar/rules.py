"""What a calendar must not say: two shifts at once, a break outside its shift, a crew that there is none of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from dovetail.core import limits
from dovetail.workcalendar.model import DAY_MINUTES, Calendar, ShiftPattern
from dovetail.workcalendar.rotation import REST
from dovetail.workcalendar.schema import (
    WEEKDAYS,
    CalendarEntry,
    DayShiftEntry,
    ExceptionEntry,
    HolidaysEntry,
    RotationEntry,
    clock_of,
)

OVERLAP: Final = "DT-P401"
BREAK_OUTSIDE: Final = "DT-P402"
BREAKS_OVERLAP: Final = "DT-P403"
NAME_TWICE: Final = "DT-P404"
NO_DAYS: Final = "DT-P405"
CYCLE_SHIFT: Final = "DT-P406"
CREWS_TOGETHER: Final = "DT-P407"
CREW_UNKNOWN: Final = "DT-P408"
LIST_UNKNOWN: Final = "DT-P409"
HOLIDAY_TWICE: Final = "DT-P410"
UNTIL: Final = "DT-P411"
DATE_TWICE: Final = "DT-P412"
DOWN_OUTSIDE: Final = "DT-P413"
SAYS_NOTHING: Final = "DT-P414"
BEHIND: Final = "DT-P415"

MONDAY: Final = date(2026, 1, 5)

type Where = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and where in the entry: the keys and indices to it; `given`: what is none of `names`."""

    code: str
    where: Where
    message: str
    names: tuple[str, ...] = ()
    given: str | None = None


@dataclass(frozen=True, slots=True)
class _Placed:
    """A shift on the line of minutes, with its place in the entry and the words for it."""

    start_min: int
    end_min: int
    where: Where
    words: str


def faults(entry: CalendarEntry, calendar: Calendar, lists: Mapping[str, HolidaysEntry]) -> Iterator[Fault]:
    """Every fault of a calendar, in the order of its entry. `calendar` is what it means, `lists` the holidays."""
    for where, shift in _written_shifts(entry):
        yield from _breaks(shift.pattern(), where)
        yield from _crew(entry, shift, where)
    if entry.rotation is not None:
        yield from _rotation(entry, entry.rotation)
    yield from _days(entry)
    yield from _names(calendar)
    yield from _usual(calendar)
    yield from _lists(entry, lists)
    yield from _dates(entry)
    for key, days in _lists_with_shifts(entry, lists):
        for day in days:
            yield from _around(calendar, day, ("holidays", key))
    for first, exception in entry.exceptions.items():
        yield from _exception(calendar, first, exception)


def _written_shifts(entry: CalendarEntry) -> Iterator[tuple[Where, DayShiftEntry]]:
    """Every shift that is written somewhere in the entry."""
    groups: list[tuple[Where, Iterable[DayShiftEntry]]] = [(("shifts",), entry.shifts)]
    groups += [(("holidays", key), shifts) for key, shifts in entry.holidays.items()]
    for day, one in entry.exceptions.items():
        groups += [(("exceptions", day, "shifts"), one.shifts or ()), (("exceptions", day, "add"), one.add)]
    for where, shifts in groups:
        for place, shift in enumerate(shifts):
            yield (*where, place), shift


def _breaks(shift: ShiftPattern, where: Where) -> Iterator[Fault]:
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


def _crew(entry: CalendarEntry, shift: DayShiftEntry, where: Where) -> Iterator[Fault]:
    known = {*entry.crews, *(entry.rotation.crews if entry.rotation else ())}
    if known and shift.crew is not None and shift.crew not in known:
        yield Fault(
            CREW_UNKNOWN, (*where, "crew"), f"there is no crew {shift.crew!r}", tuple(sorted(known)), shift.crew
        )


def _rotation(entry: CalendarEntry, rotation: RotationEntry) -> Iterator[Fault]:
    names = tuple(dict.fromkeys(shift.name for shift in entry.shifts))
    for place, name in enumerate(rotation.cycle):
        if name != REST and name not in names:
            said = f"there is no shift {name!r} in this calendar"
            yield Fault(CYCLE_SHIFT, ("rotation", "cycle", place), said, (*names, REST), name)
    for crew, behind in rotation.crews.items():
        if entry.crews and crew not in entry.crews:
            yield Fault(CREW_UNKNOWN, ("rotation", "crews", crew), f"there is no crew {crew!r}", entry.crews, crew)
        if behind >= len(rotation.cycle):
            said = f"{crew!r} cannot be {behind} days behind in a cycle of {len(rotation.cycle)} days"
            yield Fault(BEHIND, ("rotation", "crews", crew), said)
    turns = rotation.rotation()
    for place in range(len(rotation.cycle)):
        day = turns.anchor + timedelta(days=place)
        for name in names:
            crews = turns.crews_on(name, day)
            if name != REST and len(crews) > 1:
                said = f"{' and '.join(crews)} both work {name!r} on day {place + 1} of the cycle"
                yield Fault(CREWS_TOGETHER, ("rotation", "crews", crews[1]), said)
                return


def _days(entry: CalendarEntry) -> Iterator[Fault]:
    turns = () if entry.rotation is None else entry.rotation.cycle
    for place, shift in enumerate(entry.shifts):
        if shift.days is None and shift.name not in turns:
            yield Fault(NO_DAYS, ("shifts", place), f"{shift.name!r} does not say on which days it starts")


def _names(calendar: Calendar) -> Iterator[Fault]:
    """Two shifts of one name on one day would have the same id."""
    seen: set[tuple[str, int]] = set()
    for index, shift in enumerate(calendar.shifts):
        twice = sorted(day for day in shift.days if (shift.name, day) in seen)
        if twice:
            yield Fault(NAME_TWICE, ("shifts", index, "name"), f"{shift.name!r} starts twice on {WEEKDAYS[twice[0]]}")
        seen.update((shift.name, day) for day in shift.days)


def _usual(calendar: Calendar) -> Iterator[Fault]:
    """The week, or the rotation until it and the week begin again, and the first day once more."""
    rotation = calendar.rotation
    begin, days = (MONDAY, 7) if rotation is None else (rotation.anchor, rotation.repeats_days)
    placed: list[_Placed] = []
    for offset in range(days + 1):
        day = begin + timedelta(days=offset)
        placed += [
            _placed(shift, offset, ("shifts", place), WEEKDAYS[day.weekday()] if rotation is None else str(day))
            for place, shift in calendar.usual(day)
        ]
    told: set[Where] = set()  # one message per shift, not one per day
    for fault in _overlaps(placed):
        if fault.where not in told:
            told.add(fault.where)
            yield fault


def _lists(entry: CalendarEntry, lists: Mapping[str, HolidaysEntry]) -> Iterator[Fault]:
    kept: dict[str, str] = {}
    for key, shifts in entry.holidays.items():
        if key not in lists:
            said = f"there is no list of holidays {key!r}"
            yield Fault(LIST_UNKNOWN, ("holidays", key), said, tuple(sorted(lists)), key)
            continue
        for day in lists[key].dates:
            if day in kept and entry.holidays[kept[day]] != shifts:
                said = f"{day} is in {kept[day]!r} too, where other shifts are worked"
                yield Fault(HOLIDAY_TWICE, ("holidays", key), said)
                break
            kept[day] = key


def _lists_with_shifts(entry: CalendarEntry, lists: Mapping[str, HolidaysEntry]) -> Iterator[tuple[str, list[date]]]:
    for key, shifts in entry.holidays.items():
        if shifts and key in lists:
            yield key, [date.fromisoformat(day) for day in lists[key].dates]


def _dates(entry: CalendarEntry) -> Iterator[Fault]:
    kept: dict[date, str] = {}
    for first, exception in entry.exceptions.items():
        end = date.fromisoformat(exception.until or first)
        if end < date.fromisoformat(first):
            yield Fault(UNTIL, ("exceptions", first, "until"), f"{exception.until} lies before {first}")
        elif (end - date.fromisoformat(first)).days >= limits.EXCEPTION_DAYS_MAX:
            said = f"{first} to {exception.until} is longer than {limits.EXCEPTION_DAYS_MAX} days"
            yield Fault(UNTIL, ("exceptions", first, "until"), said)
        twice = next((day for day in exception.dates(first) if day in kept), None)
        if twice is not None:
            yield Fault(DATE_TWICE, ("exceptions", first), f"{twice} is in the exception of {kept[twice]} already")
        kept.update(dict.fromkeys(exception.dates(first), first))


def _exception(calendar: Calendar, first: str, exception: ExceptionEntry) -> Iterator[Fault]:
    """An exception against itself, and against the nights before and after it."""
    where: Where = ("exceptions", first)
    if exception.shifts is None and not exception.add and not exception.down:
        yield Fault(SAYS_NOTHING, where, "this exception changes nothing: say shifts, add or down")
    days = exception.dates(first)
    for day in days if exception.shifts or exception.add else ():
        found = list(_around(calendar, day, where))
        yield from found
        if found:
            break
    for place, window in enumerate(exception.down):
        pause = window.pause(0)
        if not any(_meets(calendar, day, pause.start_min, pause.end_min) for day in days):
            hours = f"{window.start}–{window.end}"
            yield Fault(DOWN_OUTSIDE, (*where, "down", place), f"no shift is worked between {hours} on {first}")


def _meets(calendar: Calendar, day: date, start_min: int, end_min: int) -> bool:
    """Whether any shift is worked in a stretch of a date."""
    near = (
        (shift.start_min + offset * DAY_MINUTES, shift.end_min + offset * DAY_MINUTES)
        for offset in (-1, 0, 1)
        for shift in calendar.on(day + timedelta(days=offset))
    )
    return any(a < end_min and b > start_min for a, b in near)


def _around(calendar: Calendar, day: date, where: Where) -> Iterator[Fault]:
    """The first fault of a date with the nights before and after it."""
    names = [shift.name for shift in calendar.on(day)]
    twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
    if twice is not None:
        yield Fault(NAME_TWICE, where, f"{twice!r} starts twice on {day}")
        return
    placed: list[_Placed] = []
    for offset in (-1, 0, 1):
        other = day + timedelta(days=offset)
        placed += [_placed(shift, offset, where, str(other)) for shift in calendar.on(other)]
    yield from list(_overlaps(placed))[:1]


def _placed(shift: ShiftPattern, offset: int, where: Where, day: str) -> _Placed:
    begin = offset * DAY_MINUTES
    return _Placed(begin + shift.start_min, begin + shift.end_min, where, f"{shift.name!r} on {day}")


def _overlaps(placed: list[_Placed]) -> Iterator[Fault]:
    in_order = sorted(placed, key=lambda one: (one.start_min, one.end_min))
    for earlier, later in pairwise(in_order):
        if later.start_min < earlier.end_min:
            when = clock_of(later.start_min)
            yield Fault(OVERLAP, later.where, f"{later.words} begins at {when}, before {earlier.words} ends")
