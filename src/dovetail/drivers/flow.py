"""What a device sends by itself faster than it can be kept waits in the device, not in our memory.

Who reads what is pushed to us asks its `Flow`: while it is held, nothing more is taken from the wire. TCP then slows
the sender down; a broker keeps or drops by its own rules, an OPC UA server queues, and says when that ran over.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Literal

type Whose = Literal["its own", "of all"]
type Turn = Callable[[], None]


class Flow:
    """Whether one link may read on. Lives in the loop; held and let go by whoever knows how much waits."""

    def __init__(self) -> None:
        self.is_held = False
        self.whose: Whose = "its own"  # what waits: much of this link, or some of everybody's
        self.turns = 0  # how often it was held or let go: who saw the same number twice saw no change between
        self._free = asyncio.Event()
        self._free.set()
        self._followers: list[tuple[Turn, Turn]] = []

    async def free(self) -> None:
        """Until the link may read on; at once when it may."""
        await self._free.wait()

    @contextmanager
    def followed(self, hold: Turn, go_on: Turn) -> Generator[None]:
        """For those who are called with what came: told when to stop reading and when to go on, at once where held."""
        follower = (hold, go_on)
        self._followers.append(follower)
        if self.is_held:
            hold()
        try:
            yield
        finally:
            self._followers.remove(follower)

    def hold(self, whose: Whose = "its own") -> None:
        """Enough waits."""
        if not self.is_held:
            self.is_held, self.whose = True, whose
            self.turns += 1
            self._free.clear()
            for hold, _ in [*self._followers]:
                hold()

    def go_on(self) -> None:
        """There is room again."""
        if self.is_held:
            self.is_held = False
            self.turns += 1
            self._free.set()
            for _, go_on in [*self._followers]:
                go_on()
