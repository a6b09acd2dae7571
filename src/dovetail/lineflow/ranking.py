"""Put the causes of lost time in order: minutes, and the pieces that the standard rate would have made in them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from dovetail.lineflow.model import Cause, Line, Piece, Spell, lane_of
from dovetail.lineflow.standing import within

MINUTE_US: Final = 60_000_000


@dataclass(frozen=True, slots=True)
class Lost:
    """[t0_us, t1_us) that a ledger counts as lost; `rate_upm`: what should have been made in it, None: unrated."""

    t0_us: int
    t1_us: int
    rate_upm: float | None


@dataclass(frozen=True, slots=True)
class Row:
    """All that was lost to one cause. `units`: at the standard rate, over the time that has one (`rated_us`).

    `stops`: how many stops of the unit it comes from.
    """

    cause: Cause
    lost_us: int
    rated_us: int
    units: float
    stops: int
    inferred_us: int


def rated(pieces: Iterable[Piece], lost: Sequence[Lost]) -> list[tuple[Piece, float | None]]:
    """Each piece cut where the rate changes, with its rate."""
    starts = [one.t0_us for one in lost]
    found: list[tuple[Piece, float | None]] = []
    for piece in pieces:
        for one in lost[max(0, bisect_right(starts, piece.t0_us) - 1) :]:
            if one.t0_us >= piece.t1_us:
                break
            t0_us, t1_us = max(piece.t0_us, one.t0_us), min(piece.t1_us, one.t1_us)
            if t0_us < t1_us:
                found.append((replace(piece, t0_us=t0_us, t1_us=t1_us), one.rate_upm))
    return found


def units_of(pieces: Iterable[tuple[Piece, float | None]]) -> float:
    """Pieces the standard rate would have made."""
    return sum(piece.lasts_us * (rate or 0.0) / MINUTE_US for piece, rate in pieces)


@dataclass(slots=True)
class _Tally:
    """All that was lost to one cause so far; `stops`: the records of its stops."""

    lost_us: int = 0
    rated_us: int = 0
    units: float = 0.0
    inferred_us: int = 0
    stops: set[int] = field(default_factory=set[int])


class Ranking:
    """One row per cause, the one that cost the most time first; the rows' times sum to those of the pieces added."""

    def __init__(self) -> None:
        self._causes: dict[Cause, _Tally] = {}

    def add(self, pieces: Iterable[tuple[Piece, float | None]]) -> None:
        """More lost time; a stop whose pieces are added in several parts counts once."""
        for piece, rate in pieces:
            tally = self._causes.setdefault(piece.cause, _Tally())
            tally.lost_us += piece.lasts_us
            tally.rated_us += 0 if rate is None else piece.lasts_us
            tally.units += units_of([(piece, rate)])
            tally.inferred_us += piece.lasts_us if piece.inferred else 0
            tally.stops.add(piece.stop_us)

    def rows(self) -> list[Row]:
        """All of it."""
        rows = [
            Row(cause, one.lost_us, one.rated_us, one.units, len(one.stops), one.inferred_us)
            for cause, one in self._causes.items()
        ]
        return sorted(rows, key=lambda row: (-row.lost_us, row.cause.unit, row.cause.reason or ""))


def ranked(pieces: Iterable[tuple[Piece, float | None]]) -> list[Row]:
    """The rows of these pieces."""
    ranking = Ranking()
    ranking.add(pieces)
    return ranking.rows()


@dataclass(frozen=True, slots=True)
class Without:
    """What would have been without one stop: time and pieces gained, and the time lost anyway to other units."""

    lost_us: int
    gained_us: int
    gained_units: float
    rated_us: int
    anyway: Mapping[int, int]  # µs by the unit that would have taken over


def without(
    pieces: Iterable[tuple[Piece, float | None]],
    *,
    stop: tuple[int, int, int],
    line: Line,
    at: int,
    spells: Mapping[int, Sequence[Spell]],
) -> Without:
    """What the unit `at` would have gained without the stop (unit, t0, t1) of a unit.

    The time that comes from the stop would have been production at the standard rate, except where another unit
    stood by itself at that moment and had stood for longer than the buffers between could have bridged, full or empty
    as it takes: that time would have been lost all the same. No more is promised than the line could have made.
    """
    unit, from_us, to_us = stop
    mine = [(p, rate) for p, rate in pieces if p.cause.unit == unit and from_us <= p.stop_us < to_us]
    gained: list[tuple[Piece, float | None]] = []
    anyway: dict[int, int] = {}
    for piece, rate in mine:
        for part, other in _taken_over(piece, rate, line=line, at=at, spells=spells, unit=unit):
            if other is None:
                gained.append((part, rate))
            else:
                anyway[other] = anyway.get(other, 0) + part.lasts_us
    return Without(
        lost_us=sum(piece.lasts_us for piece, _ in mine),
        gained_us=sum(piece.lasts_us for piece, _ in gained),
        gained_units=units_of(gained),
        rated_us=sum(piece.lasts_us for piece, rate in gained if rate is not None),
        anyway=anyway,
    )


def _taken_over(
    piece: Piece, rate: float | None, *, line: Line, at: int, spells: Mapping[int, Sequence[Spell]], unit: int
) -> list[tuple[Piece, int | None]]:
    """A piece cut by the first other unit that would have held the line up in it; None: nobody."""
    holds: list[tuple[int, int, int]] = []
    for other, told in spells.items():
        if other == unit or _side_by_side(line, other):
            continue
        bridge_us = bridged_us(line, other, at, rate)
        for spell in within(told, piece.t0_us, piece.t1_us):
            if spell.kind == "own":
                t0_us = max(piece.t0_us, spell.stood_us + bridge_us)
                holds += [(t0_us, spell.t1_us, other)] if t0_us < spell.t1_us else []
    found: list[tuple[Piece, int | None]] = []
    at_us = piece.t0_us
    for t0_us, t1_us, other in sorted(holds):
        if t0_us > at_us:
            found.append((replace(piece, t0_us=at_us, t1_us=t0_us), None))
        if t1_us > max(at_us, t0_us):
            found.append((replace(piece, t0_us=max(at_us, t0_us), t1_us=t1_us), other))
            at_us = t1_us
    return found if at_us >= piece.t1_us else [*found, (replace(piece, t0_us=at_us), None)]


def _side_by_side(line: Line, unit: int) -> bool:
    """Whether others would have kept the flow going beside it."""
    return len({lane_of(one, line.lanes)[0] for one in line.steps[line.place(unit)]}) > 1


def bridged_us(line: Line, unit: int, at: int, rate_upm: float | None) -> int:
    """For how long the buffers between two units can hide that one of them stands, at the other's rate."""
    if not rate_upm:
        return 0
    low, high = sorted((line.place(unit), line.place(at)))
    behind = [line.steps[place] for place in range(low + 1, high + 1)]
    pieces = sum(line.buffer(one).capacity or 0 for step in behind for one in step)
    return round(pieces * MINUTE_US / rate_upm)
