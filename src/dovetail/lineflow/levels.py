"""How full the buffers of a line were, by their own level: which side a unit waited for, and which it did not."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dovetail.core.clock import SECOND_US

NEAR_US: Final = 5 * SECOND_US  # a unit goes on saying that it runs for about so long after the last piece
LAST_PIECES: Final = 1  # so many more or less are the piece that is just being taken


@dataclass(frozen=True, slots=True)
class Level:
    """Pieces in a buffer from each moment on; None: not known. `capacity`: how many it holds at most, where it is said.

    >>> belt = Level(ts=(0, 60_000_000), pieces=(40.0, 0.0), capacity=80)
    >>> belt.is_empty(30_000_000), belt.is_empty(58_000_000), belt.is_full(58_000_000)
    (False, True, False)
    """

    ts: Sequence[int]
    pieces: Sequence[float | None]
    capacity: int | None = None

    def is_empty(self, at_us: int) -> bool | None:
        """Whether it ran empty about a moment; None: nobody knows."""
        near = self._near(at_us)
        return None if not near else min(near) <= LAST_PIECES

    def is_full(self, at_us: int) -> bool | None:
        """Whether it was full about a moment; None: nobody knows, or nobody says how many it holds."""
        near = self._near(at_us)
        return None if not near or self.capacity is None else max(near) >= self.capacity - LAST_PIECES

    def _near(self, at_us: int) -> list[float]:
        first = max(0, bisect_right(self.ts, at_us - NEAR_US) - 1)
        last = bisect_right(self.ts, at_us + NEAR_US)
        return [one for one in self.pieces[first:last] if one is not None]
