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
    limit = _Limit(clock, limit_s, task)
    try:
        result = await task
    except (Exception, asyncio.CancelledError) as error:
        limit.stop()
        limit.refuse(what, error)
        raise
    limit.stop()
    limit.refuse(what, None)  # work that would not be cancelled has come too late
    return result


class _Limit:
    """Cancels the work when its time is up.

    The work has a task of its own: libraries with time limits of theirs (anyio, below the web drivers) may leave a
    cancellation behind in theirs, which nobody meant, and the link that asked would end for ever without a word.
    """

    def __init__(self, clock: Clock, limit_s: float, task: asyncio.Future[Any]) -> None:
        asker = asyncio.current_task()
        assert asker is not None
        self._is_over = False
        self._task, self._asker, self._cancelled_before = task, asker, asker.cancelling()
        self._clock, self._limit_s = clock, limit_s
        self._rings = 2
        self._set()

    def refuse(self, what: str, error: BaseException | None) -> None:
        """Raise what comes of it when the task was cancelled: that somebody else did so counts before our LinkError."""
        if self._asker.cancelling() > self._cancelled_before:
            raise asyncio.CancelledError from error
        if self._is_over:
            raise LinkError(f"{what} takes longer than {self._limit_s:.0f} s", code="link-timeout") from error

    def stop(self) -> None:
        """It rings no more."""
        self._take_back()

    def _set(self) -> None:
        self._due_us = self._clock.monotonic_us() + round(self._limit_s * SECOND_US)
        self._take_back = self._clock.ring(self._limit_s, self._ring)

    def _ring(self) -> None:
        self._rings -= 1
        if self._rings and self._clock.monotonic_us() - self._due_us >= LATE_US:
            self._set()
            return
        self._is_over = True
        self._task.cancel()
