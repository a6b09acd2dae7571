"""Chunks that were opened lately: who asks for the last hour again and again finds most of it at hand.

What a chunk holds never changes: who writes it anew gives it another number and another check. So which chunks count is
asked of their month each time, and only what is not at hand is read, and looked at whether it is as it was written.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

from dovetail.chunkstore.months import View
from dovetail.chunkstore.opening import Mark, Packed
from dovetail.core.limits import OPENED_BYTES_MAX
from dovetail.packing.columns import DamagedError
from dovetail.reading.sheets import Line, Opener

TAGS_AT_ONCE = 512  # whose chunks are asked for together
_BESIDE = 600  # bytes that a chunk takes in memory beside its own


class Lately:
    """Of one reader; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: dict[Mark, tuple[Line, int]] = {}  # and how many bytes it takes; the oldest first
        self.bytes = 0

    def lines(self, view: View, tags: Sequence[int], from_us: int, to_us: int) -> Iterator[list[Line]]:
        """The chunks of tags (sorted) that touch [from, to), opened: by tag and time, what is at hand first.

        Of a tag only what comes before all that is not: else its chunks would come in no order, and not be summed up.
        """
        if not self._lines:
            for some in view.packed(tags, from_us, to_us):
                yield self._opened(view, some)
            return
        for start in range(0, len(tags), TAGS_AT_ONCE):
            at_hand, missing, behind = list[Line](), list[Mark](), None
            for tag, mark in view.marks(tags[start : start + TAGS_AT_ONCE], from_us, to_us):
                one = None if tag == behind else self._lines.get(mark)
                if one is None:
                    behind = tag
                    missing.append(mark)
                else:
                    at_hand.append(one[0])
            yield at_hand
            for some in view.packed_of(missing):
                yield self._opened(view, some)

    def _opened(self, view: View, some: Sequence[Packed]) -> list[Line]:
        opener, lines = Opener(), list[Line]()
        kept, weighed = dict[Mark, tuple[Line, int]](), set[int]()
        for mark, tag, body, times, sums in some:
            try:
                line = opener.line(tag, body, times, sums)
            except DamagedError as error:
                view.damaged(tag, error)
                continue
            lines.append(line)
            if mark[1] is not None and sums is not None:  # else nobody can know, or its header is to be derived anew
                own = 0 if id(line.ts) in weighed else line.ts.nbytes
                weighed.add(id(line.ts))
                kept[mark] = line, len(body) + own + _BESIDE
        self._keep(kept)
        return lines

    def _keep(self, new: dict[Mark, tuple[Line, int]]) -> None:
        with self._lock:
            for mark, one in new.items():
                self.bytes += one[1] - self._lines.pop(mark, (None, 0))[1]
                self._lines[mark] = one
            while self.bytes > OPENED_BYTES_MAX:
                self.bytes -= self._lines.pop(next(iter(self._lines)))[1]
