"""Which sequence numbers of a gateway have arrived: contiguous spans, one as long as nothing is missing."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spans:
    """Ascending (first, last) pairs that neither touch nor overlap."""

    ranges: tuple[tuple[int, int], ...] = ()

    def has(self, seq: int) -> bool:
        """Whether `seq` has arrived."""
        at = bisect_right(self.ranges, seq, key=lambda span: span[0]) - 1
        return at >= 0 and seq <= self.ranges[at][1]

    def add(self, seq: int) -> Spans:
        """With `seq`, which joins its neighbours."""
        if not self.ranges or seq > self.ranges[-1][1] + 1:
            return Spans((*self.ranges, (seq, seq)))
        if seq == self.ranges[-1][1] + 1:
            return Spans((*self.ranges[:-1], (self.ranges[-1][0], seq)))
        before = [span for span in self.ranges if span[1] < seq - 1]
        after = [span for span in self.ranges if span[0] > seq + 1]
        touching = self.ranges[len(before) : len(self.ranges) - len(after)]
        first = min((seq, *(span[0] for span in touching)))
        last = max((seq, *(span[1] for span in touching)))
        return Spans((*before, (first, last), *after))

    def without(self, seq: int) -> Spans:
        """Without `seq`, which has not arrived after all."""
        kept: list[tuple[int, int]] = []
        for first, last in self.ranges:
            parts = ((first, min(last, seq - 1)), (max(first, seq + 1), last))
            kept += [part for part in parts if part[0] <= part[1]] if first <= seq <= last else [(first, last)]
        return Spans(tuple(kept))

    def union(self, other: Spans) -> Spans:
        """What has arrived of either."""
        joined: list[tuple[int, int]] = []
        for first, last in sorted((*self.ranges, *other.ranges)):
            if joined and first <= joined[-1][1] + 1:
                joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
            else:
                joined.append((first, last))
        return Spans(tuple(joined))

    def missing(self) -> int:
        """How many numbers lie in the holes."""
        return sum(right[0] - left[1] - 1 for left, right in zip(self.ranges, self.ranges[1:], strict=False))
