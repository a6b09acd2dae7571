"""Time in which a machine ran, but for longer than a moment more slowly than a share of its standard rate.

Pure, over the slices of a ledger and the pieces that were counted; so live, late and replayed say the same. It is no
state of its own: it lies on production time (APT), and what it costs is a part of the speed loss.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dovetail.core.shares import split
from dovetail.counting.pieces import CountTrack
from dovetail.ledger.model import Slice
from dovetail.ledger.timeclass import RUNNING
from dovetail.slowrunning.columns import Ints, Part, Parts, cut, ints, made, minutes, spanned

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
class SlowStretch:
    """A machine ran slowly in [t0_us, t1_us): `produced` pieces, which should have taken `ideal_ns`; the standard rate
    would have made `theoretical_mu` thousandths of a piece. `products`: what it made."""

    equipment_id: int
    t0_us: int
    t1_us: int
    rule: SlowRule
    produced: int
    theoretical_mu: int
    ideal_ns: int
    products: tuple[str, ...]

    @property
    def elapsed_us(self) -> int:
        """How long, µs."""
        return self.t1_us - self.t0_us

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


def slow_stretches(
    slices: Sequence[Slice], counts: Sequence[CountTrack], rules: Rules, *, inside: tuple[int, int] | None = None
) -> list[SlowStretch]:
    """The slow stretches of one equipment; `inside`: what of them lies in a period, with the pieces of that part.

    `slices` tile the time in which `counts` lie; they begin and end outside of a run, or where nothing is known, or
    what lies beyond is not seen."""
    if not slices:
        return []
    found = list(_slow_in(slices, counts, rules))
    if inside is not None:
        cut_to = [(max(t0_us, inside[0]), min(t1_us, inside[1]), rule) for t0_us, t1_us, rule in found]
        found = [ends for ends in cut_to if ends[0] < ends[1]]
    return _told(slices, counts, found)


type _Ends = tuple[int, int, SlowRule]


def _told(slices: Sequence[Slice], counts: Sequence[CountTrack], found: Sequence[_Ends]) -> list[SlowStretch]:
    """Stretches with what was made in them: pieces shared out as the ledger does it for a period with these ends."""
    if not found:
        return []
    edges = [edge for t0_us, t1_us, _ in found for edge in (t0_us, t1_us)]
    parts = cut(slices, edges)
    what = made(parts, counts)
    done: list[SlowStretch] = []
    for t0_us, t1_us, rule in found:
        among = spanned(parts, t0_us, t1_us)
        within = [parts.part(number) for number in among]
        products = [share.product for part in within for share in part.piece.shares if share.product]
        done.append(
            SlowStretch(
                equipment_id=within[0].piece.equipment_id,
                t0_us=t0_us,
                t1_us=t1_us,
                rule=rule,
                produced=int(what.produced[among.start : among.stop].sum()),
                theoretical_mu=sum(_theoretical_mu(part) for part in within),
                ideal_ns=int(what.ideal_ns[among.start : among.stop].sum()),
                products=tuple(dict.fromkeys(products)),
            )
        )
    return done


def _theoretical_mu(part: Part) -> int:
    """Pieces the standard rates would have made in a part, in thousandths."""
    times = split(part.t1_us - part.t0_us, part.job_ppm)
    rates = [share.pri_ns or 0 for share in part.piece.shares]
    return sum((2_000_000 * us + ns) // (2 * ns) for us, ns in zip(times, rates, strict=True) if ns)


def _slow_in(slices: Sequence[Slice], counts: Sequence[CountTrack], rules: Rules) -> Iterator[_Ends]:
    """Where windows that are just long enough to be judged are slow, put together; both ends are slow themselves."""
    held = _Held.over(slices, rules)
    parts, run = held.parts, held.run
    if not len(held.rules):
        return
    ideal_ns = made(parts, counts).ideal_ns
    upto_ns = np.concatenate((ints([0]), np.cumsum(ideal_ns)))
    place = np.arange(len(run))
    far = np.searchsorted(parts.t0_us, parts.t1_us - held.need_us, side="right") - 1
    first = np.maximum.accumulate(np.maximum(np.minimum(far, place), np.searchsorted(run, run)))
    lasts_us = parts.t1_us - parts.t0_us[first]
    slow = (lasts_us >= held.need_us) & held.is_slow(upto_ns[1:] - upto_ns[first], lasts_us)
    depth = np.zeros(len(run) + 1, dtype=np.int64)
    np.add.at(depth, first[slow], 1)
    np.add.at(depth, place[slow] + 1, -1)
    inside = np.cumsum(depth)[:-1] > 0
    ends = np.flatnonzero(inside & held.is_slow(ideal_ns, parts.t1_us - parts.t0_us))
    window = np.cumsum(np.append(True, (np.diff(run) != 0) | (np.diff(inside) != 0)))[ends]
    begins, stops = (np.flatnonzero(np.diff(window, **side)) for side in ({"prepend": -1}, {"append": -1}))
    for a, b in zip(ends[begins], ends[stops], strict=True):
        t0_us, t1_us, rule = int(parts.t0_us[a]), int(parts.t1_us[b]), held.rules[held.rule[a]]
        if t1_us - t0_us >= held.need_us[b] and rule.is_slow(int(upto_ns[b + 1] - upto_ns[a]), t1_us - t0_us):
            yield t0_us, t1_us, rule


@dataclass(frozen=True, slots=True)
class _Held:
    """The minutes of a machine, with what is held against each: which of `rules` (-1: none), and how long it takes
    until something can be said. `run`: the number of the run that it is of; one under one rule, without a stop."""

    parts: Parts
    rules: list[SlowRule]
    rule: Ints
    need_us: Ints
    run: Ints

    @classmethod
    def over(cls, slices: Sequence[Slice], rules: Rules) -> _Held:
        """Cut where another rule holds and, where a rate can be held against it, at each minute."""
        judged = [is_judged(piece) for piece in slices]
        parts = minutes(slices, judged, [at_us for at_us, _ in rules])
        said = list(dict.fromkeys(rule for _, rule in rules if rule is not None))
        held = ints([-1, *(-1 if rule is None else said.index(rule) for _, rule in rules)])
        rule = held[np.searchsorted(ints([at_us for at_us, _ in rules]), parts.t0_us, side="right")]
        rule = np.where(np.array(judged, dtype=bool)[parts.of], rule, -1)
        apart = (np.diff(rule) != 0) | (parts.t0_us[1:] != parts.t1_us[:-1])
        slowest = ints([max(share.pri_ns or 0 for share in piece.shares) for piece in slices])
        for_us = ints([*(one.for_us for one in said), 0])  # the last one: where there is no rule
        need_us = np.maximum(for_us[rule], (PIECES_MIN * slowest // 1_000)[parts.of])
        return cls(parts, said, rule, need_us, np.cumsum(np.append(0, apart)))

    def is_slow(self, ideal_ns: Ints, elapsed_us: Ints) -> NDArray[np.bool_]:
        """Of each whether it is slow by its rule: `SlowRule.is_slow`, in numbers that fit a column."""
        below_ppm = ints([*(one.below_ppm for one in self.rules), 0])[self.rule]
        return (self.rule >= 0) & (ideal_ns <= (below_ppm * elapsed_us - 1) // 1_000)
