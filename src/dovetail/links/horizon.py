"""How far the values held on a link are good, and what a sample's time must not contradict.

Pure. Two promises: every sample handed over lies at or before the good-through that goes with it (so BAD at
good-through + 1 µs ends every value, also after a crash), and after a reconnection no sample lies before the BAD
that the outage left behind (so BAD ends at the moment of re-reading, not before it began).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from dovetail.core.errors import LinkError
from dovetail.core.limits import CLOCK_FUTURE_US

COLUMNS_MAX: Final = 64  # a few scan classes of a few kinds; a plan that is made anew brings new ones
LATE_US: Final = CLOCK_FUTURE_US  # a change reported this long after its time: its clock, not its way, is to blame


class Horizon:
    """The marks of one link over its tags (sorted ids). Times int64 µs UTC on the link's timeline."""

    def __init__(self, tags: Sequence[int], mark_us: int | None) -> None:
        self.tags = np.array(sorted(set(tags)), dtype=np.int64)
        self.mark_us = mark_us
        self._floor = np.full(len(self.tags), np.iinfo(np.int64).min, dtype=np.int64)
        self._fresh = np.zeros(len(self.tags), dtype=np.bool_)
        self._columns: dict[int, tuple[NDArray[np.int64], NDArray[np.intp]]] = {}  # a column's id: it, and its index

    @property
    def is_settled(self) -> bool:
        """Whether every tag has been seen since the link came up."""
        return bool(self._fresh.all())

    def unseen(self) -> set[int]:
        """Tags that have not been seen since the link came up."""
        return set(self.tags[~self._fresh].tolist())

    def connect(self, now_us: int) -> None:
        """The link is up from `now_us`; each tag's first sample will stand there or later."""
        self._columns.clear()
        start_us = now_us if self.mark_us is None else max(now_us, self.mark_us + 1)
        self._floor[:] = start_us
        self._fresh[:] = False

    def shift(self) -> None:
        """The timeline moved (another clock counts now): nothing may slide back before what was declared good."""
        if self.mark_us is not None:
            np.maximum(self._floor, self.mark_us, out=self._floor)

    def admit(
        self, tag: NDArray[np.int64], ts: NDArray[np.int64], *, seen: Literal["reported", "polled"], read_us: int
    ) -> NDArray[np.int64]:
        """The times at which these samples may stand. Raises LinkError for tags that are not of this link.

        A polled value that is older than the mark was observed at `read_us`: it stands there, because up to the
        mark the previous value has been declared true; and so does a reported one that is older by far (a clock
        stepped back, the device's or ours). Where our own clock is behind the mark, time stands right after it.
        """
        index = self._index(tag)
        first = ~self._fresh[index]
        if first.any():
            if self.mark_us is not None:
                self._floor[index[first]] = np.maximum(self._floor[index[first]], self.mark_us + 1)
            self._fresh[index] = True
        if self.mark_us is not None:
            old = ts <= self.mark_us if seen == "polled" else (ts < self.mark_us - LATE_US) & ~first
            if old.any():
                ts = np.where(old, max(read_us, self.mark_us + 1), ts)
        return np.maximum(ts, self._floor[index])

    def _index(self, tag: NDArray[np.int64]) -> NDArray[np.intp]:
        """Where the tags of a batch stand; a driver gives the same column that nobody may write with every read."""
        known = self._columns.get(id(tag))
        if known is not None and known[0] is tag:
            return known[1]
        index = np.searchsorted(self.tags, tag)
        if not np.array_equal(self.tags.take(index, mode="clip"), tag):
            raise LinkError("the answer is of tags that were not asked for", code="foreign-tags")
        if not tag.flags.writeable:
            if len(self._columns) == COLUMNS_MAX:
                self._columns.clear()
            self._columns[id(tag)] = tag, index
        return index

    def lose(self, tags: Sequence[int]) -> int:
        """Of these tags nothing is known any more, though the link stands: where their BAD begins."""
        at_us = self.advance(0 if self.mark_us is None else self.mark_us + 1)
        self._fresh[np.searchsorted(self.tags, np.array(tags, dtype=np.int64))] = False
        return at_us

    def advance(self, proof_us: int) -> int:
        """Values are good through `proof_us`; marks never go back. Returns the mark."""
        self.mark_us = proof_us if self.mark_us is None else max(self.mark_us, proof_us)
        return self.mark_us

    def break_off(self, now_us: int) -> int:
        """The link is lost: where BAD begins — right after the last moment that was good, or now if there was none."""
        at_us = now_us if self.mark_us is None else self.mark_us + 1
        self.mark_us = at_us
        self._fresh[:] = False
        return at_us
