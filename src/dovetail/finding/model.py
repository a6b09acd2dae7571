"""What was found at an address of the plant's network, and how it would be connected."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dovetail.finding.door import Door


@dataclass(frozen=True, slots=True)
class Find:
    """One device, or one part of it that is connected by itself. `says` is how it names itself, in its own words.

    `details` are what else it told, `notes` what a person should know before connecting it.
    """

    host: str
    port: int
    driver: str
    says: str
    options: Mapping[str, Any]
    details: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """A name for the connection, as plant code allows it.

        >>> Find("10.1.2.7", 502, "modbus", "", {"unit": 3}).name
        'modbus-10-1-2-7-unit3'
        """
        unit = self.options.get("unit")
        parts = [self.driver, self.host, *([f"unit{unit}"] if unit is not None else [])]
        return re.sub(r"[^a-z0-9]+", "-", "-".join(parts).lower()).strip("-")[:63]


@dataclass(frozen=True, slots=True)
class Way:
    """How one protocol is found: `ports` are where it usually listens; `ask` says what answers there.

    `ask` may raise OSError and TimeoutError of the connection; an empty list: something listens, but not this.
    """

    title: str
    ports: tuple[int, ...]
    ask: Callable[[Door], Awaitable[list[Find]]]


@dataclass(frozen=True, slots=True)
class Left:
    """A host that was asked no further, and why."""

    host: str
    why: str


@dataclass(frozen=True, slots=True)
class Stranger:
    """Somebody listens at a port, and answers in none of the ways that were tried: there is no driver for it here."""

    host: str
    port: int
    tried: tuple[str, ...]


@dataclass(slots=True)
class Survey:
    """What looking at some hosts came to. `unasked`: hosts whose turn had not come when the time was over."""

    finds: list[Find] = field(default_factory=list[Find])
    strangers: list[Stranger] = field(default_factory=list[Stranger])
    left: list[Left] = field(default_factory=list[Left])
    asked: int = 0
    connections: int = 0
    unasked: list[str] = field(default_factory=list[str])
