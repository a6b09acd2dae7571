"""What an agent's documents say: the device's items, observations in their order, and where the next ones begin.

MTConnect Standard Part 1 §8-9 (streams, errors), Part 2 (devices). Namespaces carry the version and are ignored.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from dovetail.core.clock import from_datetime
from dovetail.core.errors import LinkError
from dovetail.drivers.base import NO_DEVICE_TIME

UNAVAILABLE: Final = "UNAVAILABLE"
LEVELS: Final = {"Unavailable": -1, "Normal": 0, "Warning": 1, "Fault": 2}
_BELOW: Final = ("Components", "DataItems")


@dataclass(frozen=True, slots=True)
class Seen:
    """One observation; `value` is text, or a mapping for a data set, None when the agent has none."""

    item: str
    name: str | None
    sequence: int
    at_us: int
    value: str | dict[str, str] | None
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """One entry of a condition: its level, and what it carries."""

    level: str
    code: str = ""
    qualifier: str = ""
    text: str = ""
    key: str = ""  # which of several entries that are active at once


@dataclass(frozen=True, slots=True)
class Streams:
    """A streams document. `created_us`: when the agent closed it, by its clock; 0 when it does not say."""

    instance: str
    created_us: int
    first: int
    last: int
    next: int
    seen: tuple[Seen, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """An error document: the standard's codes (OUT_OF_RANGE, NO_DEVICE …) and the agent's words."""

    codes: tuple[str, ...]
    text: str
    instance: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A data item of the device's description."""

    id: str
    name: str | None
    category: str  # SAMPLE, EVENT, CONDITION
    type: str
    units: str | None = None


@dataclass(slots=True)
class Part:
    """A device or component with what it holds."""

    id: str
    name: str
    items: list[Item] = field(default_factory=list[Item])
    parts: list[Part] = field(default_factory=list["Part"])


def tree(body: bytes, *, where: str) -> Element:
    """The document's root; LinkError for what is no XML, or carries what a machine never sends (entities, DTD)."""
    try:
        return fromstring(body)
    except (
        ParseError,
        DefusedXmlException,
        ValueError,
        LookupError,
        RecursionError,
    ) as error:  # an encoding nobody knows
        raise LinkError(f"{where} sends what is no MTConnect document: {error}", code="mtconnect-xml") from error


def read(body: bytes, *, where: str) -> Streams | Refused:
    """A streams or an error document. Raises LinkError for anything else."""
    root = tree(body, where=where)
    kind = _plain(root.tag)
    header = _child(root, "Header")
    if kind == "MTConnectError":
        found = [one for one in root.iter() if _plain(one.tag) == "Error"]
        words = "; ".join((one.text or "").strip() for one in found)
        codes = tuple(one.get("errorCode", "") for one in found)
        return Refused(codes, words or "no words", "" if header is None else header.get("instanceId", ""))
    if kind != "MTConnectStreams" or header is None:
        raise LinkError(f"{where} sends a {kind} instead of streams", code="mtconnect-document")
    try:
        first, last, following = (
            int(header.get(name, "")) for name in ("firstSequence", "lastSequence", "nextSequence")
        )
        seen = tuple(_observations(root))
    except ValueError as error:
        raise LinkError(f"{where} sends streams without sequence numbers", code="mtconnect-document") from error
    created = header.get("creationTime", "")
    return Streams(header.get("instanceId", ""), moment(created), first, last, following, seen)


def moment(text: str) -> int:
    """A time as MTConnect writes it, µs UTC; NO_DEVICE_TIME where there is none to believe.

    >>> moment("2026-01-01T00:00:00.5Z") % 1_000_000
    500000
    """
    try:
        found = datetime.fromisoformat(text.strip())
        return max(from_datetime(found if found.tzinfo else found.replace(tzinfo=UTC)), NO_DEVICE_TIME)
    except (ValueError, OverflowError):
        return NO_DEVICE_TIME


def _observations(root: Element) -> Iterator[Seen]:
    for group in root.iter():
        kind = _plain(group.tag)
        if kind not in ("Samples", "Events", "Condition"):
            continue
        for one in group:
            item = one.get("dataItemId")
            if item is None:
                continue
            level = _plain(one.tag)
            condition = None
            value: str | dict[str, str] | None
            if kind == "Condition" and level in LEVELS:
                words = (one.text or "").strip()
                code = one.get("nativeCode", "")
                key = one.get("conditionId") or code
                condition = Condition(level, code, one.get("qualifier", ""), words, key)
                value = None if level == "Unavailable" else level
            else:
                value = _value(one)
            yield Seen(
                item, one.get("name"), int(one.get("sequence", "")), moment(one.get("timestamp", "")), value, condition
            )


def _value(one: Element) -> str | dict[str, str] | None:
    entries = [entry for entry in one if _plain(entry.tag) == "Entry"]
    if entries:
        return {entry.get("key", ""): (entry.text or "").strip() for entry in entries if entry.get("removed") != "true"}
    text = "".join(one.itertext()).strip()
    return None if text == UNAVAILABLE else text


def devices(body: bytes, *, where: str) -> list[Part]:
    """The devices that a probe document describes. Raises LinkError for anything else."""
    root = tree(body, where=where)
    if _plain(root.tag) != "MTConnectDevices":
        raise LinkError(f"{where} sends a {_plain(root.tag)} instead of devices", code="mtconnect-document")
    return [_part(one) for group in root if _plain(group.tag) == "Devices" for one in group]


def _part(element: Element) -> Part:
    name = element.get("name") or element.get("id", "")
    part = Part(element.get("id", ""), f"{_plain(element.tag)} {name}".strip())
    for group in element:
        inside = _plain(group.tag)
        if inside == "DataItems":
            part.items += [
                Item(one.get("id", ""), one.get("name"), one.get("category", ""), one.get("type", ""), one.get("units"))
                for one in group
                if _plain(one.tag) == "DataItem"
            ]
        elif inside == "Components":
            part.parts += [_part(one) for one in group]
    return part


def _plain(tag: Any) -> str:
    """A tag without its namespace; comments have none."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _child(root: Element, name: str) -> Element | None:
    return next((one for one in root if _plain(one.tag) == name), None)
