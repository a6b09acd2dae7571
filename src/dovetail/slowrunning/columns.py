"""The minutes in which a machine ran, and what it made in each, as columns: a month has 44,640 of them.

The pieces are shared out as `ledger.pieces` does it for the same stretches of time, to the piece; one by one are only
those that a person entered for a job, that came from an outage, or that jobs beside each other share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dovetail.core.clock import MINUTE_US
from dovetail.counting.pieces import CountTrack
from dovetail.ledger.model import Slice
from dovetail.ledger.pieces import Allotted, allot, pieces_by_job
from dovetail.ledger.timeclass import NO_KNOWLEDGE, RUNNING

PRODUCED: Final = ("good", "scrap", "rework")
EXACT: Final = 2**62  # what is larger is shared out one by one, in numbers without end

type Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Part:
    """[t0_us, t1_us) of a slice: a stretch that pieces can fall into."""

    t0_us: int
    t1_us: int
    piece: Slice

    @property
    def may_produce(self) -> bool:
        return self.piece.state in RUNNING or self.piece.state in NO_KNOWLEDGE

    @property
    def job_ids(self) -> list[str | None]:
        return [share.job_response_id for share in self.piece.shares]

    @property
    def job_ppm(self) -> list[int]:
        return [share.share_ppm for share in self.piece.shares]


@dataclass(frozen=True, slots=True)
class Parts:
    """Stretches of slices by time: where each begins and ends, and (`of`) which slice it is of."""

    slices: Sequence[Slice]
    t0_us: Ints
    t1_us: Ints
    of: Ints

    def part(self, number: int) -> Part:
        """One of them."""
        return Part(int(self.t0_us[number]), int(self.t1_us[number]), self.slices[self.of[number]])


@dataclass(frozen=True, slots=True)
class Made:
    """What was made in each part: pieces, and the time (ns) that they should have taken at their standard rates."""

    produced: Ints
    ideal_ns: Ints


def ints(values: Sequence[int]) -> Ints:
    """A column of whole numbers."""
    return np.array(values, dtype=np.int64)


def cut(slices: Sequence[Slice], at: Sequence[int]) -> Parts:
    """The slices, which follow each other, cut at these moments."""
    return _cut(slices, ints(at))


def minutes(slices: Sequence[Slice], judged: Sequence[bool], at: Sequence[int]) -> Parts:
    """The slices, those that are `judged` cut at these moments and at each minute: a counter's pieces are told by the
    minute, so none of them is halved."""
    mine = np.array(judged, dtype=bool)
    begin_us, end_us = (
        ints([edge for edge, is_in in zip(ends, judged, strict=True) if is_in]) for ends in _ends(slices)
    )
    first, last = begin_us // MINUTE_US + 1, (end_us - 1) // MINUTE_US
    many = last - first + 1  # minutes that begin inside of it
    before = np.repeat(np.cumsum(many) - many, many)
    each = (np.repeat(first, many) + np.arange(int(many.sum())) - before) * MINUTE_US
    moments = ints(at)
    of = np.searchsorted(ints(_ends(slices)[0]), moments, side="right") - 1
    return _cut(slices, np.concatenate((moments[(of >= 0) & mine[of]], each)))


def _ends(slices: Sequence[Slice]) -> tuple[list[int], list[int]]:
    return [piece.t0_us for piece in slices], [piece.t1_us for piece in slices]


def _cut(slices: Sequence[Slice], edges: Ints) -> Parts:
    begin_us, end_us = (ints(ends) for ends in _ends(slices))
    t0_us = np.unique(np.concatenate((begin_us, edges[(begin_us[0] <= edges) & (edges < end_us[-1])])))
    of = np.searchsorted(begin_us, t0_us, side="right") - 1
    inside = t0_us < end_us[of]
    t0_us, of = t0_us[inside], of[inside]
    return Parts(slices, t0_us, np.minimum(np.append(t0_us[1:], end_us[-1:]), end_us[of]), of)


def made(parts: Parts, counts: Sequence[CountTrack]) -> Made:
    """What was made in each part."""
    told = [one for one in counts if one.kind in PRODUCED]
    which, where, quantity = _shared_out(parts, told)
    produced = np.zeros(len(parts.of), dtype=np.int64)
    np.add.at(produced, where, quantity)
    per_item = ints([piece.shares[0].pri_ns or 0 for piece in parts.slices])
    several = np.array([len(piece.shares) > 1 for piece in parts.slices], dtype=bool)
    ideal_ns = produced * per_item[parts.of]
    beside = np.flatnonzero(several[parts.of])
    if len(beside):
        place = {int(number): n for n, number in enumerate(beside)}
        theirs = [
            Allotted(int(count), place[int(number)], int(pieces))
            for count, number, pieces in zip(which, where, quantity, strict=True)
            if int(number) in place
        ]
        stretches = [parts.part(int(number)) for number in beside]
        for number, part, pieces in zip(beside, stretches, pieces_by_job(theirs, told, stretches), strict=True):
            shares = zip(part.piece.shares, pieces, strict=True)
            ideal_ns[number] = sum((share.pri_ns or 0) * one.produced for share, one in shares)
    return Made(produced, ideal_ns)


def _shared_out(parts: Parts, counts: Sequence[CountTrack]) -> tuple[Ints, Ints, Ints]:
    """(count, part, pieces): where the pieces of each count went, as `ledger.pieces.allot` says it."""
    none = ints([])
    if not counts or not len(parts.of):
        return none, none, none
    t0_us, t1_us = ints([one.t0_us for one in counts]), ints([one.t1_us for one in counts])
    quantity = ints([one.quantity for one in counts])
    first = np.searchsorted(parts.t1_us, t0_us, side="right")
    last = np.maximum(first + 1, np.searchsorted(parts.t0_us, t1_us, side="left"))
    instant = t0_us >= t1_us  # pieces at an instant belong to what ended or went on there
    first[instant] = np.minimum(np.searchsorted(parts.t1_us, t1_us[instant], side="left"), len(parts.of) - 1)
    last[instant] = first[instant] + 1
    many = np.minimum(last, len(parts.of)) - first
    whole, across = np.flatnonzero(many == 1), many > 1
    chosen = np.array([one.spread or one.job_response_id is not None for one in counts], dtype=bool)
    alone = np.flatnonzero(across & (chosen | (np.abs(quantity) > EXACT // np.maximum(t1_us - t0_us, 1))))
    by_time = np.setdiff1d(np.flatnonzero(across), alone)
    found = [(whole, first[whole], quantity[whole])]
    found += [_by_time(parts, (by_time, t0_us, t1_us, quantity), first, many)] if len(by_time) else []
    found += [_alone(parts, counts, int(n), range(int(first[n]), int(first[n] + many[n]))) for n in alone]
    which, where, pieces = (np.concatenate(column) for column in zip(*found, strict=True))
    return which, where, pieces


def _by_time(parts: Parts, counts: tuple[Ints, Ints, Ints, Ints], first: Ints, many: Ints) -> tuple[Ints, Ints, Ints]:
    """Counts that reach over several parts, shared by time: by largest remainder, the earlier part wins a tie."""
    chosen, t0_us, t1_us, quantity = counts
    each = many[chosen]
    begins = np.cumsum(each) - each
    which = np.repeat(chosen, each)
    where = np.repeat(first[chosen] - begins, each) + np.arange(len(which))
    weight = np.minimum(t1_us[which], parts.t1_us[where]) - np.maximum(t0_us[which], parts.t0_us[where])
    total = np.repeat(np.add.reduceat(weight, begins), each)
    size = np.abs(quantity[which])
    pieces, rest = size * weight // total, size * weight % total
    left = np.abs(quantity[chosen]) - np.add.reduceat(pieces, begins)
    order = np.lexsort((-rest, which))
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order)) - np.repeat(begins, each)
    pieces += rank < np.repeat(left, each)
    return which, where, pieces * np.sign(quantity[which])


def _alone(parts: Parts, counts: Sequence[CountTrack], count: int, among: range) -> tuple[Ints, Ints, Ints]:
    """One count that goes to some of the parts it reaches over."""
    found = allot([counts[count]], [parts.part(number) for number in among])
    where = ints([among[one.stretch] for one in found])
    return np.full_like(where, count), where, ints([one.quantity for one in found])


def spanned(parts: Parts, from_us: int, to_us: int) -> range:
    """Which parts lie between two of their edges."""
    return range(*(int(place) for place in np.searchsorted(parts.t0_us, (from_us, to_us))))
