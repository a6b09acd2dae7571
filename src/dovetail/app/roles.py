"""Work that goes on by itself: a thread that does one step after another, and rests until it is nudged."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from dovetail.core.limits import STOP_S

log = logging.getLogger(__name__)

REST_S: Final = 1.0  # a lost nudge costs at most this
FAILED_FIRST_S: Final = 0.5
FAILED_MAX_S: Final = 30.0  # a database that is away is asked again no more often


class Worker:
    """Calls `step` until it answers 0, then rests. A step that fails is said once and tried again, ever slower.

    `gather_s`: after a nudge wait this long for more, where one step deals with many as cheaply as with one.
    `is_behind` tells after a step whether the next is due at once, where that it did something does not say it.
    """

    def __init__(
        self,
        name: str,
        step: Callable[[], int],
        *,
        rest_s: float = REST_S,
        gather_s: float = 0.0,
        is_behind: Callable[[], bool] | None = None,
    ) -> None:
        self.name = name
        self._step = step
        self._is_behind = is_behind
        self._rest_s = rest_s
        self._gather_s = gather_s
        self._stop = threading.Event()
        self._nudged = threading.Event()
        self._thread: threading.Thread | None = None
        self.failing: str | None = None  # what `dovetail doctor` says; None while all is well
        self.steps = 0  # that did something
        self.busy_s = 0.0  # in those

    def nudge(self, _message: object = None) -> None:
        """There may be something to do."""
        self._nudged.set()

    def start(self) -> None:
        """Begin in a thread of its own."""
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, name=f"dovetail-{self.name}", daemon=True)
        self._thread.start()

    def ask_to_stop(self) -> None:
        """End after the step under way; `stop` waits for it."""
        self._stop.set()
        self._nudged.set()

    def stop(self) -> None:
        """End after the step under way. A step is short; one that hangs is left behind with the process."""
        self.ask_to_stop()
        if self._thread is not None:
            self._thread.join(STOP_S)
            if self._thread.is_alive():
                log.error("%s does not stop", self.name)
            self._thread = None

    def _run(self) -> None:
        pause_s = FAILED_FIRST_S
        while not self._stop.is_set():
            self._nudged.clear()
            began_s = time.monotonic()
            try:
                done = self._step()
            except Exception as error:
                if self.failing is None:
                    log.exception("%s failed; it is tried again", self.name)
                self.failing = f"{type(error).__name__}: {error}"
                self._stop.wait(pause_s)
                pause_s = min(FAILED_MAX_S, pause_s * 2)
                continue
            if done:
                self.steps += 1
                self.busy_s += time.monotonic() - began_s
            if self.failing is not None:
                log.info("%s works again", self.name)
                self.failing, pause_s = None, FAILED_FIRST_S
            again = bool(done) if self._is_behind is None else self._is_behind()
            if not again and self._nudged.wait(self._rest_s) and self._gather_s:
                self._stop.wait(self._gather_s)
