"""Which stretches of a controller's memory are read together: few requests, nothing forbidden, one bad point alone.

Pure, and the same for every protocol that reads memory by position: Modbus, S7, SLMP, FINS. Positions count in the
area's own unit (register, bit, byte). What a device refuses is learned as cuts: places that no block spans any more.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple


class Span(NamedTuple):
    """What one point needs of an area: positions [start, start + length)."""

    start: int
    length: int

    @property
    def stop(self) -> int:
        return self.start + self.length


class Block(NamedTuple):
    """One request: positions [start, start + length), and the points it brings by their index, in order of position."""

    start: int
    length: int
    members: tuple[int, ...]

    @property
    def stop(self) -> int:
        return self.start + self.length


@dataclass(frozen=True, slots=True)
class Rules:
    """What one request may span.

    `length_max` is the longest request, `gap_max` how many unneeded positions are cheaper than another request,
    `forbidden` are stretches that must not be read at all. Learned from refusals: `cuts` are positions at which no
    point joins a block that began before, and `alone` are spans that share their request with no other span.
    """

    length_max: int
    gap_max: int = 0
    forbidden: tuple[Span, ...] = ()
    cuts: frozenset[int] = frozenset()
    alone: frozenset[Span] = frozenset()

    def cut_at(self, position: int) -> Rules:
        """Two blocks are accepted on their own but not together: the second begins at `position`."""
        return replace(self, cuts=self.cuts | {position})

    def refused(self, span: Span) -> Rules:
        """This span is refused by itself: its neighbours are read around it."""
        return replace(self, cuts=self.cuts | {span.start, span.stop}, alone=self.alone | {span})

    def accepted(self, span: Span) -> Rules:
        """What was refused before is accepted again."""
        return replace(self, cuts=self.cuts - {span.start, span.stop}, alone=self.alone - {span})


@dataclass(frozen=True, slots=True)
class Layout:
    """How the points of one area are read, and which cannot be: longer than a request, or on forbidden ground."""

    blocks: tuple[Block, ...]
    outside: tuple[int, ...] = ()


def plan(spans: Sequence[Span], rules: Rules) -> Layout:
    """Sort and coalesce; every point is in exactly one block or `outside`.

    >>> plan([Span(10, 2), Span(0, 1), Span(3, 1)], Rules(length_max=100, gap_max=4)).blocks
    (Block(start=0, length=4, members=(1, 2)), Block(start=10, length=2, members=(0,)))
    """
    barriers = _Barriers(rules)
    order = sorted(range(len(spans)), key=lambda index: (spans[index], index))
    outside = tuple(index for index in order if _is_outside(spans[index], rules, barriers))
    left = set(outside)
    lonely: dict[Span, list[int]] = {}
    groups: list[list[int]] = []
    start = stop = 0
    for index in order:
        span = spans[index]
        if index in left:
            continue
        if span in rules.alone:
            lonely.setdefault(span, []).append(index)
            continue
        wide = max(stop, span.stop)
        fits = groups and span.start - stop <= rules.gap_max and wide - start <= rules.length_max
        if fits and not barriers.between(start, span.start, wide):
            groups[-1].append(index)
            stop = wide
        else:
            groups.append([index])
            start, stop = span.start, span.stop
    blocks = [_around(tuple(members), spans) for members in [*groups, *lonely.values()]]
    return Layout(tuple(sorted(blocks)), outside)


def _is_outside(span: Span, rules: Rules, barriers: _Barriers) -> bool:
    return span.length > rules.length_max or barriers.forbids(span.start, span.stop)


class _Barriers:
    """Answers quickly whether something stands between two positions."""

    def __init__(self, rules: Rules) -> None:
        self._cuts = sorted(rules.cuts)
        merged: list[tuple[int, int]] = []
        for start, stop in sorted((span.start, span.stop) for span in rules.forbidden if span.length > 0):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(merged[-1][1], stop))
            else:
                merged.append((start, stop))
        self._starts = [start for start, _ in merged]
        self._stops = [stop for _, stop in merged]

    def forbids(self, start: int, stop: int) -> bool:
        """Whether any forbidden position lies in [start, stop)."""
        at = bisect_right(self._stops, start)
        return at < len(self._starts) and self._starts[at] < stop

    def between(self, start: int, following: int, stop: int) -> bool:
        """Whether a block from `start` may not take in a point at `following` and then reach to `stop`."""
        at = bisect_right(self._cuts, start)
        return (at < len(self._cuts) and self._cuts[at] <= following) or self.forbids(start, stop)


def halves(block: Block, spans: Sequence[Span]) -> tuple[Block, Block] | None:
    """A refused block as two, cut between two starts if it can be; None when all its points want the same span.

    >>> halves(Block(0, 12, (0, 1)), [Span(0, 2), Span(10, 2)])
    (Block(start=0, length=2, members=(0,)), Block(start=10, length=2, members=(1,)))
    """
    wanted = [spans[index] for index in block.members]
    starts = sorted({span.start for span in wanted})
    border = (starts[len(starts) // 2], 0) if len(starts) > 1 else wanted[-1]
    at = bisect_left(wanted, border)
    return (_around(block.members[:at], spans), _around(block.members[at:], spans)) if at else None


def _around(members: tuple[int, ...], spans: Sequence[Span]) -> Block:
    start = spans[members[0]].start
    return Block(start, max(spans[index].stop for index in members) - start, members)
