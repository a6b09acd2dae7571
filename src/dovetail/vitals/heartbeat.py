"""Notice that the program stands still: a loop that is blocked, or a whole process that was suspended.

The loop beats twice a second. A thread beside it looks at the last beat and says once where the loop hangs; a service
manager that is told of beats ends a server that has none. Either way the timeline is true: what nobody looked at is
not declared good by the edge.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import Final, Literal

log = logging.getLogger(__name__)

BEAT_S: Final = 0.5
BLOCKED_S: Final = 2.0  # four beats missed: screens stutter, polls are late
FRAMES_SAID: Final = 6  # of the stack: where it hangs stands at its end

type Verdict = Literal["well", "blocked", "suspended"]


def judge(*, beat_age_s: float, own_lateness_s: float) -> Verdict:
    """What it means that the last beat is so old, seen by a thread that itself is so late: late itself, all stood."""
    if own_lateness_s >= BLOCKED_S:
        return "suspended"
    return "blocked" if beat_age_s >= BLOCKED_S else "well"


class Heartbeat:
    """`run` belongs to the event loop; `on_beat` is called there with each beat, and must not block."""

    def __init__(
        self, *, on_beat: Callable[[], None] = lambda: None, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._on_beat = on_beat
        self._monotonic = monotonic
        self._beat_s: float | None = None
        self._loop_thread = 0
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._is_blocked = False
        self.lag_s = 0.0  # how late the last beat was
        self.lag_max_s = 0.0  # the worst since somebody asked by `worst_lag_s`
        self.blocked = 0  # times since the start
        self.suspended = 0

    def start(self) -> None:
        """Watch from now on; to be called in the loop that `run` will run in."""
        self._loop_thread = threading.get_ident()
        self._stop.clear()
        self._thread = threading.Thread(target=self._watch, name="dovetail-heartbeat", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Watch no longer."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(2)
            self._thread = None

    async def run(self) -> None:
        """Beat until cancelled."""
        while True:
            due_s = self._monotonic() + BEAT_S
            await asyncio.sleep(BEAT_S)
            self.lag_s = max(0.0, self._monotonic() - due_s)
            self.lag_max_s = max(self.lag_max_s, self.lag_s)
            self._beat_s = self._monotonic()
            self._on_beat()

    def worst_lag_s(self) -> float:
        """The longest that the loop kept others waiting since the last time somebody asked."""
        worst, self.lag_max_s = self.lag_max_s, 0.0
        return worst

    def _watch(self) -> None:
        looked_s = self._monotonic()
        while not self._stop.wait(BEAT_S):
            now_s = self._monotonic()
            self.look(now_s, own_lateness_s=now_s - looked_s - BEAT_S)
            looked_s = now_s

    def look(self, now_s: float, *, own_lateness_s: float) -> Verdict:
        """Judge by the last beat, and say what is new: once when it begins, once when it is over."""
        if self._beat_s is None:
            return "well"
        age_s = now_s - self._beat_s
        verdict = judge(beat_age_s=age_s, own_lateness_s=own_lateness_s)
        if verdict == "suspended":
            self.suspended += 1
            log.warning("the whole process stood still for %.0f s: suspended, or starved by others", own_lateness_s)
            self._beat_s = now_s  # the loop stood still with us: it gets its time to beat
        elif verdict == "blocked" and not self._is_blocked:
            self._is_blocked = True
            self.blocked += 1
            log.error("the event loop has not moved for %.1f s; it is at:\n%s", age_s, self._where())
        elif verdict == "well" and self._is_blocked:
            self._is_blocked = False
            log.warning("the event loop moves again")
        return verdict

    def _where(self) -> str:
        frame = sys._current_frames().get(self._loop_thread)
        return "".join(traceback.format_stack(frame)[-FRAMES_SAID:]) if frame is not None else "(unknown)"
