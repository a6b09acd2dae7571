"""What must hold across a plant's equipment: parents, levels, flows, moves, time zones and calendars."""

from __future__ import annotations

import zoneinfo
from functools import cache

from dovetail.equipment import codes
from dovetail.equipment.entries import (
    LEVELS,
    PATH_MAX,
    PROPERTY,
    PROPERTY_HINT,
    SEGMENT,
    ClassEntry,
    EquipmentEntry,
    PlantHead,
    TagEntry,
)
from dovetail.equipment.resolve import Resolved, resolved
from dovetail.lineflow.written import check_flow
from dovetail.plantcode.codes import UNKNOWN_FIELD
from dovetail.plantcode.fit import field_names
from dovetail.plantcode.plant import Plant
from dovetail.plantcode.report import Report


def check_head(plant: Plant, report: Report) -> None:
    """Every plant says in which format it is written."""
    if not plant.names("plant") and plant.single("plant", PlantHead) is None:
        report.error(codes.NO_HEAD, ("plant",), "the section plant is missing", hint="plant: {format: 1, name: …}")


def check_names(plant: Plant, report: Report, section: str) -> None:
    """Names of connections, classes and scan classes are plain words: they become part of tag paths and topics."""
    for name in plant.names(section):
        if not SEGMENT.match(name):
            hint = "a-z, 0-9, - and _, beginning with a letter or digit, at most 63 characters"
            report.error(codes.NAME, (section, name), f"{name!r} cannot be a name", hint=hint)


def check_classes(plant: Plant, report: Report) -> None:
    """Classes are checked even where nothing is of them yet: names, fields of tags, defaults of parameters."""
    check_names(plant, report, "equipment_classes")
    known = field_names(TagEntry)
    for name, entry in plant.entries("equipment_classes", ClassEntry).items():
        for tag, body in entry.tags.items():
            at = ("equipment_classes", name, "tags", tag)
            if not PROPERTY.match(tag):
                report.error(codes.NAME, at, f"{tag!r} cannot be the name of a tag", hint=PROPERTY_HINT)
            for field in body or {}:
                if field not in known:
                    what = f"a tag has no field {field}"
                    report.error(UNKNOWN_FIELD, (*at, field), what, candidates=known, given=field)
    resolved(plant, report)


def check_equipment(plant: Plant, report: Report) -> None:
    """The tree, and each equipment in it with its tags."""
    names = plant.names("equipment")
    for path in sorted(names):
        _check_path(report, path, names)
    for path, node in (nodes := resolved(plant, report)).items():
        _check_level(plant, report, path)
        _check_time(plant, report, node)
        below = [name.rpartition("/")[2] for name in names if name.rpartition("/")[0] == path]
        check_flow(report, path, node.entry, below, lambda name: nodes[name].tags)
        _check_moved(report, path, node.entry, names)


def _check_path(report: Report, path: str, names: frozenset[str]) -> None:
    at = ("equipment", path)
    if len(path) > PATH_MAX or not all(SEGMENT.match(part) for part in path.split("/")):
        hint = "pieces of a-z, 0-9, - and _, joined by /, as in acme/brno/pack/line1/filler"
        report.error(codes.PATH, at, f"{path!r} cannot be a path", hint=hint)
        return
    above = path.rpartition("/")[0]
    if above and above not in names:
        candidates = [name for name in names if name != path and name.count("/") == above.count("/")]
        what = f"{above} is not in the plant, and {path} stands below it"
        report.error(codes.NO_PARENT, at, what, candidates=candidates, given=above)


def _check_level(plant: Plant, report: Report, path: str) -> None:
    entries = plant.entries("equipment", EquipmentEntry)
    parent = entries.get(path.rpartition("/")[0])
    level = entries[path].level
    if parent is None or "Other" in (parent.level, level):
        return
    same_allowed = level == parent.level == "EquipmentModule"  # ISA-88: modules may hold modules
    if LEVELS[level] <= LEVELS[parent.level] and not same_allowed:
        below = [name for name, depth in LEVELS.items() if depth > LEVELS[parent.level]]
        what = f"{level} cannot stand below {parent.level}"
        report.error(codes.LEVEL_ORDER, ("equipment", path, "level"), what, hint=f"below it: {', '.join(below)}")


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def _check_time(plant: Plant, report: Report, node: Resolved) -> None:
    at = ("equipment", node.path)
    if node.entry.timezone is not None and node.entry.timezone not in _zones():
        what = f"there is no time zone {node.entry.timezone}"
        city = node.entry.timezone.rpartition("/")[2]
        alike = [zone for zone in _zones() if zone.rpartition("/")[2][:2].lower() == city[:2].lower()]
        report.error(codes.TIMEZONE, (*at, "timezone"), what, candidates=alike, hint=None if alike else "Europe/Prague")
    if "/" not in node.path and not node.timezone:
        report.error(codes.NO_TIMEZONE, at, f"{node.path} says no timezone", hint="timezone: Europe/Prague")
    calendars = plant.names("calendars")
    if node.entry.calendar is not None and node.entry.calendar not in calendars:
        what = f"there is no calendar {node.entry.calendar}"
        report.error(codes.NO_CALENDAR, (*at, "calendar"), what, candidates=calendars)


def _check_moved(report: Report, path: str, entry: EquipmentEntry, names: frozenset[str]) -> None:
    if entry.moved is not None and (entry.moved == path or entry.moved in names):
        what = f"{path} cannot have moved from {entry.moved}, which is still in the plant"
        report.error(codes.MOVED, ("equipment", path, "moved"), what, hint="remove moved: once it has been applied")
