"""A topic or filter that the plant wants, with the points that read it, and whether its device is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from dovetail.drivers.arrivals import Row
from dovetail.drivers.clocks import DeviceClock
from dovetail.drivers.mqtt.address import Pointer


@dataclass(slots=True)
class Inside:
    """One point that reads a JSON document of its source."""

    index: int
    pointer: Pointer
    time: Pointer | None
    put: Callable[[Row], None]


@dataclass(slots=True, eq=False)
class Source:
    """A topic or filter that points want. `heard_us` monotonic-like: our receive time of the last message."""

    topic: str
    texts: list[tuple[int, Callable[[Row], None]]] = field(default_factory=list)
    documents: list[Inside] = field(default_factory=list)
    clock: DeviceClock = field(default_factory=DeviceClock)
    heard_us: int = 0
    state: Literal["there", "away", "silent"] = "there"
    refused: int = 0  # the broker's code when it does not give us this topic

    @property
    def indices(self) -> list[int]:
        return [index for index, _ in self.texts] + [inside.index for inside in self.documents]
