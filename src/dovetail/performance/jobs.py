"""Keep the ledger in step in the background: look when somebody nudges, and every few seconds in case nobody did."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final

from dovetail.core.bus import Bus
from dovetail.events.equipment import PlantApplied
from dovetail.events.production import JobResponseChanged
from dovetail.events.states import RecordsChanged
from dovetail.performance.service import PerformanceRoom

log = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 5.0  # a nudge may be lost (another process), an event never is
GATHER_S: Final = 0.2  # records of several units change together: one step settles them all


class LedgerLoop:
    """One thread that settles. `step_all` is its whole work, for tests and for a process that has its own loop."""

    def __init__(self, room: PerformanceRoom, *, bus: Bus) -> None:
        self._room = room
        self._nudged = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        kinds: tuple[type[object], ...] = (RecordsChanged, JobResponseChanged, PlantApplied)
        self._unsubscribe: list[Callable[[], None]] = [bus.subscribe(kind, self._nudge) for kind in kinds]

    def _nudge(self, _event: object) -> None:
        self._nudged.set()

    def start(self) -> None:
        """Begin in a thread of its own; what waits in the event log is settled first."""
        self._thread = threading.Thread(target=self._run, name="dovetail-ledger")
        self._thread.start()

    def stop(self) -> None:
        """End after the step in hand; nothing is lost, the next start goes on from there."""
        self._stopping.set()
        self._nudged.set()
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        if self._thread is not None:
            self._thread.join()

    def step_all(self) -> int:
        """Settle until no event waits; answers how many were dealt with."""
        total = 0
        while not self._stopping.is_set():
            dealt = self._room.step()
            total += dealt
            if not dealt:
                break
        return total

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._nudged.clear()
            try:
                self.step_all()
            except Exception:
                log.exception("the ledger could not be settled; it will be tried again")
                self._stopping.wait(LOOK_EVERY_S)
            self._nudged.wait(LOOK_EVERY_S)
            self._stopping.wait(GATHER_S)
