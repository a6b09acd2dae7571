"""Slow running as it reads in ADR 0057, one object for each minute: what the columns must say too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from dovetail.core.clock import MINUTE_US
from dovetail.counting.pieces import CountTrack
from dovetail.ledger.model import Slice
from dovetail.ledger.pieces import allot, pieces_by_job
from dovetail.slowrunning.columns import Part
from dovetail.slowrunning.model import PIECES_MIN, Rules, SlowRule, is_judged


@dataclass(frozen=True)
class Minute:
    """A part of a slice, what was made in it, and the rule that holds."""

    part: Part
    produced: int
    ideal_ns: int
    rule: SlowRule | None

    @property
    def need_us(self) -> int:
        slowest_ns = max(share.pri_ns or 0 for share in self.part.piece.shares)
        return max(self.rule.for_us if self.rule else 0, PIECES_MIN * slowest_ns // 1_000)


def minutes_of(slices: Sequence[Slice], counts: Sequence[CountTrack], rules: Rules) -> list[Minute]:
    """Every minute in which it could be judged, and the slices in which it could not, whole."""
    parts: list[Part] = []
    for piece in slices:
        inner = {*range((piece.t0_us // MINUTE_US + 1) * MINUTE_US, piece.t1_us, MINUTE_US)}
        inner |= {at_us for at_us, _ in rules if piece.t0_us < at_us < piece.t1_us}
        edges = sorted({piece.t0_us, piece.t1_us, *(inner if is_judged(piece) else ())})
        parts += [Part(t0_us, t1_us, piece) for t0_us, t1_us in pairwise(edges)]
    made = pieces_by_job(allot(counts, parts), counts, parts)
    done: list[Minute] = []
    for part, pieces in zip(parts, made, strict=True):
        shares = zip(part.piece.shares, pieces, strict=True)
        ideal_ns = sum((share.pri_ns or 0) * one.produced for share, one in shares)
        said = [rule for at_us, rule in rules if at_us <= part.t0_us and is_judged(part.piece)]
        done.append(Minute(part, sum(one.produced for one in pieces), ideal_ns, [None, *said][-1]))
    return done


def slow_in(slices: Sequence[Slice], counts: Sequence[CountTrack], rules: Rules) -> Iterator[tuple[int, int]]:
    """(from, to) of each slow stretch, minute by minute and window by window."""
    for rule, group in groupby(minutes_of(slices, counts, rules), key=lambda one: one.rule):
        yield from () if rule is None else _in_run(list(group), rule)


def _in_run(run: list[Minute], rule: SlowRule) -> Iterator[tuple[int, int]]:
    def is_slow(first: int, last: int) -> bool:
        ideal_ns = sum(one.ideal_ns for one in run[first : last + 1])
        return rule.is_slow(ideal_ns, run[last].part.t1_us - run[first].part.t0_us)

    inside: set[int] = set()
    first = 0
    for last, one in enumerate(run):
        starts = [n for n in range(first, last + 1) if one.part.t1_us - run[n].part.t0_us >= one.need_us]
        first = max(starts, default=first)
        inside |= {*range(first, last + 1)} if starts and is_slow(first, last) else set()
    for is_in, group in groupby(range(len(run)), key=lambda n: n in inside):
        slow = [n for n in group if is_in and is_slow(n, n)]
        ends = (run[slow[0]].part.t0_us, run[slow[-1]].part.t1_us) if slow else (0, 0)
        yield from [ends] if slow and ends[1] - ends[0] >= run[slow[-1]].need_us and is_slow(slow[0], slow[-1]) else []
