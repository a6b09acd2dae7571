"""The `holidays` and `calendars` of the plant code: what may stand there, what is checked, and how they change."""

from __future__ import annotations

from typing import Any, Final

from dovetail.core.clock import to_datetime
from dovetail.plantcode.plant import Plant
from dovetail.plantcode.report import Path, Report
from dovetail.plantcode.section import Bodies, Changes, Section
from dovetail.workcalendar import rules, service
from dovetail.workcalendar.schema import CalendarBody, CalendarEntry, HolidaysEntry, calendar_from

MEANINGS: Final[dict[str, str]] = {
    rules.OVERLAP: "Two shifts of one calendar run at the same time.",
    rules.BREAK_OUTSIDE: "A break lies outside its shift.",
    rules.BREAKS_OVERLAP: "Two breaks of one shift lie over each other.",
    rules.NAME_TWICE: "Two shifts of one name start on the same day.",
    rules.NO_DAYS: "A shift that is not in the rotation says on which days it starts.",
    rules.CYCLE_SHIFT: "The cycle of a rotation names a shift that the calendar does not have.",
    rules.CREWS_TOGETHER: "Two crews work the same shift on the same day.",
    rules.CREW_UNKNOWN: "The calendar has no such crew.",
    rules.LIST_UNKNOWN: "There is no such list of holidays.",
    rules.HOLIDAY_TWICE: "A date is in two lists of holidays on which different shifts are worked.",
    rules.UNTIL: "An exception ends before it begins, or lasts longer than a year.",
    rules.DATE_TWICE: "Two exceptions of one calendar hold the same date.",
    rules.DOWN_OUTSIDE: "No shift is worked at the time that is to be planned down.",
    rules.SAYS_NOTHING: "An exception changes nothing.",
    rules.BEHIND: "A crew is further behind than the cycle is long.",
}


def check(plant: Plant, report: Report) -> None:
    """The faults of each calendar. That an equipment names one that is there is checked with the equipment."""
    lists = plant.entries("holidays", HolidaysEntry)
    told = plant.names("holidays")
    for key, entry in plant.entries("calendars", CalendarEntry).items():
        for fault in rules.faults(entry, calendar_from(key, CalendarBody.resolved(entry, lists)), lists):
            if fault.code == rules.LIST_UNKNOWN and fault.where[-1] in told:
                continue  # it is there, and faulty itself
            where = _as_written(plant, key, fault.where)
            report.error(fault.code, where, fault.message, candidates=fault.names or None, given=fault.given)


def _as_written(plant: Plant, key: str, where: rules.Where) -> Path:
    """Where a fault stands in the files: an exception may be a bare list of shifts."""
    bare = where[0] == "exceptions" and isinstance(plant.raw("calendars", key, *where[:2]), list)
    return ("calendars", key, *where[:2], *where[3:]) if bare else ("calendars", key, *where)


def bodies(plant: Plant) -> Bodies:
    """Every calendar with its defaults filled in and the dates of its holidays, as plain data."""
    lists = plant.entries("holidays", HolidaysEntry)
    entries = plant.entries("calendars", CalendarEntry)
    return {key: CalendarBody.resolved(entry, lists).model_dump(mode="json") for key, entry in entries.items()}


def holidays(plant: Plant) -> Bodies:
    """Every list of holidays, as plain data."""
    return {key: entry.model_dump(mode="json") for key, entry in plant.entries("holidays", HolidaysEntry).items()}


def impact(reading: Any, changes: Changes) -> list[str]:
    """What an apply will not do: an exception of a date that is past corrects nothing."""
    today = to_datetime(reading.clock.now_us()).date().isoformat()
    now = service.current(reading, reading.clock.now_us())
    lines: list[str] = []
    for key, body in {**changes.added, **changes.changed}.items():
        before = now.get(key, {}).get("exceptions", {})
        past = [
            day
            for day, one in body["exceptions"].items()
            if day < today and one != before.get(day) and (one["until"] or day) < today
        ]
        lines += [f"{key}: {day} is past and keeps its shifts; `dovetail calendar except` corrects it" for day in past]
    return lines


SECTIONS: tuple[Section, ...] = (
    Section(
        key="holidays",
        model=HolidaysEntry,
        check=lambda _plant, _report: None,
        bodies=holidays,
        current=service.current_holidays,
        apply=lambda uow, changes, valid_from_us: service.apply_holidays(uow, changes.put(), valid_from_us),
    ),
    Section(
        key="calendars",
        model=CalendarEntry,
        check=check,
        bodies=bodies,
        current=service.current,
        apply=lambda uow, changes, valid_from_us: service.apply(uow, changes.put(), valid_from_us),
        impact=impact,
    ),
)
