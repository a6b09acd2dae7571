"""Lets people, whose requests run in threads, look through links that the edge tries in its loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final

from dovetail.core import limits, plugins
from dovetail.core.clock import Clock
from dovetail.core.errors import LinkError
from dovetail.drivers.base import PACKAGE, DriverSpec, Found, Point
from dovetail.edge.runtime import EdgeRuntime
from dovetail.trials.links import Look, Trials, Tried

WAIT_S: Final = 2 * (limits.TRIAL_OPEN_S + limits.TRIAL_ANSWER_S)  # others may be connecting first


def _load_driver(name: str) -> DriverSpec:
    return plugins.load(PACKAGE, name)


class EdgeOfThreads:
    """Trials beside the edge of this installation, once it runs; asks of them wait for their answer."""

    def __init__(self, clock: Clock, secret: Callable[[str], str]) -> None:
        self._clock = clock
        self._secret = secret
        self._running: tuple[Trials, asyncio.AbstractEventLoop] | None = None

    def serve(self, edge: EdgeRuntime) -> None:
        """From now on links are tried, over the cables of this edge. Called in its loop."""
        trials = Trials(clock=self._clock, load=_load_driver, secret=self._secret, shared=edge.shared)
        self._running = trials, asyncio.get_running_loop()

    async def rest(self) -> None:
        """Nothing is tried any more."""
        running, self._running = self._running, None
        if running is not None:
            await running[0].close()

    def look(self, tried: Tried, points: Sequence[Point]) -> Look:
        """What a link and its points show now. Raises LinkError, ConfigError and RefusedError."""
        return self._ask(lambda trials: trials.look(tried, points))

    def browse(self, tried: Tried, address: str | None) -> list[Found]:
        """What a device says lies under an address."""
        return self._ask(lambda trials: trials.browse(tried, address))

    def _ask[T](self, question: Callable[[Trials], Coroutine[Any, Any, T]]) -> T:
        if self._running is None:
            raise LinkError("nothing is collected here at the moment", code="edge-rests", hint="try again in a moment")
        trials, loop = self._running
        future = asyncio.run_coroutine_threadsafe(question(trials), loop)
        try:
            return future.result(WAIT_S)
        except TimeoutError as error:
            future.cancel()
            raise LinkError(f"no answer within {WAIT_S:.0f} s", code="link-timeout") from error
