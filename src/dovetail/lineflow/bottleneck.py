"""Which unit holds a line back, moment by moment: the one that has been active longest without a pause.

The active period method (Roser, Nakano, Tanaka: "A practical bottleneck detection method", Winter Simulation
Conference 2001). A unit is active while it produces, is repaired or changed over: only a unit that waits for its
neighbours has time to spare. Where the active period of one bottleneck ends within that of the next, the bottleneck
shifts from one to the other; outside such overlaps a unit is the sole bottleneck.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from dovetail.lineflow.model import Spell

PAUSED = frozenset({"starved", "blocked", "no_data"})


@dataclass(frozen=True, slots=True)
class Active:
    """A unit was active in [t0_us, t1_us) without a pause."""

    unit: int
    t0_us: int
    t1_us: int


@dataclass(frozen=True, slots=True)
class Holding:
    """In [t0_us, t1_us) `unit` held the line back; `shifting`: while the bottleneck moved on to `then`."""

    unit: int
    t0_us: int
    t1_us: int
    shifting: bool = False
    then: int | None = None


def active(unit: int, spells: Iterable[Spell], span: tuple[int, int]) -> list[Active]:
    """The periods inside a span in which a unit was active."""
    found: list[Active] = []
    for spell in spells:
        t0_us, t1_us = max(spell.t0_us, span[0]), min(spell.t1_us, span[1])
        if t0_us >= t1_us or spell.kind in PAUSED:
            continue
        if found and found[-1].t1_us == t0_us:
            t0_us = found.pop().t0_us
        found.append(Active(unit, t0_us, t1_us))
    return found


def bottlenecks(spells: Mapping[int, Sequence[Spell]], spans: Iterable[tuple[int, int]]) -> list[Holding]:
    """Who held the line back in each of some spans, by time; where nobody was active there is a gap."""
    found: list[Holding] = []
    for span in spans:
        periods = [one for unit, told in spells.items() for one in active(unit, told, span)]
        found += _with_shifts(_chain(periods, span))
    return found


def _chain(periods: Sequence[Active], span: tuple[int, int]) -> list[Active]:
    """The longest period at the begin, then always the longest that is active when the one before it ends."""
    chain: list[Active] = []
    at_us = span[0]
    while at_us < span[1]:
        here = [one for one in periods if one.t0_us <= at_us < one.t1_us]
        if here:
            chain.append(max(here, key=lambda one: (one.t1_us - one.t0_us, -one.t0_us, -one.unit)))
            at_us = chain[-1].t1_us
        else:
            at_us = min((one.t0_us for one in periods if one.t0_us > at_us), default=span[1])
    return chain


def _with_shifts(chain: Sequence[Active]) -> list[Holding]:
    """The chain cut into time of a sole bottleneck and time in which it shifts to the next."""
    found: list[Holding] = []
    free_us = chain[0].t0_us if chain else 0
    for one, after in pairwise([*chain, None]):
        assert one is not None
        shift_us = one.t1_us if after is None else min(one.t1_us, max(after.t0_us, free_us, one.t0_us))
        begin_us = max(one.t0_us, free_us)
        if begin_us < shift_us:
            found.append(Holding(one.unit, begin_us, shift_us))
        if after is not None and max(shift_us, begin_us) < one.t1_us:
            found.append(Holding(one.unit, max(shift_us, begin_us), one.t1_us, shifting=True, then=after.unit))
        free_us = max(free_us, one.t1_us)
    return found
