"""The `calendars` of the plant code: what may stand there, what is checked, and how a change becomes a new version.

Codes: DT-P401 two shifts at once · 402 a break outside its shift · 403 two breaks at once · 404 a name twice on one day
· 405 no such calendar · 406 no such time zone.
"""

from __future__ import annotations

from typing import Any

from dovetail.plantcode.plant import Plant
from dovetail.plantcode.report import Report
from dovetail.plantcode.section import Bodies, Changes, Section
from dovetail.workcalendar import rules, service
from dovetail.workcalendar.schema import CalendarEntry, calendar_from
from dovetail.workcalendar.zone import zone_names


def check(plant: Plant, report: Report) -> None:
    """The faults of each calendar, and the equipment that names a calendar or a zone that is not there."""
    for key, entry in plant.entries("calendars", CalendarEntry).items():
        for fault in rules.faults(calendar_from(key, entry)):
            report.error(fault.code, ("calendars", key, *fault.where), fault.message)
    calendars = plant.names("calendars")
    for path in plant.names("equipment"):
        calendar = plant.raw("equipment", path, "calendar")
        if isinstance(calendar, str) and calendar not in calendars:
            message = f"there is no calendar {calendar!r}"
            report.error("DT-P405", ("equipment", path, "calendar"), message, candidates=calendars)
        zone = plant.raw("equipment", path, "timezone")
        if isinstance(zone, str) and zone not in zone_names():
            message = f"there is no time zone {zone!r}"
            report.error("DT-P406", ("equipment", path, "timezone"), message, candidates=_zones_like(zone))


def _zones_like(zone: str) -> list[str]:
    """Zones worth guessing among: those of the same continent, or with the city's name; all of them when none is."""
    area, _, city = zone.rpartition("/")
    near = [name for name in zone_names() if (area and name.startswith(f"{area}/")) or name.endswith(f"/{city}")]
    return near or sorted(zone_names())


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
