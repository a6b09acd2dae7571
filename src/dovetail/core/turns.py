"""Work that may wait takes turns with what may not: a part of it at a step, so that nobody stands behind all of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

PART: Final = 64  # of one step: what may not wait comes between two of them
SHARE: Final = 4  # a round takes at most one part in so many of the time


@dataclass(slots=True)
class Turns:
    """Rounds over numbered things, one every `pace_us` at most. Pace 0: a round at every step, whole."""

    pace_us: int = 0
    _left: list[int] = field(init=False, default_factory=list[int])
    _began_us: int = field(init=False, default=0)
    _took_us: int = field(init=False, default=0)
    _next_us: int = field(init=False, default=0)

    @property
    def is_open(self) -> bool:
        """Whether a round is under way: the next step should come at once."""
        return bool(self._left)

    def take(self, now_us: int, waiting: Callable[[], Iterable[int]]) -> frozenset[int]:
        """Whose turn it is in this step; `waiting` is asked when a round begins. Times are monotonic."""
        if not self.pace_us:
            return frozenset(waiting())
        if not self._left and now_us >= self._next_us:
            self._left, self._began_us, self._took_us = list(waiting()), now_us, 0
            self._next_us = now_us + self.pace_us
        part, self._left = self._left[:PART], self._left[PART:]
        return frozenset(part)

    def took(self, part: frozenset[int], took_us: int) -> None:
        """What a step with a part of a round took of the time: the next round waits accordingly."""
        if part and self.pace_us:
            self._took_us += took_us
            self._next_us = self._began_us + max(self.pace_us, SHARE * self._took_us)
