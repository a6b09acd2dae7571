"""A question to a device has an end: a driver without a timeout of its own must not hold a link for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

from dovetail.core.clock import SECOND_US, Clock
from dovetail.core.errors import LinkError

ANSWER_MAX_S: Final = 12.0  # a net below the drivers' own timeouts: a half-open link is known within 15 s all the same
READ_MAX_S: Final = 60.0  # many blocks of many units on one slow wire take their time, each with a timeout of its own
LATE_US: Final = SECOND_US  # a timer that rings this late: it is this machine that stood still, not the device


async def within[T](clock: Clock, work: Coroutine[Any, Any, T], *, what: str, limit_s: float = ANSWER_MAX_S) -> T:
    """The result of `work`; LinkError when it takes longer than `limit_s`. What is given up is cancelled.

    When the timer itself rings late, the answer may lie unread in our socket: the device gets its time once more.
    """
    task = asyncio.ensure_future(work)
    try:
        for _ in range(2):
            due_us = clock.monotonic_us() + round(limit_s * SECOND_US)
            timer = asyncio.ensure_future(clock.sleep(limit_s))
            try:
                await asyncio.wait({task, timer}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                timer.cancel()
                await asyncio.gather(timer, return_exceptions=True)
            if task.done():
                return task.result()
            if clock.monotonic_us() - due_us < LATE_US:
                break
        raise LinkError(f"{what} takes longer than {limit_s:.0f} s", code="link-timeout")
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
