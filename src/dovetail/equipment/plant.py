"""The equipment room's sections of the plant code: plant, equipment_classes, equipment, connections, scan_classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from sqlalchemy import Table

from dovetail.db import versioned
from dovetail.db.uow import Reading, UnitOfWork
from dovetail.equipment import codes, store
from dovetail.equipment.checks import check_classes, check_equipment, check_head, check_names
from dovetail.equipment.drivers import Drivers, PluginDrivers
from dovetail.equipment.editor import connections_schema, tags_schema
from dovetail.equipment.entries import (
    ClassEntry,
    ConnectionEntry,
    Entry,
    EquipmentEntry,
    PlantHead,
    ScanEntry,
)
from dovetail.equipment.model import CLOCK_OFFSET, GOOD_THROUGH, INTERNAL_TAGS, WORK_UNIT
from dovetail.equipment.resolve import Resolved, resolved
from dovetail.equipment.tag_checks import check_connections, check_tags
from dovetail.lineflow.written import body_of
from dovetail.plantcode.plant import Plant
from dovetail.plantcode.report import Report
from dovetail.plantcode.section import Bodies, Body, Changes, Section

IDENTITY: Final = ("id", "tag_ids")  # what the store adds to a definition: who it is

type SamplesOf = Callable[[int], int | None]


def equipment_sections(drivers: Drivers | None = None, *, samples_of: SamplesOf | None = None) -> tuple[Section, ...]:
    """The sections of this room. `drivers` check options and addresses; `samples_of` a tag id makes `plan` say more."""
    asked = drivers or PluginDrivers()

    def check_both(plant: Plant, report: Report) -> None:
        check_equipment(plant, report)
        check_tags(plant, report)

    return (
        Section(
            key="plant", model=PlantHead, single=True, check=check_head,
            bodies=_head, current=_current(store.head), apply=_apply(store.head),
        ),
        Section(
            key="equipment_classes", model=ClassEntry, check=check_classes,
            bodies=_dump("equipment_classes", ClassEntry), schema=tags_schema,
            current=_current(store.classes), apply=_apply(store.classes),
        ),
        Section(
            key="scan_classes", model=ScanEntry, check=lambda plant, report: check_names(plant, report, "scan_classes"),
            bodies=_dump("scan_classes", ScanEntry),
            current=_current(store.scan_classes), apply=_apply(store.scan_classes),
        ),
        Section(
            key="connections", model=ConnectionEntry,
            check=lambda plant, report: check_connections(plant, report, asked),
            bodies=_connections, moved=_moved_connections, schema=lambda found: connections_schema(found, asked),
            current=_current(store.connections), apply=_apply_connections,
        ),
        Section(
            key="equipment", model=EquipmentEntry, check=check_both,
            bodies=_equipment, moved=_moved_equipment, schema=tags_schema,
            current=_current(store.equipment), apply=_apply_equipment,
            impact=lambda reading, changes: _impact(reading, changes, samples_of),
        ),
    )  # fmt: skip


def _current(table: Table) -> Callable[[Reading, int], Bodies]:
    def current(reading: Reading, at_us: int) -> Bodies:
        rows = versioned.at(reading, table, at_us=at_us)
        return {
            key: {name: value for name, value in body.items() if name not in IDENTITY} for key, body in rows.items()
        }

    return current


def _apply(table: Table) -> Callable[[UnitOfWork, Changes, int], None]:
    return lambda uow, changes, valid_from_us: versioned.put(uow, table, changes.put(), valid_from_us=valid_from_us)


def _head(plant: Plant) -> Bodies:
    head = plant.single("plant", PlantHead)
    return {"plant": head.model_dump(mode="json")} if head else {}


def _dump(section: str, model: type[Entry]) -> Callable[[Plant], Bodies]:
    return lambda plant: {
        key: entry.model_dump(mode="json", exclude_unset=True, by_alias=True)
        for key, entry in plant.entries(section, model).items()
    }


def _connections(plant: Plant) -> Bodies:
    entries = plant.entries("connections", ConnectionEntry)
    later = {"alert_after_min"}  # kept only where it is said: a plant from before it is still the same plant
    return {n: e.model_dump(mode="json", exclude={"moved"} | (later - e.model_fields_set)) for n, e in entries.items()}


def _equipment(plant: Plant) -> Bodies:
    return {path: _body(node) for path, node in resolved(plant, Report()).items()}


def _body(node: Resolved) -> Body:
    entry = node.entry
    return {
        "level": entry.level,
        "name": entry.name or node.path.rpartition("/")[2],
        "class": entry.class_name,
        "parameters": dict(node.parameters),
        "timezone": node.timezone,
        "calendar": node.calendar,
        "standard_rate_upm": node.standard_rate_upm,
        **body_of(entry),
        "states": node.states,
        "counters": node.counters,
        "job": node.job,
        "tags": {name: tag.model_dump(mode="json", exclude={"moved"}) for name, tag in node.tags.items()},
    }


def _moved_connections(plant: Plant) -> Mapping[str, str]:
    entries = plant.entries("connections", ConnectionEntry)
    return {name: entry.moved for name, entry in entries.items() if entry.moved}


def _moved_equipment(plant: Plant) -> Mapping[str, str]:
    """New path → old path, for everything below a moved node too; and `path.property` → old, for renamed tags."""
    moved: dict[str, str] = {}
    nodes = resolved(plant, Report())
    for path, node in nodes.items():
        above, _, own = path.rpartition("/")
        if node.entry.moved:
            moved[path] = node.entry.moved
        elif above in moved:
            moved[path] = f"{moved[above]}/{own}"
    for path, node in nodes.items():
        moved.update({f"{path}.{name}": f"{path}.{tag.moved}" for name, tag in node.tags.items() if tag.moved})
    return moved


def _apply_connections(uow: UnitOfWork, changes: Changes, valid_from_us: int) -> None:
    store.move_connections(uow, changes.moved)
    put = {**changes.added, **changes.changed}
    ids = store.connection_ids(uow, put)
    tags = store.tag_ids(uow, "connection", dict.fromkeys(ids.values(), (GOOD_THROUGH, CLOCK_OFFSET)))
    bodies: dict[str, Body | None] = {
        name: {
            **body,
            "id": ids[name],
            "tag_ids": {own: tags[ids[name], own] for own in (GOOD_THROUGH, CLOCK_OFFSET)},
        }
        for name, body in put.items()
    }
    versioned.put(uow, store.connections, {**bodies, **dict.fromkeys(changes.removed)}, valid_from_us=valid_from_us)


def _apply_equipment(uow: UnitOfWork, changes: Changes, valid_from_us: int) -> None:
    store.move_equipment(uow, {new: old for new, old in changes.moved.items() if "." not in new})
    put = {**changes.added, **changes.changed}
    ids = store.equipment_ids(uow, put)
    names = {path: _tag_names(body) for path, body in put.items()}
    renamed = {
        (ids[path], new_name): old.rpartition(".")[2]
        for new, old in changes.moved.items()
        for path, dot, new_name in [new.rpartition(".")]
        if dot and path in ids
    }
    tags = store.tag_ids(uow, "equipment", {ids[path]: names[path] for path in put}, moved=renamed)
    bodies: dict[str, Body | None] = {
        path: {**body, "id": ids[path], "tag_ids": {name: tags[ids[path], name] for name in names[path]}}
        for path, body in put.items()
    }
    versioned.put(uow, store.equipment, {**bodies, **dict.fromkeys(changes.removed)}, valid_from_us=valid_from_us)


def _tag_names(body: Body) -> list[str]:
    own = list(body["tags"])
    mark = [GOOD_THROUGH] if any(tag.get("expression") for tag in body["tags"].values()) else []
    return own + mark + [name for name in INTERNAL_TAGS if body["level"] == WORK_UNIT and name not in own]


def _impact(reading: Reading, changes: Changes, samples_of: SamplesOf | None) -> list[str]:
    """What happens to data: removed tags keep theirs, and a tag whose meaning changed keeps what it meant before."""
    gone = {old for new, old in changes.moved.items() if new in changes.added}
    tags = [f"{path}.{name}" for path, body in changes.removed.items() if path not in gone for name in body["tags"]]
    kept = f"{len(tags)} tags end; their samples are kept" if tags else None
    lines = [kept] if kept else []
    if samples_of is None or not tags:
        return lines
    ids = store.tag_ids_by_path(reading, list(changes.removed))
    counted = [(path, samples_of(ids[path])) for path in tags if path in ids]
    return lines + [f"{path} has {count:,} samples, kept" for path, count in counted if count]


SECTIONS: Final = equipment_sections()
MEANINGS: Final = codes.MEANINGS
