"""What a KPI is made of: times and pieces of a period in the words of ISO 22400-2, and the formula with its words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class TimeModel:
    """Times of a period in the words of ISO 22400-2, µs. `no_data`: what a ratio does with time without knowledge.

    `aoet_us`: while an order was executed, breaks included; `order_…`: the part of a time that belongs to orders.
    `failing_us`: delay by faults of its own; `short_us`: all short stops, also those that count as production time.
    """

    elapsed_us: int = 0
    not_planned_us: int = 0
    planned_down_us: int = 0
    pbt_us: int = 0
    apt_us: int = 0
    aust_us: int = 0
    adet_us: int = 0
    adot_us: int = 0
    nodt_us: int = 0
    apt_rated_us: int = 0
    aoet_us: int = 0
    order_apt_us: int = 0
    order_aubt_us: int = 0
    failing_us: int = 0
    short_us: int = 0
    no_data: Literal["observed", "as_loss"] = "observed"

    @property
    def pot_us(self) -> int:
        """Planned operation time: planned busy and planned down."""
        return self.pbt_us + self.planned_down_us

    @property
    def aupt_us(self) -> int:
        """Unit processing time: production and setup."""
        return self.apt_us + self.aust_us

    @property
    def aubt_us(self) -> int:
        """Unit busy time: processing and delay."""
        return self.aupt_us + self.adet_us

    @property
    def observed_us(self) -> int:
        """The planned busy time of which something is known."""
        return self.pbt_us - self.nodt_us

    @property
    def held_us(self) -> int:
        """The planned busy time a ratio is held against: without NODT (`observed`) or with it (`as_loss`)."""
        return self.observed_us if self.no_data == "observed" else self.pbt_us

    @property
    def coverage(self) -> float | None:
        """Share of planned busy time with knowledge: 1 − NODT/PBT; None without planned time."""
        return 1 - self.nodt_us / self.pbt_us if self.pbt_us else None


@dataclass(frozen=True, slots=True)
class CountModel:
    """Pieces of a period that a ratio may use, and the ideal time (Σ PRI·PQ, ns) of those that have a rate.

    `failures` and `short_stops` that began; `…_mu`: thousandths of a piece that the standard rate would have made in
    production, set-up, busy, planned and all time. These are 0 where time without a rate makes them no measure.
    `pri_gq_ns`: that of the good ones, where pieces of unlike units are summed and so weigh by their ideal time.
    """

    gq: int = 0
    sq: int = 0
    rq: int = 0
    pri_pq_ns: int = 0
    pri_gq_ns: int | None = None
    order_pq: int = 0
    failures: int = 0
    short_stops: int = 0
    theoretical_mu: int = 0
    setup_mu: int = 0
    busy_mu: int = 0
    planned_mu: int = 0
    elapsed_mu: int = 0
    mean: Literal["plus_one", "per_failure"] = "plus_one"

    @property
    def failure_divisor(self) -> int:
        """What a mean over failures divides by: FE + 1 (ISO 22400-2), or FE."""
        return self.failures + 1 if self.mean == "plus_one" else self.failures

    @property
    def pq(self) -> int:
        """Produced quantity: PQ = GQ + SQ + RQ."""
        return self.gq + self.sq + self.rq

    @property
    def is_whole(self) -> bool:
        """Whether of no kind more pieces were taken back than made: else a share of them says nothing."""
        return min(self.gq, self.sq, self.rq) >= 0


class Goal(Protocol):
    """A target of a KPI, and the path of the equipment it was set for."""

    @property
    def value(self) -> float: ...
    @property
    def of(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Kpi:
    """One formula and its words. `inputs` are the columns it needs, `factors` the KPIs it is a product of.

    `convention` names the settings it depends on; `compute` answers None where there is no denominator. `iso`: its
    number in ISO 22400-2:2014. `live`: pushed to screens with each change; the others are there for who asks.
    """

    id: str
    name: str
    formula: str
    unit: str
    range: str
    standard: str
    convention: tuple[str, ...]
    inputs: tuple[str, ...]
    compute: Callable[[TimeModel, CountModel], float | None]
    factors: tuple[str, ...] = ()
    iso: int | None = None
    live: bool = True
    better: Literal["higher", "lower"] = "higher"

    def is_met(self, value: float, target: float) -> bool:
        """Whether a value is as good as a target or better."""
        return value >= target if self.better == "higher" else value <= target

    @property
    def needs_pieces(self) -> bool:
        """Whether it says nothing without a count of pieces."""
        return not {"gq", "pq", "pri_pq_ns", "order_pq"}.isdisjoint(self.inputs)
