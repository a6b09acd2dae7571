"""Whole pieces to the slices in which they were made, and to the jobs that shared them: none lost, none halved."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from dovetail.performance.model import Pieces
from dovetail.performance.tracks import CountTrack

KINDS: tuple[str, ...] = ("good", "scrap", "rework", "infeed")


class Stretch(Protocol):
    """A stretch of time that pieces can fall into; `may_produce`: a run, or time without data."""

    @property
    def t0_us(self) -> int: ...
    @property
    def t1_us(self) -> int: ...
    @property
    def may_produce(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Allotted:
    """How many pieces of one count record went to one stretch (both by their place in the list given)."""

    count: int
    stretch: int
    quantity: int


def split(quantity: int, weights: Sequence[int]) -> list[int]:
    """Whole parts of `quantity` in proportion to `weights`, by largest remainder; the earlier part wins a tie.

    >>> split(10, [1, 1, 1])
    [4, 3, 3]
    >>> split(-10, [1, 1, 1])
    [-4, -3, -3]
    """
    sign, size, total = (-1 if quantity < 0 else 1), abs(quantity), sum(weights)
    parts = [size * weight // total for weight in weights]
    by_rest = sorted(range(len(weights)), key=lambda i: (-(size * weights[i] % total), i))
    for i in by_rest[: size - sum(parts)]:
        parts[i] += 1
    return [sign * part for part in parts]


def allot(counts: Sequence[CountTrack], stretches: Sequence[Stretch]) -> list[Allotted]:
    """Where the pieces of each count record went. `stretches` follow each other without gap.

    A record inside one stretch goes there; one that straddles is split by time. One marked `spread` (an outage, a
    restart) goes to the stretches that ran or of which nothing is known; to all, where there is no such.
    """
    ends = [stretch.t1_us for stretch in stretches]
    starts = [stretch.t0_us for stretch in stretches]
    found: list[Allotted] = []
    for place, count in enumerate(counts):
        first = bisect_right(ends, count.t0_us)
        last = max(first + 1, bisect_left(starts, count.t1_us))
        if count.t0_us >= count.t1_us:  # a correction at an instant belongs to what ended or went on there
            first = min(bisect_left(ends, count.t1_us), len(stretches) - 1)
            last = first + 1
        found += _share_out(place, count, range(first, min(last, len(stretches))), stretches)
    return found


def _share_out(place: int, count: CountTrack, among: range, stretches: Sequence[Stretch]) -> list[Allotted]:
    if len(among) == 1:
        return [Allotted(place, among[0], count.quantity)]
    weights = [min(count.t1_us, stretches[i].t1_us) - max(count.t0_us, stretches[i].t0_us) for i in among]
    if count.spread and any(stretches[i].may_produce for i in among):
        weights = [w if stretches[i].may_produce else 0 for i, w in zip(among, weights, strict=True)]
    parts = split(count.quantity, weights)
    return [Allotted(place, i, part) for i, part in zip(among, parts, strict=True) if part]


def sum_by_stretch(allotted: Sequence[Allotted], counts: Sequence[CountTrack], n: int) -> list[Pieces]:
    """The pieces of each of `n` stretches."""
    sums = [dict.fromkeys(KINDS, 0) for _ in range(n)]
    for part in allotted:
        sums[part.stretch][counts[part.count].kind] += part.quantity
    return [Pieces(**kinds) for kinds in sums]


def split_pieces(pieces: Pieces, weights: Sequence[int]) -> list[Pieces]:
    """The pieces of a slice among the jobs that shared it."""
    by_kind = [split(getattr(pieces, kind), weights) for kind in KINDS]
    return [Pieces(*parts) for parts in zip(*by_kind, strict=True)]
