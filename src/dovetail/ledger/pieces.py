"""Whole pieces to the slices in which they were made, and to the jobs that made them: none lost, none halved.

A counter's pieces are shared by the jobs that ran; pieces that a person entered for a named job are that job's alone.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from dovetail.core.shares import split
from dovetail.counting.pieces import KINDS, CountTrack


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces of one stretch of time; a correction may make one of them negative."""

    good: int = 0
    scrap: int = 0
    rework: int = 0
    infeed: int = 0

    @property
    def produced(self) -> int:
        """PQ = GQ + SQ + RQ (STANDARDS §1)."""
        return self.good + self.scrap + self.rework


class Stretch(Protocol):
    """A stretch of time that pieces can fall into; `may_produce`: a run, or time without data.

    `job_ids` are the jobs that ran in it (one None where none did), `job_ppm` their shares, which come to 1,000,000.
    """

    @property
    def t0_us(self) -> int: ...
    @property
    def t1_us(self) -> int: ...
    @property
    def may_produce(self) -> bool: ...
    @property
    def job_ids(self) -> Sequence[str | None]: ...
    @property
    def job_ppm(self) -> Sequence[int]: ...


@dataclass(frozen=True, slots=True)
class Allotted:
    """How many pieces of one count record went to one stretch (both by their place in the list given)."""

    count: int
    stretch: int
    quantity: int


def allot(counts: Sequence[CountTrack], stretches: Sequence[Stretch]) -> list[Allotted]:
    """Where the pieces of each count record went. `stretches` follow each other without gap.

    A record inside one stretch goes there; one that straddles is split by time. One of a named job goes to the
    stretches in which that job ran; one marked `spread` (an outage, an entry for a period) to those that ran or of
    which nothing is known; to all, where there is no such.
    """
    ends = [stretch.t1_us for stretch in stretches]
    starts = [stretch.t0_us for stretch in stretches]
    found: list[Allotted] = []
    for place, count in enumerate(counts):
        first = bisect_right(ends, count.t0_us)
        last = max(first + 1, bisect_left(starts, count.t1_us))
        if count.t0_us >= count.t1_us:  # pieces at an instant belong to what ended or went on there
            first = min(bisect_left(ends, count.t1_us), len(stretches) - 1)
            last = first + 1
        found += _share_out(place, count, range(first, min(last, len(stretches))), stretches)
    return found


def _share_out(place: int, count: CountTrack, among: range, stretches: Sequence[Stretch]) -> list[Allotted]:
    if len(among) == 1:
        return [Allotted(place, among[0], count.quantity)]
    weights = [min(count.t1_us, stretches[i].t1_us) - max(count.t0_us, stretches[i].t0_us) for i in among]
    if count.job_response_id is not None:
        weights = _only(weights, [count.job_response_id in stretches[i].job_ids for i in among])
    if count.spread:
        weights = _only(weights, [stretches[i].may_produce for i in among])
    parts = split(count.quantity, weights)
    return [Allotted(place, i, part) for i, part in zip(among, parts, strict=True) if part]


def _only(weights: Sequence[int], wanted: Sequence[bool]) -> list[int]:
    """The weights of what is wanted; all of them, where nothing that is wanted has any."""
    kept = [weight if want else 0 for weight, want in zip(weights, wanted, strict=True)]
    return kept if any(kept) else list(weights)


def pieces_by_job(
    allotted: Sequence[Allotted], counts: Sequence[CountTrack], stretches: Sequence[Stretch]
) -> list[list[Pieces]]:
    """Per stretch the pieces of each of its jobs: a named job has its own, the others are shared by `job_ppm`."""
    shared = [dict.fromkeys(KINDS, 0) for _ in stretches]
    own: dict[tuple[int, int], dict[str, int]] = {}
    for part in allotted:
        count, jobs = counts[part.count], stretches[part.stretch].job_ids
        to = shared[part.stretch]
        if count.job_response_id is not None and count.job_response_id in jobs:
            place = (part.stretch, list(jobs).index(count.job_response_id))
            to = own.setdefault(place, dict.fromkeys(KINDS, 0))
        to[count.kind] += part.quantity
    nothing = dict.fromkeys(KINDS, 0)
    done: list[list[Pieces]] = []
    for n, ppm in enumerate(stretch.job_ppm for stretch in stretches):
        parts = {kind: split(shared[n][kind], ppm) for kind in KINDS}
        jobs = range(len(ppm))
        done.append([Pieces(**{kind: parts[kind][j] + own.get((n, j), nothing)[kind] for kind in KINDS}) for j in jobs])
    return done
