"""The bench on which a driver is tried: a device that counts, and that its maker can switch off, change and mislead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, Protocol

from dovetail.links.model import ScanPoint

STEP: Final = 10  # point n shows STEP · number + n: a value that came to the wrong point is seen at once
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
