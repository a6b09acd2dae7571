"""What one step of knowledge did to a ledger: pieces and times that it brought or took, and time that changed class."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from dovetail.ledger.columns import NAMES, Sums, sum_slices
from dovetail.ledger.model import Slice

type Moves = dict[tuple[str, str], int]  # µs by (class before, class now)

PIECES: Final = ("good", "scrap", "rework", "infeed")


def taken(after: Mapping[str, int], before: Mapping[str, int]) -> Sums:
    """What has been added to each column."""
    return {name: after[name] - before[name] for name in NAMES}


@dataclass(slots=True)
class Step:
    """The slices of one ledger that came and went at one `known`, as far as they touch `span`."""

    ledger_id: int
    known: int
    span: tuple[int, int]
    came: list[Slice] = field(default_factory=list[Slice])
    went: list[Slice] = field(default_factory=list[Slice])

    @property
    def reach(self) -> tuple[int, int]:
        """The stretch of the span that it told otherwise."""
        both = self.came + self.went
        lo_us, hi_us = min(piece.t0_us for piece in both), max(piece.t1_us for piece in both)
        return max(lo_us, self.span[0]), min(hi_us, self.span[1])

    def within(self, from_us: int, to_us: int) -> bool:
        """Whether no slice of it reaches out of a period."""
        return all(from_us <= piece.t0_us and piece.t1_us <= to_us for piece in self.came + self.went)

    def brought(self) -> Sums:
        """The columns that whole slices added and took."""
        return taken(sum_slices(self.came), sum_slices(self.went))

    def moves(self) -> Moves:
        """The time of the span that counts as another class since then."""
        return moved(self._stretches(self.went), self._stretches(self.came))

    def _stretches(self, pieces: Iterable[Slice]) -> list[tuple[int, int, str]]:
        from_us, to_us = self.span
        cut = [(max(piece.t0_us, from_us), min(piece.t1_us, to_us), piece.cls) for piece in pieces]
        return sorted(one for one in cut if one[0] < one[1])


def moved(before: Sequence[tuple[int, int, str]], after: Sequence[tuple[int, int, str]]) -> Moves:
    """How much time is of another class than before, by (was, is); both lists are in order, without overlaps.

    >>> moved([(0, 30, "APT")], [(0, 10, "APT"), (10, 30, "ADET")])
    {('APT', 'ADET'): 20}
    """
    found: Moves = defaultdict(int)
    here = 0
    for t0_us, t1_us, was in before:
        while here < len(after) and after[here][1] <= t0_us:
            here += 1
        place = here
        while place < len(after) and after[place][0] < t1_us:
            lo_us, hi_us, now = after[place]
            if was != now:
                found[was, now] += min(t1_us, hi_us) - max(t0_us, lo_us)
            place += 1
    return dict(found)


def steps(pieces: Iterable[Slice], span: tuple[int, int], known: tuple[int, int]) -> dict[int, Step]:
    """Slices that came or went after the first `known` and up to the second, by the `known` at which they did."""
    found: dict[int, Step] = {}

    def at(piece: Slice, when: int) -> Step:
        return found.setdefault(when, Step(piece.equipment_id, when, span))

    for piece in pieces:
        if known[0] < piece.known_from <= known[1]:
            at(piece, piece.known_from).came.append(piece)
        if piece.known_to is not None and known[0] < piece.known_to <= known[1]:
            at(piece, piece.known_to).went.append(piece)
    return found
