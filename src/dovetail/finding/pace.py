"""How gently a network is asked: so many connections a second in all, and never two at once to one host."""

from __future__ import annotations

import asyncio
from typing import Final

from dovetail.core.clock import SECOND_US, Clock

HOSTS_AT_ONCE: Final = 8
PER_SECOND: Final = 20  # connections that are begun, in all: what an old switch does not notice
REST_S: Final = 0.1  # between two questions to one host: controllers serve their machine first


class Pace:
    """One per survey, in one loop."""

    def __init__(self, clock: Clock, *, per_second: float = PER_SECOND, rest_s: float = REST_S) -> None:
        self.begun = 0  # connections so far
        self.hosts = asyncio.Semaphore(HOSTS_AT_ONCE)
        self.rest_s = rest_s
        self._clock = clock
        self._gap_us = round(SECOND_US / per_second)
        self._next_us = 0

    async def turn(self) -> None:
        """Wait until one more connection may be begun."""
        now_us = self._clock.monotonic_us()
        at_us = max(now_us, self._next_us)
        self._next_us = at_us + self._gap_us
        self.begun += 1
        if at_us > now_us:
            await self._clock.sleep((at_us - now_us) / SECOND_US)

    async def rest(self) -> None:
        """Between two questions to the same host."""
        await self._clock.sleep(self.rest_s)
