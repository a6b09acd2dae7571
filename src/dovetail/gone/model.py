"""What rules let go of the samples, and what came back: facts for ever, told to whoever reads that time."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from dovetail.core.clock import HOUR_US

type Act = Literal["archive", "drop", "evict", "return", "damaged"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """How much of one tag: `n` samples, the first at `t0`, the last at `t1`."""

    tag: int
    t0: int
    t1: int
    n: int


@dataclass(frozen=True, slots=True)
class Drop:
    """What a rule let go of a month, or (not `is_done`) is about to: all chunks of the tags that end before `until_us`.

    `ids`: these chunks and no others; None: the whole month. `files`: the archives that hold it. By a `return` what had
    gone before came back out of one.
    """

    id: int
    act: Act
    rule: str
    month: int
    until_us: int
    ids: tuple[int, ...] | None
    samples: int
    bytes: int
    of: tuple[Stretch, ...]
    at_us: int
    by_name: str
    known: int
    is_done: bool = True
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Went:
    """Samples of a tag that a rule let go: `n` of them, the first at `t0`, the last at `t1`; `at_us`: the last time."""

    t0: int
    t1: int
    n: int
    rule: str
    act: Act
    at_us: int
    month: int  # the last one

    def with_next(self, other: Went) -> Went | None:
        """Both as one, where the other is the same rule's and goes on where this one ends."""
        same = (self.rule, self.act) == (other.rule, other.act)
        if not (same and 0 <= other.month - self.month <= 1 and other.t0 > self.t1):
            return None
        return replace(other, t0=self.t0, n=self.n + other.n)


def stands_until(gone: Iterable[Went], ts_us: int) -> int | None:
    """How long a sample can be said to hold, for all that is known: until the first moment of which a later one went.

    None: nothing that came after it went. What stayed amid what went says nothing beyond its own moment.
    """
    return min((max(one.t0, ts_us) for one in gone if one.t1 > ts_us), default=None)


def derivable(spans: Iterable[tuple[int, int]], upto_us: int | None) -> list[tuple[int, int]]:
    """What of the stretches (first, last) can be derived anew, when samples up to a moment went: what lies after its
    hour, at whose end it is remembered how all stood. What was derived of the rest stands.

    >>> derivable([(5, 10), (HOUR_US - 7, HOUR_US + 9), (HOUR_US + 50, HOUR_US + 60)], 12) == [
    ...     (HOUR_US + 1, HOUR_US + 9), (HOUR_US + 50, HOUR_US + 60)]
    True
    """
    if upto_us is None:
        return list(spans)
    from_us = -(-upto_us // HOUR_US) * HOUR_US + 1
    return [(max(first_us, from_us), last_us) for first_us, last_us in spans if last_us >= from_us]


def still_gone(drops: Iterable[Drop]) -> list[tuple[Drop, Stretch]]:
    """What went and has not come back since, of drops in the order in which they were decided."""
    found = list(drops)
    back: defaultdict[tuple[int, int], list[tuple[int, Stretch]]] = defaultdict(list)
    for drop in found:
        for one in drop.of if drop.act == "return" else ():
            back[drop.month, one.tag].append((drop.id, one))

    def came_back(drop: Drop, one: Stretch) -> bool:
        there = back.get((drop.month, one.tag), ())
        return any(number > drop.id and of.t0 <= one.t0 and one.t1 <= of.t1 for number, of in there)

    return [(drop, one) for drop in found if drop.act != "return" for one in drop.of if not came_back(drop, one)]


class Gone:
    """What went of every tag, in memory, so that a reading asks no database. One writer, any reader."""

    def __init__(self) -> None:
        self._of: dict[int, tuple[Went, ...]] = {}
        self._each: dict[int, array[int]] = {}  # first, last, first, last, … of each act alone
        self.samples = 0

    def hear(self, drops: Iterable[Drop]) -> None:
        """Hear of everything that ever went, and of what came back."""
        whole = Gone()
        whole._take(still_gone(drops))
        self._of, self._each, self.samples = whole._of, whole._each, whole.samples

    def take(self, drops: Iterable[Drop]) -> None:
        """Hear of more that went, in the order in which it did."""
        self._take((drop, one) for drop in drops for one in drop.of)

    def _take(self, went: Iterable[tuple[Drop, Stretch]]) -> None:
        for drop, one in went:
            self.samples += one.n
            self._each.setdefault(one.tag, array("q")).extend((one.t0, one.t1))
            new = Went(one.t0, one.t1, one.n, drop.rule, drop.act, drop.at_us, drop.month)
            before = self._of.get(one.tag, ())
            joined = before[-1].with_next(new) if before else None
            self._of[one.tag] = (*before, new) if joined is None else (*before[:-1], joined)

    def of(self, tag: int, from_us: int, to_us: int) -> list[Went]:
        """What went of a tag in [from_us, to_us), the oldest first."""
        found = [one for one in self._of.get(tag, ()) if one.t0 < to_us and one.t1 >= from_us]
        return sorted(found, key=lambda one: one.t0)

    def each(self, tag: int, from_us: int, to_us: int) -> list[tuple[int, int]]:
        """(first, last) of what went of a tag in [from_us, to_us), one for each time that something did."""
        ends = self._each.get(tag, array("q"))
        return [(t0, t1) for t0, t1 in zip(ends[::2], ends[1::2], strict=True) if t0 < to_us and t1 >= from_us]

    def upto(self, tag: int) -> int | None:
        """The newest moment of a tag of which samples went."""
        return max((one.t1 for one in self._of.get(tag, ())), default=None)
