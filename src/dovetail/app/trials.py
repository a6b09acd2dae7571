"""Lets people, whose requests run in threads, look through links that the edge tries in its loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final

from dovetail.core import limits
from dovetail.core.errors import LinkError
from dovetail.drivers.base import Found, Point
from dovetail.edge.runtime import EdgeRuntime
from dovetail.edge.trial import Look, Tried

WAIT_S: Final = 2 * (limits.TRIAL_OPEN_S + limits.TRIAL_ANSWER_S)  # others may be connecting first


class EdgeOfThreads:
    """The edge of this installation, once it runs; asks of it wait for their answer."""

    def __init__(self) -> None:
        self._running: tuple[EdgeRuntime, asyncio.AbstractEventLoop] | None = None

    def serve(self, edge: EdgeRuntime) -> None:
        """From now on this edge answers. Called in its loop."""
        self._running = edge, asyncio.get_running_loop()

    def rest(self) -> None:
        """Nobody answers any more."""
        self._running = None

    def look(self, tried: Tried, points: Sequence[Point]) -> Look:
        """What a link and its points show now. Raises LinkError, ConfigError and RefusedError."""
        return self._ask(lambda edge: edge.trials.look(tried, points))

    def browse(self, tried: Tried, address: str | None) -> list[Found]:
        """What a device says lies under an address."""
        return self._ask(lambda edge: edge.trials.browse(tried, address))

    def _ask[T](self, question: Callable[[EdgeRuntime], Coroutine[Any, Any, T]]) -> T:
        if self._running is None:
            raise LinkError("nothing is collected here at the moment", code="edge-rests", hint="try again in a moment")
        edge, loop = self._running
        future = asyncio.run_coroutine_threadsafe(question(edge), loop)
        try:
            return future.result(WAIT_S)
        except TimeoutError as error:
            future.cancel()
            raise LinkError(f"no answer within {WAIT_S:.0f} s", code="link-timeout") from error
