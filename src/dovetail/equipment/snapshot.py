"""Make the plant's snapshot from stored definitions. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dovetail.core.batch import Kind
from dovetail.equipment.entries import KINDS
from dovetail.equipment.model import (
    CLOCK_OFFSET,
    GOOD_THROUGH,
    INTERNAL_TAGS,
    Connection,
    Equipment,
    PlantModel,
    ScanClass,
    Tag,
)
from dovetail.lineflow.written import named, steps_of

type Stored = Mapping[str, Mapping[str, Any]]

DEFAULT_SCAN = ScanClass("default", "subscribe", 250)


def snapshot(version: int, *, head: Stored, equipment: Stored, connections: Stored, scan_classes: Stored) -> PlantModel:
    """The model of one moment from the bodies that were valid then, by key, with their identities."""
    ids = {path: int(body["id"]) for path, body in equipment.items()}
    scans = [
        ScanClass(name, body.get("mode", "subscribe"), int(body.get("interval_ms", 250)))
        for name, body in scan_classes.items()
    ]
    tags = [tag for path, body in equipment.items() for tag in _tags(path, body)]
    tags += [tag for name, body in connections.items() for tag in _link_tags(name, body)]
    return PlantModel(
        version=version,
        name=str(head.get("plant", {}).get("name", "")),
        equipment=[_equipment(path, body, ids) for path, body in equipment.items()],
        tags=tags,
        connections=[_connection(name, body) for name, body in connections.items()],
        scan_classes=[DEFAULT_SCAN, *scans],
    )


def _equipment(path: str, body: Mapping[str, Any], ids: Mapping[str, int]) -> Equipment:
    return Equipment(
        id=ids[path],
        path=path,
        name=body["name"],
        level=body["level"],
        parent_id=ids.get(path.rpartition("/")[0]),
        class_name=body["class"],
        timezone=body["timezone"],
        calendar=body["calendar"],
        standard_rate_upm=body["standard_rate_upm"],
        flow=named(steps_of(body["flow"])),
        constraint=body["constraint"],
        outfeed=body["outfeed"],
        states=body["states"],
        counters=body["counters"],
        job=body["job"],
        parameters=body["parameters"],
        steps=steps_of(body["flow"]),
        buffers=body.get("buffers", {}),
        line=body.get("line", "constraint"),
    )


def _tags(path: str, body: Mapping[str, Any]) -> Iterator[Tag]:
    ids = body["tag_ids"]
    for name, tag in body["tags"].items():
        yield Tag(
            id=ids[name],
            path=f"{path}.{name}",
            equipment_id=body["id"],
            property=name,
            connection=tag["connection"],
            address=tag["address"],
            kind=KINDS[tag["kind"]],
            unit=tag["unit"],
            scale=float(tag["scale"]),
            offset=float(tag["offset"]),
            deadband=float(tag["deadband"]),
            scan=tag["scan"],
            expression=tag.get("expression"),
            figure=tag.get("figure"),
        )
    for name in ids.keys() - body["tags"].keys():
        kind, unit = INTERNAL_TAGS.get(name, (Kind.I64, "us"))  # else how far its computed tags are known
        yield Tag(ids[name], f"{path}.{name}", body["id"], name, None, None, kind, unit)


def _link_tags(name: str, body: Mapping[str, Any]) -> Iterator[Tag]:
    for own in (GOOD_THROUGH, CLOCK_OFFSET):
        yield Tag(body["tag_ids"][own], f"{name}.{own}", None, own, None, None, Kind.I64, "us")


def _connection(name: str, body: Mapping[str, Any]) -> Connection:
    ids = body["tag_ids"]
    own = (ids[GOOD_THROUGH], ids[CLOCK_OFFSET], float(body.get("alert_after_min", 5.0)))
    return Connection(name, body["driver"], body["options"], body["time"], *own)
