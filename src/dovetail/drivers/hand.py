"""What may hang for ever, a network folder, a database, is asked by one thread that nobody has to wait for.

A share whose server is gone blocks whoever touches it, and no time-out ends that. So one question is under way at a
time, and as long as it is, the next one is told so instead of costing another thread.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from dovetail.core.errors import LinkError


class Hand:
    """Reaches for one thing. `what` names it for people. Lives in one loop; its thread ends with the question."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._turn = asyncio.Lock()
        self._last: Future[Any] | None = None

    @property
    def is_stuck(self) -> bool:
        """Whether a question that was given up is still under way."""
        return self._last is not None and not self._last.done()

    async def ask[T](self, work: Callable[[], T]) -> T:
        """The result of `work`. Raises LinkError while one that was given up before has not come back."""
        async with self._turn:
            if self.is_stuck:
                hint = "look at the network and at the machine behind it"
                raise LinkError(f"{self._what} does not answer", code="hand-stuck", hint=hint)
            answer: Future[T] = Future()
            answer.set_running_or_notify_cancel()  # from now on giving up does not end it
            self._last = answer
            threading.Thread(target=_run, args=(work, answer), name="asyncio_hand", daemon=True).start()
            return await asyncio.wrap_future(answer)


def _run[T](work: Callable[[], T], answer: Future[T]) -> None:
    try:
        answer.set_result(work())
    except BaseException as fault:
        answer.set_exception(fault)
