"""What the edge is told to collect, from the plant as it holds now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal, cast

from dovetail.core import plugins
from dovetail.core.errors import ConfigError
from dovetail.drivers.base import PACKAGE, DriverSpec, Point
from dovetail.drivers.posts import PostedOptions
from dovetail.edge.model import LinkPlan, LinkStatus
from dovetail.equipment.model import Connection, PlantModel, ScanClass, Tag
from dovetail.equipment.snapshot import DEFAULT_SCAN
from dovetail.intake.service import Posted
from dovetail.links.model import ScanPoint, TimeRule
from dovetail.spool.store import Stock
from dovetail.vault.model import named_in


def links(plant: PlantModel) -> list[LinkPlan]:
    """One link per connection that has tags, by name."""
    return [_link(plant, connection) for _, connection in sorted(plant.connections.items())]


def secrets_named(plant: PlantModel) -> dict[str, list[str]]:
    """Per secret the connections that name it."""
    found: dict[str, list[str]] = {}
    for name, connection in sorted(plant.connections.items()):
        for secret in sorted(set(named_in(connection.options))):
            found.setdefault(secret, []).append(name)
    return found


def posted_to(plant: PlantModel, name: str) -> Posted | None:
    """The connection of that name, if others post to it; what is wrong with its options its link says."""
    connection = plant.connections.get(name)
    if connection is None:
        return None
    try:
        spec: DriverSpec = plugins.load(PACKAGE, connection.driver)
        options = spec.check(connection.options)
    except ConfigError:
        return None
    return Posted(connection.good_through_tag, options) if isinstance(options, PostedOptions) else None


def with_stock(statuses: list[LinkStatus], links: Mapping[str, int], stock: Mapping[int, Stock]) -> list[LinkStatus]:
    """The links with what each has on the edge's disk."""
    return [
        replace(
            status,
            waiting=found.waiting,
            waiting_since_us=found.since_us,
            refused=found.refused,
            refused_why=found.why,
        )
        if (found := stock.get(links.get(status.name, 0))) is not None
        else status
        for status in statuses
    ]


def _link(plant: PlantModel, connection: Connection) -> LinkPlan:
    on_change = "subscribe" if _listens(connection.driver) else "poll"
    return LinkPlan(
        name=connection.name,
        driver=connection.driver,
        options=dict(connection.options),
        good_through_tag=connection.good_through_tag,
        clock_offset_tag=connection.clock_offset_tag,
        time=cast("TimeRule", connection.time),
        points=tuple(
            _point(plant.scan_classes.get(tag.scan, DEFAULT_SCAN), tag, on_change=on_change)
            for tag in plant.tags_on(connection.name)
        ),
    )


def _listens(driver: str) -> bool:
    """Whether the protocol reports changes by itself; of a driver that is missing the session will say so."""
    try:
        spec: DriverSpec = plugins.load(PACKAGE, driver)
    except ConfigError:
        return True
    return spec.listens


def _point(scan: ScanClass, tag: Tag, *, on_change: Literal["subscribe", "poll"]) -> ScanPoint:
    if tag.address is None:
        raise ConfigError(f"{tag.path} has a connection but no address", code="tag-address")
    point = Point(tag.id, tag.address, tag.kind, tag.scale, tag.offset)
    return ScanPoint(point, "poll" if scan.mode == "poll" else on_change, scan.interval_ms, tag.deadband)
