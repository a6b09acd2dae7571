"""What the edge is told to collect, and what it says of each link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from dovetail.links.model import LinkHealth, ScanPoint, TimeRule

type LinkState = Literal["down", "settling", "up", "demoted"]


@dataclass(frozen=True, slots=True)
class LinkPlan:
    """One connection of the plant: the driver's name and options, which clock counts, and its points."""

    name: str
    driver: str
    options: Mapping[str, object]
    good_through_tag: int
    clock_offset_tag: int
    time: TimeRule = "auto"
    points: tuple[ScanPoint, ...] = ()


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """What the screens and the API say of a link. Times µs UTC; `good_through_us` None before the first mark.

    `state`: demoted is down because the device is silent although its link stands, and is asked at a slow pace.
    `waiting`: parcels that were taken for good and are on disk until the historian has them; `refused`: it never will.
    """

    name: str
    driver: str
    endpoint: str
    state: LinkState
    since_us: int
    cause: str
    good_through_us: int | None
    clock_offset_us: int | None
    samples_per_s: float
    samples: int = 0
    overruns: int = 0
    reconnects: int = 0
    demotions: int = 0
    lost_samples: int = 0
    points_bad: int = 0
    health: LinkHealth = field(default_factory=LinkHealth)
    insecure: bool = False
    waiting: int = 0
    waiting_since_us: int | None = None
    refused: int = 0
    refused_why: str = ""

    @property
    def up(self) -> bool:
        """Whether values come in and every tag has been seen."""
        return self.state == "up"


@dataclass(frozen=True, slots=True)
class LinkChange:
    """A link went down or came up, said once each way. `at_us`: since then; down begins where NO DATA begins.

    `link` is its good-through tag, which stays the same when the connection is renamed.
    """

    link: int
    name: str
    up: bool
    at_us: int
    cause: str


@dataclass(slots=True)
class LinkCounters:
    """What a link has counted since the edge started; `lost_samples` is how often the device's own queue ran over."""

    samples: int = 0
    lost_samples: int = 0
