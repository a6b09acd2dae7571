"""What must hold for a plant's tags and connections: each tag can really be read, and means a number where it must."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from dovetail.core.errors import ConfigError, DovetailError
from dovetail.equipment import codes
from dovetail.equipment.checks import check_names
from dovetail.equipment.drivers import Driver, Drivers
from dovetail.equipment.entries import KINDS, PROPERTY, PROPERTY_HINT, ConnectionEntry, TagEntry
from dovetail.equipment.model import INTERNAL_TAGS, WORK_UNIT
from dovetail.equipment.resolve import Resolved, resolved
from dovetail.plantcode.fit import fit
from dovetail.plantcode.plant import Plant
from dovetail.plantcode.report import Report

type Reads = list[tuple[str, Resolved, str]]  # address, equipment, property

_NEUTRAL: Final = {"scale": 1.0, "offset": 0.0, "deadband": 0.0}
_REMOVE_MOVED: Final = "remove moved: once it has been applied"


def check_tags(plant: Plant, report: Report) -> None:
    """Every tag of every equipment, inherited ones included."""
    connections, scans = plant.names("connections"), plant.names("scan_classes") | {"default"}
    for node in resolved(plant, report).values():
        for name, tag in node.tags.items():
            _check_name(report, node, name)
            _check_meaning(report, node, name, tag)
            if tag.connection is not None and tag.connection not in connections:
                at, what = node.where("tags", name, "connection"), f"there is no connection {tag.connection}"
                report.error(codes.NO_CONNECTION, at, what, candidates=connections, given=tag.connection)
            if tag.scan not in scans:
                at, what = node.where("tags", name, "scan"), f"there is no scan class {tag.scan}"
                report.error(codes.NO_SCAN_CLASS, at, what, candidates=scans, given=tag.scan)
            if (tag.connection is None) != (tag.address is None):
                missing = "address" if tag.address is None else "connection"
                at, what = node.where("tags", name), f"the tag {name} has no {missing}"
                report.error(codes.HALF_ADDRESS, at, what, hint=f"add {missing}: …")


def _check_name(report: Report, node: Resolved, name: str) -> None:
    if not PROPERTY.match(name):
        at = node.where("tags", name)
        report.error(codes.NAME, at, f"{name!r} cannot be the name of a tag", hint=PROPERTY_HINT)
    if name in INTERNAL_TAGS and node.entry.level == WORK_UNIT:
        hint = f"Dovetail keeps {', '.join(INTERNAL_TAGS)} of every WorkUnit itself; choose another name"
        report.error(codes.RESERVED, node.where("tags", name), f"{name} is not free", hint=hint)


def _check_meaning(report: Report, node: Resolved, name: str, tag: TagEntry) -> None:
    scaled = [field for field, neutral in _NEUTRAL.items() if getattr(tag, field) != neutral]
    if scaled and tag.kind in ("bool", "str", "json"):
        at = node.where("tags", name, scaled[0])
        report.error(codes.SCALING, at, f"a {tag.kind} has no {scaled[0]}", hint="kind: f64, i64 or u64")
    if tag.scale == 0:
        report.error(
            codes.SCALING, node.where("tags", name, "scale"), "a scale of 0 makes all values equal", hint="scale: 1"
        )
    if tag.moved is not None and tag.moved in node.tags:
        what = f"{name} cannot have been {tag.moved}, which is still there"
        report.error(codes.MOVED, node.where("tags", name, "moved"), what, hint=_REMOVE_MOVED)


def check_connections(plant: Plant, report: Report, drivers: Drivers) -> None:
    """Each connection's driver exists and accepts its options and the addresses of all tags read over it."""
    check_names(plant, report, "connections")
    entries = plant.entries("connections", ConnectionEntry)
    if not entries:
        return
    reads = _reads(plant, report)
    for name, entry in entries.items():
        at = ("connections", name)
        if entry.moved is not None and entry.moved in plant.names("connections"):
            what = f"{name} cannot have been {entry.moved}, which is still there"
            report.error(codes.MOVED, (*at, "moved"), what, hint=_REMOVE_MOVED)
        try:
            driver = drivers.find(entry.driver)
        except ConfigError:
            what = f"there is no driver {entry.driver}"
            report.error(codes.NO_DRIVER, (*at, "driver"), what, candidates=drivers.names())
            continue
        fit(driver.options, entry.options, (*at, "options"), report)
        _check_addresses(report, driver, reads[name])


def _reads(plant: Plant, report: Report) -> dict[str, Reads]:
    reads: dict[str, Reads] = defaultdict(list)
    for node in resolved(plant, report).values():
        for name, tag in node.tags.items():
            if tag.connection is not None and tag.address is not None:
                reads[tag.connection].append((tag.address, node, name))
    return reads


def _check_addresses(report: Report, driver: Driver, reads: Reads) -> None:
    for address, node, name in reads:
        try:
            driver.accept(address, KINDS[node.tags[name].kind])
        except DovetailError as error:
            at = node.where("tags", name, "address")
            hint = error.hint or f"an address looks like {driver.example}"
            report.error(codes.ADDRESS, at, f"{node.path}.{name}: {error.message}", hint=hint)
