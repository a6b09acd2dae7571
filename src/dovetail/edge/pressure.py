"""How much of each link waits for the store, and which links must therefore be read more slowly.

A link alone may fill all of the room; several greedy ones share it, and what brings little is not held for them. So
one machine that floods us slows itself down, and its neighbours' values go on. Where many that bring little are more
than the store takes, all of them are read more slowly before the room is full.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final, Literal

from dovetail.core.batch import Frame, Kind
from dovetail.core.limits import FRAMES_WAITING_MAX, WAITING_HIGH, WAITING_LEAST
from dovetail.drivers.flow import Flow

FRAME_COSTS: Final = 200  # samples: so a link of many tiny frames is held before it has filled the queue of all
CROWDED: Final = FRAMES_WAITING_MAX * 3 // 4  # frames of all links: more than greedy ones alone may have waiting
ROOM_AGAIN: Final = FRAMES_WAITING_MAX * 5 // 8
TEXT_COSTS: Final = 32  # characters that cost as much memory as a sample

_TEXTS: Final = frozenset({Kind.STR, Kind.JSON})


def weight(frame: Frame) -> int:
    """What a frame costs while it waits, in samples of a number (~35 bytes)."""
    texts = sum(sum(map(len, batch.value)) for batch in frame.batches if batch.kind in _TEXTS)
    return max(len(frame), FRAME_COSTS) + texts // TEXT_COSTS


def allowed(greedy: int) -> int:
    """How much of one link may wait, when so many links have more than the least waiting.

    >>> allowed(1) == WAITING_HIGH, allowed(4) == WAITING_HIGH // 4, allowed(10_000) == WAITING_LEAST
    (True, True, True)
    """
    return max(WAITING_LEAST, WAITING_HIGH // max(greedy, 1))


class Pressure:
    """The account of all links of one edge, by their good-through tags."""

    def __init__(self) -> None:
        self._waiting: Counter[int] = Counter()
        self._greedy: set[int] = set()
        self._takes_more = True
        self._is_crowded = False
        self._flows: defaultdict[int, Flow] = defaultdict(Flow)  # a handful of words per link, for the run

    def flow(self, link: int) -> Flow:
        """Whether this link may read on."""
        return self._flows[link]

    def came(self, link: int, cost: int) -> None:
        """A frame of this link waits from now on."""
        waits = self._waiting[link] = self._waiting[link] + cost
        if waits > WAITING_LEAST:
            self._greedy.add(link)
        if waits >= allowed(len(self._greedy)) or (link in self._greedy and not self._takes_more):
            self._flows[link].hold()

    def fill(self, frames: int) -> Literal["crowded", "room again", "as before"]:
        """So many frames wait, of all links together; says what is new about that."""
        if not self._is_crowded and frames >= CROWDED:
            self._is_crowded = True
            for flow in self._flows.values():
                flow.hold("of all")
            return "crowded"
        if self._is_crowded and frames <= ROOM_AGAIN:
            self._is_crowded = False
            self._let_go()
            return "room again"
        return "as before"

    def went(self, costs: Counter[int]) -> None:
        """So much of each link no longer waits. A link goes on when half of its room is free."""
        self._waiting -= costs
        self._greedy = {link for link in self._greedy if self._waiting[link] > WAITING_LEAST}
        self._let_go()

    @contextmanager
    def nothing_more(self) -> Generator[None]:
        """While the block lasts no greedy link reads on, so that what waits comes to an end however much is sent."""
        self._takes_more = False
        for link in self._greedy:
            self._flows[link].hold()
        try:
            yield
        finally:
            self._takes_more = True
            self._let_go()

    def _let_go(self) -> None:
        if self._is_crowded or not self._takes_more:
            return
        room = allowed(len(self._greedy)) // 2
        for link, flow in self._flows.items():
            if flow.is_held and self._waiting[link] <= room:
                flow.go_on()
