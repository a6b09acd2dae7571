"""What the ledger holds of a work unit: slices of its time and the pieces made in them.

Durations are int µs, pieces int, ideal times int ns (planned run time per item × pieces): every sum is exact and a
division is the last thing that happens.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from dovetail.ledger.pieces import Pieces

type TimeClass = Literal["APT", "AUST", "ADET", "ADOT", "NODT", "PLANNED_DOWN", "NOT_PLANNED"]
type Plan = Literal["BUSY", "PLANNED_DOWN", "NOT_PLANNED"]
type Mark = Literal["external", "unplanned", "failing", "short", "short_failing", "short_external"]

NS_PER_MINUTE = 60_000_000_000
PRI_NS_MAX = 366 * 24 * 60 * NS_PER_MINUTE  # a piece a year; a slower rate is a mistyped one
IDEAL_NS_MAX = 2**53  # 104 days of ideal time in one slice: a mistyped rate, and a thousand would overflow a column


def pri_ns(rate_upm: float | None) -> int | None:
    """Planned run time per item (PRI) in ns of a standard rate in pieces per minute; None: no usable rate.

    >>> pri_ns(400.0)
    150000000
    >>> pri_ns(0.0) is None
    True
    """
    if rate_upm is None or not NS_PER_MINUTE / PRI_NS_MAX <= rate_upm <= NS_PER_MINUTE:
        return None
    return round(NS_PER_MINUTE / rate_upm)


@dataclass(frozen=True, slots=True)
class JobShare:
    """The part of a slice that belongs to one of its jobs: time, pieces and rate of its own."""

    job_response_id: str | None
    product: str | None
    share_ppm: int
    elapsed_us: int
    pieces: Pieces
    rate_upm: float | None

    @property
    def pri_ns(self) -> int | None:
        """PRI in ns, or None: unrated. A rate at which these pieces fill more than 104 days is a mistyped one."""
        per_item = pri_ns(self.rate_upm)
        if per_item is None or abs(self.pieces.produced) * per_item > IDEAL_NS_MAX:
            return None
        return per_item

    @property
    def rated_us(self) -> int:
        """The time that has a rate to be held against."""
        return 0 if self.pri_ns is None else self.elapsed_us

    @property
    def ideal_ns(self) -> int:
        """PRI·PQ: how long these pieces should have taken."""
        return (self.pri_ns or 0) * self.pieces.produced

    @property
    def ideal_good_ns(self) -> int:
        """PRI·GQ: how long the good ones among them should have taken."""
        return (self.pri_ns or 0) * self.pieces.good

    @property
    def theoretical_mu(self) -> int:
        """Pieces the standard rate would have made in this time, in thousandths of a piece, rounded."""
        per_item = self.pri_ns
        return 0 if per_item is None else (2_000_000 * self.elapsed_us + per_item) // (2 * per_item)


@dataclass(frozen=True, slots=True)
class Slice:
    """A stretch of one equipment's time in which nothing changed: neither state, job, shift, crew, plan nor rate.

    [t0_us, t1_us). `shares` has one entry per job that ran (one without a job when none did); their ppm sum to
    1,000,000 and their times and pieces to those of the slice. `day` is the production day (local date on which
    the shift began, else the local date). `unplanned`: it ran although the plan did not ask for it. `failing`: it stood
    because of a fault of its own; `short`: within a short stop; `stops`, `failures`: how many begin with it (0 or 1).
    """

    equipment_id: int
    t0_us: int
    t1_us: int
    state: str
    mode: str
    reason: str | None
    external: bool
    unplanned: bool
    plan: Plan
    day: str
    shift_id: str | None
    shift_name: str | None
    crew: str | None
    cls: TimeClass
    shares: tuple[JobShare, ...]
    failing: bool = False
    short: bool = False
    stops: int = 0
    failures: int = 0
    known_from: int = field(default=0, compare=False)  # two slices are the same when they say the same
    known_to: int | None = field(default=None, compare=False)

    @property
    def elapsed_us(self) -> int:
        """How long it lasts, µs."""
        return self.t1_us - self.t0_us

    @property
    def marks(self) -> frozenset[Mark]:
        """What else, beside its class, decides in which columns it counts."""
        said: dict[Mark, bool] = {
            "external": self.external,
            "unplanned": self.unplanned,
            "failing": self.failing,
            "short": self.short,
            "short_failing": self.short and self.failing,
            "short_external": self.short and self.external,
        }
        return frozenset(mark for mark, is_so in said.items() if is_so)

    @property
    def job_response_id(self) -> str | None:
        """The job, when exactly one ran."""
        return self.shares[0].job_response_id if len(self.shares) == 1 else None

    @property
    def product(self) -> str | None:
        """The product, when exactly one job ran."""
        return self.shares[0].product if len(self.shares) == 1 else None

    @property
    def rate_upm(self) -> float | None:
        """The standard rate it is held against, when exactly one job (or none) ran."""
        return self.shares[0].rate_upm if len(self.shares) == 1 else None

    @property
    def pieces(self) -> Pieces:
        """What was made in it, over all jobs."""
        parts = [share.pieces for share in self.shares]
        return Pieces(
            sum(p.good for p in parts),
            sum(p.scrap for p in parts),
            sum(p.rework for p in parts),
            sum(p.infeed for p in parts),
        )
