"""What was lost over any period by what it comes from, added up of parts that are walked along a line. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from dovetail.causes.model import Found
from dovetail.causes.paging import LONGEST_US, STEP_US
from dovetail.lineflow.bottleneck import Holding
from dovetail.lineflow.model import Piece
from dovetail.lineflow.ranking import Ranking, Row

type Rated = tuple[Piece, float | None]  # a stretch of lost time, and the standard rate that held


def steps_of(from_us: int, to_us: int) -> list[tuple[int, int]]:
    """A month and less as one part, a longer period in weeks from its begin."""
    if to_us - from_us <= LONGEST_US:
        return [(from_us, to_us)] if from_us < to_us else []
    return [(t0_us, min(to_us, t0_us + STEP_US)) for t0_us in range(from_us, to_us, STEP_US)]


@dataclass(slots=True)
class Summary:
    """What a period of a line, or of a unit, lost; `unit`: whose time it is at its end. Parts come in any order."""

    equipment_id: int
    unit: int
    from_us: int
    until_us: int
    produced_us: int = 0
    lost_us: int = 0
    rated_us: int = 0
    ideal_ns: int = 0
    partial: bool = False
    holding: list[Holding] = field(default_factory=list[Holding])
    _ranking: Ranking = field(default_factory=Ranking)

    def add(self, found: Found, holding: Sequence[Holding]) -> None:
        """One part more."""
        self.from_us, self.until_us = min(self.from_us, found.from_us), max(self.until_us, found.until_us)
        self.produced_us += found.us("APT")
        self.lost_us += found.lost_us
        self.rated_us += found.rated_us
        self.ideal_ns += found.ideal_ns
        self.partial |= found.partial
        self.holding += holding
        self._ranking.add(found.pieces)

    @property
    def rows(self) -> list[Row]:
        """One for each cause, what cost the most time first."""
        return self._ranking.rows()

    @property
    def slow_us(self) -> int:
        """Run time that the pieces made should not have taken: the loss by speed, over the time that has a rate."""
        return self.rated_us - self.ideal_ns // 1000


def lasted(holding: Iterable[Holding]) -> list[Holding]:
    """One for each unit that held the line back, and each to which it shifted: as long as all of them, at no time."""
    found: dict[tuple[int, bool, int | None], int] = {}
    for one in holding:
        key = (one.unit, one.shifting, one.then)
        found[key] = found.get(key, 0) + one.t1_us - one.t0_us
    return [Holding(unit, 0, us, shifting, then) for (unit, shifting, then), us in found.items()]


@dataclass(frozen=True, slots=True)
class PiecePage:
    """Stretches of lost time by time, and where the next one begins; None: there is no more."""

    items: Sequence[Rated]
    next_us: int | None


def piece_page(
    steps: Sequence[tuple[int, int]],
    pieces: Callable[[int, int], Sequence[Rated]],
    *,
    after_us: int,
    limit: int,
    step: Callable[[int], None],
) -> PiecePage:
    """Up to `limit` stretches that begin at or after a moment; no part is looked at before it is needed."""
    told: list[Rated] = []
    for done, (t0_us, t1_us) in enumerate(steps, start=1):
        told += [one for one in pieces(t0_us, t1_us) if one[0].t0_us >= after_us]
        step(done)
        if len(told) > limit:
            return PiecePage(told[:limit], told[limit][0].t0_us)
    return PiecePage(told, None)
