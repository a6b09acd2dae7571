"""Whether this machine's own time can be trusted: its wall clock may be set, and the machine may stand still.

Wall time says when something was; monotonic time says how long it took. Where the two part, nobody saw what happened.
"""

from __future__ import annotations

from typing import Final

from dovetail.core.clock import SECOND_US, Clock

STEP_US: Final = 5 * SECOND_US  # a time server that settles moves the clock by less
STILL_US: Final = 5 * SECOND_US  # a loop that beats each second and misses five beats did not run


class OwnClock:
    """Watches the clock of one link's keeper. `beat` is called each second, whatever else is waited for."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._apart_us = clock.now_us() - clock.monotonic_us()
        self._beat_us = clock.monotonic_us()

    def beat(self) -> None:
        """The loop runs."""
        self._beat_us = self._clock.monotonic_us()

    def still_us(self) -> int:
        """How long nothing ran, up to now; 0 where that is nothing unusual."""
        still_us = self._clock.monotonic_us() - self._beat_us
        return still_us if still_us > STILL_US else 0

    def was_still_since(self, begun_us: int) -> bool:
        """Whether nothing ran for long between `begun_us` (monotonic) and now: an answer may be of any moment."""
        return self.still_us() > 0 and begun_us - self._beat_us <= STILL_US

    def step_us(self) -> int:
        """By how much the wall clock was set since the last question; 0 for the small moves that are its business."""
        apart_us = self._clock.now_us() - self._clock.monotonic_us()
        step_us, self._apart_us = apart_us - self._apart_us, apart_us
        return step_us if abs(step_us) > STEP_US else 0
