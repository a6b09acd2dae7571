"""Time in which a machine ran, but for longer than a moment more slowly than a share of its standard rate.

Pure, over the slices of a ledger and the pieces that were counted; so live, late and replayed say the same. It is no
state of its own: it lies on production time (APT), and what it costs is a part of the speed loss.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise
from typing import Final

from dovetail.core.clock import MINUTE_US
from dovetail.core.shares import split
from dovetail.counting.pieces import CountTrack
from dovetail.ledger.model import Slice
from dovetail.ledger.pieces import allot, pieces_by_job
from dovetail.ledger.timeclass import NO_KNOWLEDGE, RUNNING

PIECES_MIN: Final = 10  # planned in the time that is judged, or one piece more or less would decide
PPM: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class SlowRule:
    """Slow is what stays below `below_ppm` of the standard rate for at least `for_us`."""

    below_ppm: int
    for_us: int

    def is_slow(self, ideal_ns: int, elapsed_us: int) -> bool:
        """Whether pieces of so much ideal time are too few for so much time."""
        return ideal_ns * PPM < self.below_ppm * elapsed_us * 1_000


type Rules = Sequence[tuple[int, SlowRule | None]]  # from when each holds, by time


@dataclass(frozen=True, slots=True)
class Part:
    """[t0_us, t1_us) of a slice: a stretch that pieces can fall into."""

    t0_us: int
    t1_us: int
    piece: Slice
    rule: SlowRule | None = None

    @property
    def may_produce(self) -> bool:
        return self.piece.state in RUNNING or self.piece.state in NO_KNOWLEDGE

    @property
    def job_ids(self) -> list[str | None]:
        return [share.job_response_id for share in self.piece.shares]

    @property
    def job_ppm(self) -> list[int]:
        return [share.share_ppm for share in self.piece.shares]

    @property
    def elapsed_us(self) -> int:
        return self.t1_us - self.t0_us

    @property
    def need_us(self) -> int:
        """How long it takes until something can be said: `for_us`, or so long that PIECES_MIN were planned in it."""
        slowest_ns = max(share.pri_ns or 0 for share in self.piece.shares)
        return max(self.rule.for_us if self.rule else 0, PIECES_MIN * slowest_ns // 1_000)

    @property
    def theoretical_mu(self) -> int:
        """Pieces the standard rate would have made, in thousandths."""
        times = split(self.elapsed_us, self.job_ppm)
        rates = [share.pri_ns or 0 for share in self.piece.shares]
        return sum((2_000_000 * us + ns) // (2 * ns) for us, ns in zip(times, rates, strict=True) if ns)


@dataclass(frozen=True, slots=True)
class Made:
    """A part with the pieces made in it and their ideal time."""

    part: Part
    produced: int
    ideal_ns: int


@dataclass(frozen=True, slots=True)
class SlowStretch:
    """A machine ran slowly in [t0_us, t1_us); `made`: slice by slice."""

    equipment_id: int
    t0_us: int
    t1_us: int
    rule: SlowRule
    made: tuple[Made, ...]

    @property
    def elapsed_us(self) -> int:
        """How long, µs."""
        return self.t1_us - self.t0_us

    @property
    def produced(self) -> int:
        """Pieces made in it."""
        return sum(one.produced for one in self.made)

    @property
    def theoretical_mu(self) -> int:
        """Pieces the standard rate would have made, in thousandths."""
        return sum(one.part.theoretical_mu for one in self.made)

    @property
    def ideal_ns(self) -> int:
        """How long its pieces should have taken."""
        return sum(one.ideal_ns for one in self.made)

    @property
    def lost_us(self) -> int:
        """Its part of the speed loss: the time that its pieces should not have taken."""
        return self.elapsed_us - (self.ideal_ns + 500) // 1_000

    @property
    def share(self) -> float:
        """Actual rate by standard rate: the Effectiveness of this time."""
        return self.ideal_ns / (1_000 * self.elapsed_us)


def is_judged(piece: Slice) -> bool:
    """Whether a rate can be held against a slice: it is production time in which it ran, at a rate that is known."""
    return piece.cls == "APT" and piece.state in RUNNING and all(share.pri_ns is not None for share in piece.shares)


def slow_stretches(slices: Sequence[Slice], counts: Sequence[CountTrack], rules: Rules) -> list[SlowStretch]:
    """The slow stretches of one equipment. `slices` tile the time in which `counts` lie; they begin and end outside of
    a run, or where nothing is known, or what lies beyond is not seen."""
    minutes = _made(_parts(slices, rules, by_minute=True), counts)
    found = [ends for run in _runs(minutes) for ends in _slow_in(run)]
    return _told(slices, counts, rules, found)


def within(
    found: Iterable[SlowStretch], slices: Sequence[Slice], counts: Sequence[CountTrack], when: tuple[int, int]
) -> list[SlowStretch]:
    """The part of some slow stretches that lies in a period, with the pieces of that part."""
    inside = [one for one in found if one.t0_us < when[1] and one.t1_us > when[0]]
    ends = [(max(one.t0_us, when[0]), min(one.t1_us, when[1])) for one in inside]
    cut = [(*end, one.rule) for end, one in zip(ends, inside, strict=True)]
    return _told(slices, counts, (), cut)


type _Ends = tuple[int, int, SlowRule]


def _told(
    slices: Sequence[Slice], counts: Sequence[CountTrack], rules: Rules, found: Sequence[_Ends]
) -> list[SlowStretch]:
    """Stretches with what was made in them: pieces shared out as the ledger does it for a period with these ends."""
    edges = sorted({edge for t0_us, t1_us, _ in found for edge in (t0_us, t1_us)})
    made = _made(_parts(slices, rules, cuts=edges), counts) if found else []
    starts = [one.part.t0_us for one in made]
    done: list[SlowStretch] = []
    for t0_us, t1_us, rule in found:
        first, last = bisect_right(starts, t0_us) - 1, bisect_right(starts, t1_us - 1)
        inside = tuple(made[first:last])
        done.append(SlowStretch(inside[0].part.piece.equipment_id, t0_us, t1_us, rule, inside))
    return done


def _parts(slices: Sequence[Slice], rules: Rules, *, cuts: Sequence[int] = (), by_minute: bool = False) -> list[Part]:
    """The slices, those that can be judged cut at `cuts`, where another rule holds and, if asked, at each minute: a
    counter's pieces are told by the minute, so none of them is halved."""
    moments = [from_us for from_us, _ in rules]
    done: list[Part] = []
    for piece in slices:
        t0_us, t1_us = piece.t0_us, piece.t1_us
        edges = {t0_us, t1_us, *_between(cuts, t0_us, t1_us)}
        if is_judged(piece):
            edges |= {*_between(moments, t0_us, t1_us)}
            edges |= {*range((t0_us // MINUTE_US + 1) * MINUTE_US, t1_us, MINUTE_US)} if by_minute else set()
        for begin_us, end_us in pairwise(sorted(edges)):
            place = bisect_right(moments, begin_us) - 1
            rule = rules[place][1] if place >= 0 and is_judged(piece) else None
            done.append(Part(begin_us, end_us, piece, rule))
    return done


def _between(edges: Sequence[int], from_us: int, to_us: int) -> Sequence[int]:
    return edges[bisect_right(edges, from_us) : bisect_right(edges, to_us - 1)]


def _made(parts: Sequence[Part], counts: Sequence[CountTrack]) -> list[Made]:
    by_job = pieces_by_job(allot(counts, parts), counts, parts) if parts else []
    done: list[Made] = []
    for part, pieces in zip(parts, by_job, strict=True):
        ideal = sum((share.pri_ns or 0) * one.produced for share, one in zip(part.piece.shares, pieces, strict=True))
        done.append(Made(part, sum(one.produced for one in pieces), ideal))
    return done


def _runs(made: Sequence[Made]) -> Iterator[list[Made]]:
    """The parts that follow each other without a stop and under one rule."""
    number = 0
    keys: list[tuple[int, SlowRule | None]] = []
    for before, one in pairwise([None, *made]):
        assert one is not None
        number += before is None or before.part.t1_us != one.part.t0_us
        keys.append((number, one.part.rule))
    for key, run in groupby(zip(keys, made, strict=True), key=lambda pair: pair[0]):
        if key[1] is not None:
            yield [one for _, one in run]


def _slow_in(run: Sequence[Made]) -> Iterator[_Ends]:
    """Where windows that are just long enough to be judged are slow, put together; both ends are slow themselves."""
    rule = run[0].part.rule
    assert rule is not None
    upto_ns = [0, *accumulate(one.ideal_ns for one in run)]
    covered = [0] * (len(run) + 1)
    first = 0
    for last, one in enumerate(run):
        while first < last and one.part.t1_us - run[first + 1].part.t0_us >= one.part.need_us:
            first += 1
        lasts_us = one.part.t1_us - run[first].part.t0_us
        if lasts_us >= one.part.need_us and rule.is_slow(upto_ns[last + 1] - upto_ns[first], lasts_us):
            covered[first] += 1
            covered[last + 1] -= 1
    depth = list(accumulate(covered))
    for is_in, group in groupby(range(len(run)), key=lambda n: depth[n] > 0):
        slow = [n for n in group if is_in and rule.is_slow(run[n].ideal_ns, run[n].part.elapsed_us)]
        if slow:
            t0_us, t1_us = run[slow[0]].part.t0_us, run[slow[-1]].part.t1_us
            enough = t1_us - t0_us >= run[slow[-1]].part.need_us
            if enough and rule.is_slow(upto_ns[slow[-1] + 1] - upto_ns[slow[0]], t1_us - t0_us):
                yield t0_us, t1_us, rule
