"""Time that was planned for production and was not used for it, added up by what explains it.

Pure. Lost is what stands in the classes AUST, ADET and ADOT (with `planned`: also planned down time). Time without
data is nobody's loss: it is told apart. Lost pieces are the time times the standard rate that held then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal, Protocol

from dovetail.books.lost import BUSY, WORDS
from dovetail.ledger.losing import LOST, WITH_PLANNED
from dovetail.ledger.model import JobShare, Slice, TimeClass

type By = Literal["reason", "product", "shift", "crew", "equipment"]
type Measure = Literal["minutes", "count", "lost_units"]

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


class Loss(Protocol):
    """Lost time put down to what explains it: one stretch of it, or many added up."""

    @property
    def equipment_id(self) -> int: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def product(self) -> str | None: ...
    @property
    def shift(self) -> str | None: ...
    @property
    def crew(self) -> str | None: ...
    @property
    def us(self) -> int: ...
    @property
    def units_mu(self) -> int: ...
    @property
    def rated_us(self) -> int: ...
    @property
    def stops(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which losses are looked at; None: all of them, NONE: those that have none. `below` False: a reason means itself
    alone, as a bar of the Pareto does."""

    reason: str | None = None
    product: str | None = None
    shift: str | None = None
    crew: str | None = None
    equipment: int | None = None
    below: bool = True

    @property
    def words(self) -> frozenset[str]:
        """What has to be known of a loss to say whether it is one of these."""
        return frozenset(word for word in WORDS if getattr(self, word) is not None)

    def fits(self, lost: Loss) -> bool:
        """Whether a loss is one of these. A reason also means those below it: `mechanical` finds `mechanical/jam`."""
        under = self.below and self.reason is not None and _below(self.reason, lost.reason)
        reason = self.reason is None or _same(self.reason, lost.reason) or under
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


def times_of(parts: Iterable[Mapping[tuple[str, bool], int]]) -> Times:
    """What planned busy time came to, of µs by class and whether it has a reason."""
    told = [(cls, has_reason, us) for part in parts for (cls, has_reason), us in part.items()]
    return Times(
        busy_us=sum(us for cls, _, us in told if cls in BUSY),
        nodt_us=sum(us for cls, _, us in told if cls == "NODT"),
        lost_us=sum(us for cls, _, us in told if cls in LOST),
        unassigned_us=sum(us for cls, has_reason, us in told if cls in LOST and not has_reason),
    )


def lost_of(slices: Iterable[tuple[Slice, bool]], *, planned: bool = False) -> list[Lost]:
    """The lost time of one equipment's slices, each given with whether a stop begins with it."""
    wanted = WITH_PLANNED if planned else LOST
    told = [(piece, begun) for piece, begun in slices if piece.cls in wanted]
    return [
        _lost(piece, share, stops=int(begun and not place))
        for piece, begun in told
        for place, share in enumerate(piece.shares)
    ]


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

    def with_loss(self, lost: Loss) -> Bar:
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


def key_of(lost: Loss, by: By, level: int | None = None) -> str | int | None:
    """What a loss is put down to; `level`: a reason to what it lies under at that level, 1 the topmost.

    >>> upto("mechanical/infeed/jam", 2), upto("mechanical", 2), upto(None, 1)
    ('mechanical/infeed', 'mechanical', None)
    """
    if by == "equipment":
        return lost.equipment_id
    return {"reason": upto(lost.reason, level), "product": lost.product, "shift": lost.shift, "crew": lost.crew}[by]


def upto(reason: str | None, level: int | None) -> str | None:
    """A reason, or what it lies under at a level; itself where it does not reach so deep."""
    return reason if reason is None or level is None else "/".join(reason.split("/")[:level])


def bars(losses: Iterable[Loss], by: By, measure: Measure, *, level: int | None = None) -> list[Bar]:
    """The costliest first; what costs the same in the order of its name."""
    found: dict[str | int | None, Bar] = {}
    for lost in losses:
        key = key_of(lost, by, level)
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
