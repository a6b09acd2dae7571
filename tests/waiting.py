"""Waiting for what other programs and devices do in real time: no event tells of it, so it is looked at often."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

LOOK_S = 0.01


async def until(condition: Callable[[], object], *, within_s: float = 15.0) -> float:
    """Seconds until it holds. Raises TimeoutError when it does not within that time."""
    began = time.monotonic()
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110 - a condition of the outside world has no event
            await asyncio.sleep(LOOK_S)
    return time.monotonic() - began
