"""A clock that a test owns: it moves only when told, and wakes sleepers in the order of their time."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable

from dovetail.core.clock import SECOND_US

DAY_ZERO_US = 1_767_592_800_000_000  # Monday 2026-01-05 06:00 UTC: a start of shift, far from any DST change

TURNS_MAX = 20  # of the loop: enough for a chain of tasks to reach its next wait
IDLE_TURNS = 3  # in which nobody had anything to do: all wait; not one, for a thread may just be handing in its result


class ManualClock:
    """Wall and monotonic time under the test's hand."""

    def __init__(self, at_us: int = DAY_ZERO_US) -> None:
        self._now_us = at_us
        self._monotonic_us = 0
        self._order = itertools.count()
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []

    def now_us(self) -> int:
        return self._now_us

    def monotonic_us(self) -> int:
        return self._monotonic_us

    async def sleep(self, duration_s: float) -> None:
        await self._due(duration_s)

    def ring(self, after_s: float, bell: Callable[[], None]) -> Callable[[], object]:
        future = self._due(after_s)
        future.add_done_callback(lambda done: None if done.cancelled() else bell())
        return future.cancel

    def _due(self, after_s: float) -> asyncio.Future[None]:
        """Done when so much time has passed."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        due_us = self._monotonic_us + round(after_s * SECOND_US)
        heapq.heappush(self._sleepers, (due_us, next(self._order), future))
        return future

    def step(self, offset_us: int) -> None:
        """Let the wall clock jump as a wrong time server makes it; monotonic time does not notice."""
        self._now_us += offset_us

    def tick(self, duration_us: int) -> None:
        """Move both times without waking anyone: for synchronous tests."""
        self._now_us += duration_us
        self._monotonic_us += duration_us

    async def advance(self, duration_s: float) -> None:
        """Move time forward, waking every sleeper at its own moment and letting it run before the next."""
        end_us = self._monotonic_us + round(duration_s * SECOND_US)
        await self._settle()
        while self._sleepers and self._sleepers[0][0] <= end_us:
            due_us, _, future = heapq.heappop(self._sleepers)
            self.tick(max(0, due_us - self._monotonic_us))
            if not future.done():
                future.set_result(None)
            await self._settle()
        self.tick(end_us - self._monotonic_us)

    async def _settle(self) -> None:
        ready = getattr(asyncio.get_running_loop(), "_ready", None)  # not every loop tells
        idle = 0
        for _ in range(TURNS_MAX):
            await asyncio.sleep(0)
            idle = 0 if ready is None or ready else idle + 1
            if idle == IDLE_TURNS:
                return
