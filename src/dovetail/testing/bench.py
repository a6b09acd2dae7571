"""The bench on which a driver is tried: a device that counts, and that its maker can switch off, change and mislead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, Protocol, runtime_checkable

from dovetail.core.batch import Value
from dovetail.core.clock import Clock
from dovetail.drivers.base import Point, Shared
from dovetail.links.model import ScanPoint

STEP: Final = 10  # point n shows STEP · number + n: a value that came to the wrong point is seen at once
MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it, that nobody else may enter
QUICK: Final = str(MEMORY) if MEMORY.is_dir() else None  # how fast the disk is, is not what is tried
BEHIND: Final = "known-to-the-bench-alone"  # what every name of a secret stands for here
SCAN_S: Final = 1.0  # how often a point is read that is polled

type Trial = Literal[
    "server restart",
    "cable pull",
    "half-open link",
    "slow server",
    "garbage reply",
    "late reply",
    "address gone",
    "type changed",
    "clock skew",
    "reconnects",
]


# What points show meanwhile; "held": nothing new, and what was taken stays; "one …": the first point, the others go on
type Shows = Literal["no data", "values", "one bad", "held", "one held"]

type Kind = Literal["none", "pulled", "half-open", "refused", "slow", "late", "garbage", "truncated"]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the cable.

    `pulled`: nothing passes either way; what was sent is held and passes once it is plugged, as TCP does.
    `half-open`: connections are taken and all that is sent is swallowed; at its end they are reset.
    `refused`: nobody listens, and who was connected is reset.
    `slow`, `late`: every answer comes `delay_s` later than it was given, in two pieces; late: nobody waits so long.
    `garbage`: noise of the same length in place of each answer.
    `truncated`: half of an answer, then the connection ends.
    """

    kind: Kind = "none"
    delay_s: float = 0.0


class Bench(Protocol):
    """A device on loopback that one driver is tried with. All calls belong to the event loop that started it.

    `points` have the tag ids 1, 2, …; the first is the one that goes away and changes its type. `late_s`: an answer
    that comes later than this is one that the driver with these options no longer waits for. `cannot`: trials that
    this protocol knows nothing of, and why.
    """

    driver: str
    points: tuple[ScanPoint, ...]
    late_s: float
    cannot: Mapping[Trial, str]

    @property
    def port(self) -> int:
        """Where it listens, the same for as long as it is."""
        ...

    def options(self, port: int) -> Mapping[str, object]:
        """The driver's options for a device that is reached at `port` of loopback."""
        ...

    async def start(self) -> None:
        """Be there, with the number 0."""
        ...

    async def stop(self) -> None:
        """Leave nothing behind."""
        ...

    async def switch_off(self) -> None:
        """Every connection breaks, nobody listens, and what was agreed with clients is forgotten."""
        ...

    async def switch_on(self) -> None:
        """Listen again, on the same port."""
        ...

    async def make(self, number: int) -> None:
        """Every point n shows STEP · number + n from now on."""
        ...

    async def lose(self) -> None:
        """The first point is no longer there."""
        ...

    async def find(self) -> None:
        """It is there again."""
        ...

    async def retype(self) -> None:
        """The first point holds a text from now on."""
        ...

    async def untype(self) -> None:
        """It is a number again."""
        ...

    def skew(self, offset_us: int) -> None:
        """The device's own clock is wrong by so much from now on."""
        ...


class Cable(Protocol):
    """What lies between a device and its link, and can be spoiled."""

    fault: Fault
    connections: int  # that were taken

    @property
    def port(self) -> int:
        """Where the link finds the device."""
        ...

    async def lay(self, target_port: int) -> None:
        """Join the two."""
        ...

    async def remove(self) -> None:
        """Take it away."""
        ...

    async def suffer(self, fault: Fault) -> None:
        """From now on this is wrong with it, and nothing else."""
        ...


@runtime_checkable
class OwnCable(Protocol):
    """A bench that is not reached through TCP, and knows what can be wrong on the way to it."""

    def cable(self, seed: int) -> Cable:
        """What lies between it and the link."""
        ...


@runtime_checkable
class Taken(Protocol):
    """A bench whose values are taken for good (its driver `keeps`): none may be lost, none may come twice.

    `shows`: what is seen in a trial where that is not the same as for a device that is asked.
    """

    shows: Mapping[Trial, Shows]

    def given(self, n: int) -> Sequence[int]:
        """The numbers of point `n` that it has handed over: from then on they are ours to keep."""
        ...


@runtime_checkable
class Posting(Protocol):
    """A bench that posts to us."""

    def meet(self, shared: Shared, link: int) -> None:
        """This is the edge, and the good-through tag of the link that takes."""
        ...


@runtime_checkable
class Writable(Protocol):
    """A bench with a point of its own that may be written, and the values that are."""

    writable: Point
    writes: Sequence[Value]


@runtime_checkable
class Secured(Protocol):
    """A bench whose device can also be one that asks for a proof."""

    def secured(self) -> Bench:
        """Another of its kind, secured; its options hold what proves who asks."""
        ...


@runtime_checkable
class Wide(Protocol):
    """A bench whose device can also be one with very many points that it tells by itself."""

    def wide(self, count: int, clock: Clock) -> Bench:
        """Another of its kind with the points 1 to `count`, and no other time than that of the clock."""
        ...


@runtime_checkable
class Forgetting(Protocol):
    """A bench that would remember for a while whoever was cut off: that is no memory of ours that grows."""

    async def forget(self) -> None:
        """Nobody is connected: let go of all who were."""
        ...
