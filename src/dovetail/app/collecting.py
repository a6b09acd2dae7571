"""What the edge is told to collect, from the plant as it holds now."""

from __future__ import annotations

from typing import cast

from dovetail.core.errors import ConfigError
from dovetail.drivers.base import Point
from dovetail.edge.model import LinkPlan, ScanPoint, TimeRule
from dovetail.equipment.model import Connection, PlantModel, ScanClass, Tag


def links(plant: PlantModel) -> list[LinkPlan]:
    """One link per connection that has tags, by name."""
    return [_link(plant, connection) for _, connection in sorted(plant.connections.items())]


def feeds(plant: PlantModel, connection: str) -> frozenset[int]:
    """The equipment whose tags come over a connection."""
    return frozenset(tag.equipment_id for tag in plant.tags_on(connection) if tag.equipment_id is not None)


def _link(plant: PlantModel, connection: Connection) -> LinkPlan:
    return LinkPlan(
        name=connection.name,
        driver=connection.driver,
        options=dict(connection.options),
        good_through_tag=connection.good_through_tag,
        clock_offset_tag=connection.clock_offset_tag,
        time=cast("TimeRule", connection.time),
        points=tuple(_point(plant.scan_classes.get(tag.scan), tag) for tag in plant.tags_on(connection.name)),
    )


def _point(scan: ScanClass | None, tag: Tag) -> ScanPoint:
    if tag.address is None:
        raise ConfigError(f"{tag.path} has a connection but no address", code="tag-address")
    point = Point(tag.id, tag.address, tag.kind, tag.scale, tag.offset)
    if scan is None:
        return ScanPoint(point, deadband=tag.deadband)
    mode = "poll" if scan.mode == "poll" else "subscribe"
    return ScanPoint(point, mode, scan.interval_ms, tag.deadband)
