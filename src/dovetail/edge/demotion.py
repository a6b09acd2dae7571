"""How a device that is silent on a standing link is asked again: soon at first, then slowly, never at others' cost."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Final

from dovetail.core.clock import SECOND_US, Clock

FIRST_S: Final = 0.5  # one lost answer must not cost five seconds
SLOWEST_S: Final = 5.0  # with the question itself and the first values a device is back within ten seconds
SILENT_MAX: Final = 6  # then the connection is made anew: it may be the link that is dead, not the device
REST: Final = 4  # after a question to a silent device the wire belongs to the others for four times as long


def pause_s(asks: int, rng: random.Random) -> float:
    """How long to wait before asking a silent device for the `asks`-th time (from 0): jittered, doubling, bounded."""
    ceiling_s = min(SLOWEST_S, FIRST_S * 2 ** min(asks, 10))
    return rng.uniform(ceiling_s / 2, ceiling_s)


class Wire:
    """A physical link that several devices share. Its silent ones are asked one at a time, for a fifth of its time.

    So n silent devices with a timeout of one second are each asked every 5·n s, and their neighbours hardly notice.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.users: set[str] = set()  # the links on it, by name
        self._turn = asyncio.Lock()
        self._free_us = 0

    async def ask[T](self, question: Callable[[], Awaitable[T]]) -> T:
        """Ask when the wire has rested from the question before; what it took decides how long it rests after this."""
        async with self._turn:
            rest_us = self._free_us - self._clock.monotonic_us()
            if rest_us > 0:
                await self._clock.sleep(rest_us / SECOND_US)
            begun_us = self._clock.monotonic_us()
            try:
                return await question()
            finally:
                done_us = self._clock.monotonic_us()
                self._free_us = done_us + (REST * (done_us - begun_us) if len(self.users) > 1 else 0)
