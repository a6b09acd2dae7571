"""Time that was planned for production and was not used for it, added up by what explains it.

Pure. Lost is what stands in the classes AUST, ADET and ADOT (with `planned`: also planned down time). Time without
data is nobody's loss: it is told apart. Lost pieces are the time times the standard rate that held then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from dovetail.ledger.model import JobShare, Slice, TimeClass

type By = Literal["reason", "product", "shift", "crew", "equipment"]
type Measure = Literal["minutes", "count", "lost_units"]

LOST: Final[frozenset[TimeClass]] = frozenset({"AUST", "ADET", "ADOT"})
BUSY: Final[frozenset[TimeClass]] = frozenset({"AUST", "ADET", "ADOT", "APT", "NODT"})
NONE: Final = "-"  # how a question asks for what has none: no reason, no product, no crew


@dataclass(frozen=True, slots=True)
class Lost:
    """The share of one job in a slice of lost time. `stops`: 1 where a stop begins (or the period does), else 0."""

    equipment_id: int
    t0_us: int
    t1_us: int
    state: str
    mode: str
    reason: str | None
    external: bool
    cls: TimeClass
    product: str | None
    shift: str | None
    day: str
    crew: str | None
    us: int
    units_mu: int
    rated_us: int
    stops: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which losses are looked at; None: all of them, NONE: those that have none."""

    reason: str | None = None
    product: str | None = None
    shift: str | None = None
    crew: str | None = None
    equipment: int | None = None

    def fits(self, lost: Lost) -> bool:
        """Whether a loss is one of these. A reason also means those below it: `mechanical` finds `mechanical/jam`."""
        reason = self.reason is None or _same(self.reason, lost.reason) or _below(self.reason, lost.reason)
        rest = (
            (self.product, lost.product),
            (self.shift, lost.shift),
            (self.crew, lost.crew),
        )
        at = self.equipment is None or self.equipment == lost.equipment_id
        return reason and at and all(wanted is None or _same(wanted, found) for wanted, found in rest)


def _same(wanted: str, found: str | None) -> bool:
    return found is None if wanted == NONE else wanted == found


def _below(wanted: str, found: str | None) -> bool:
    return found is not None and found.startswith(f"{wanted}/")


@dataclass(frozen=True, slots=True)
class Times:
    """Planned busy time, the part of it without data, the lost part, and what of that has no reason; µs."""

    busy_us: int = 0
    nodt_us: int = 0
    lost_us: int = 0
    unassigned_us: int = 0

    def __add__(self, other: Times) -> Times:
        return Times(
            self.busy_us + other.busy_us,
            self.nodt_us + other.nodt_us,
            self.lost_us + other.lost_us,
            self.unassigned_us + other.unassigned_us,
        )

    @property
    def without_reason(self) -> float | None:
        """Share of the lost time that nobody and no signal gave a reason for; None: nothing was lost."""
        return self.unassigned_us / self.lost_us if self.lost_us else None


def times_of(slices: Iterable[Slice]) -> Times:
    """What the planned busy time of these slices came to."""
    busy_us = nodt_us = lost_us = unassigned_us = 0
    for piece in slices:
        busy_us += piece.elapsed_us if piece.cls in BUSY else 0
        nodt_us += piece.elapsed_us if piece.cls == "NODT" else 0
        if piece.cls in LOST:
            lost_us += piece.elapsed_us
            unassigned_us += piece.elapsed_us if piece.reason is None else 0
    return Times(busy_us, nodt_us, lost_us, unassigned_us)


def lost_of(slices: Sequence[Slice], *, planned: bool = False) -> list[Lost]:
    """The lost time of one equipment's slices, by time. A stop that a shift or a job cuts is one stop still."""
    wanted = LOST | {"PLANNED_DOWN"} if planned else LOST
    found: list[Lost] = []
    before: Slice | None = None
    for piece in slices:
        if piece.cls not in wanted:
            before = None
            continue
        begins = before is None or before.t1_us != piece.t0_us or _said(before) != _said(piece)
        found += [_lost(piece, share, stops=int(begins and n == 0)) for n, share in enumerate(piece.shares)]
        before = piece
    return found


def _said(piece: Slice) -> tuple[object, ...]:
    return (piece.reason, piece.external, piece.cls == "PLANNED_DOWN")


def _lost(piece: Slice, share: JobShare, *, stops: int) -> Lost:
    return Lost(
        equipment_id=piece.equipment_id,
        t0_us=piece.t0_us,
        t1_us=piece.t1_us,
        state=piece.state,
        mode=piece.mode,
        reason=piece.reason,
        external=piece.external,
        cls=piece.cls,
        product=share.product,
        shift=piece.shift_name,
        day=piece.day,
        crew=piece.crew,
        us=share.elapsed_us,
        units_mu=share.theoretical_mu,
        rated_us=share.rated_us,
        stops=stops,
    )


@dataclass(frozen=True, slots=True)
class Bar:
    """What one reason (or product, shift, crew, equipment) cost. `units` None: no rate is known of any of its time."""

    key: str | int | None
    us: int = 0
    stops: int = 0
    units_mu: int = 0
    rated_us: int = 0

    @property
    def units(self) -> float | None:
        """Pieces that were not made in this time."""
        return self.units_mu / 1000 if self.rated_us else None

    def with_loss(self, lost: Lost) -> Bar:
        """One loss more."""
        return replace(
            self,
            us=self.us + lost.us,
            stops=self.stops + lost.stops,
            units_mu=self.units_mu + lost.units_mu,
            rated_us=self.rated_us + lost.rated_us,
        )

    def size(self, measure: Measure) -> float:
        """How long the bar is."""
        return {"minutes": self.us, "count": self.stops, "lost_units": self.units_mu}[measure]


def key_of(lost: Lost, by: By) -> str | int | None:
    """What a loss is put down to."""
    if by == "equipment":
        return lost.equipment_id
    return {"reason": lost.reason, "product": lost.product, "shift": lost.shift, "crew": lost.crew}[by]


def bars(losses: Iterable[Lost], by: By, measure: Measure) -> list[Bar]:
    """The costliest first; what costs the same in the order of its name."""
    found: dict[str | int | None, Bar] = {}
    for lost in losses:
        key = key_of(lost, by)
        found[key] = found.get(key, Bar(key)).with_loss(lost)
    return sorted(found.values(), key=lambda bar: (-bar.size(measure), -bar.us, str(bar.key)))


def total(found: Iterable[Bar]) -> Bar:
    """All bars as one."""
    whole = Bar(None)
    for bar in found:
        whole = Bar(
            None,
            whole.us + bar.us,
            whole.stops + bar.stops,
            whole.units_mu + bar.units_mu,
            whole.rated_us + bar.rated_us,
        )
    return whole
