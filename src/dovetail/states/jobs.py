"""Follow the signals: a thread that derives states whenever frames were stored, and looks at the clock each second."""

from __future__ import annotations

import logging
import threading
from typing import Final

from dovetail.core.bus import Bus
from dovetail.core.limits import BACKOFF_FIRST_S, BACKOFF_MAX_S
from dovetail.events.equipment import PlantApplied
from dovetail.events.historian import FramesStored
from dovetail.states.service import StatesRoom

log = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 1.0  # what changes by time alone is seen within this


class StatesJob:
    """Runs the room until it is told to stop. A nudge makes it look at once; without any it looks each second."""

    def __init__(self, room: StatesRoom, *, bus: Bus) -> None:
        self._room = room
        self._nudged = threading.Event()
        self._unsubscribe = [
            bus.subscribe(FramesStored, lambda _stored: self._nudged.set()),
            bus.subscribe(PlantApplied, lambda _applied: self._nudged.set()),
        ]

    def run(self, stop: threading.Event) -> None:
        """Blocks until `stop` is set (looked at each second and at every nudge)."""
        back_off_s = 0.0
        while not stop.is_set():
            self._nudged.clear()
            try:
                worked = self._room.step()
                if back_off_s:
                    log.info("states are derived again")
                back_off_s = 0.0
            except Exception:
                if not back_off_s:
                    log.exception("states cannot be derived; trying again")
                back_off_s = min(max(2 * back_off_s, BACKOFF_FIRST_S), BACKOFF_MAX_S)
                stop.wait(back_off_s)
                continue
            if not worked:
                self._nudged.wait(LOOK_EVERY_S)

    def wake(self) -> None:
        """Look at once: also the way to let `run` notice that it should stop."""
        self._nudged.set()

    def close(self) -> None:
        """Listen no longer."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self.wake()
