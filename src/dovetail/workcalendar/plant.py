"""The `calendars` of the plant code: what may stand there, what is checked, and how a change becomes a new version."""

from __future__ import annotations

from typing import Any, Final

from dovetail.plantcode.plant import Plant
from dovetail.plantcode.report import Report
from dovetail.plantcode.section import Bodies, Changes, Section
from dovetail.workcalendar import rules, service
from dovetail.workcalendar.schema import CalendarEntry, calendar_from

MEANINGS: Final[dict[str, str]] = {
    rules.OVERLAP: "Two shifts of one calendar run at the same time.",
    rules.BREAK_OUTSIDE: "A break lies outside its shift.",
    rules.BREAKS_OVERLAP: "Two breaks of one shift lie over each other.",
    rules.NAME_TWICE: "Two shifts of one name start on the same day.",
}


def check(plant: Plant, report: Report) -> None:
    """The faults of each calendar. That an equipment names one that is there is checked with the equipment."""
    for key, entry in plant.entries("calendars", CalendarEntry).items():
        for fault in rules.faults(calendar_from(key, entry)):
            report.error(fault.code, ("calendars", key, *fault.where), fault.message)


def bodies(plant: Plant) -> Bodies:
    """Every calendar with its defaults filled in, as plain data."""
    entries = plant.entries("calendars", CalendarEntry)
    return {key: entry.model_dump(mode="json") for key, entry in entries.items()}


def apply(uow: Any, changes: Changes, valid_from_us: int) -> None:
    """New, changed and ended calendars from a moment on."""
    service.apply(uow, changes.put(), valid_from_us)


SECTIONS: tuple[Section, ...] = (
    Section(
        key="calendars",
        model=CalendarEntry,
        check=check,
        bodies=bodies,
        current=service.current,
        apply=apply,
    ),
)
