"""How long a piece took while the machine produced: its distribution, and the best hour that was ever shown.

Pure, over columns. A cycle is the time between two movements of the counters by the pieces of the later one; movements
within ten seconds are taken together, so that how often a counter is read does not look like scatter. What lies between
two runs is a stop and no cycle.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dovetail.core.clock import HOUR_US, SECOND_US
from dovetail.ledger.model import Slice

TOGETHER_US: Final = 10 * SECOND_US
BEST_US: Final = HOUR_US  # a rate that was kept for an hour can be kept; a faster minute proves nothing
CYCLES_MIN: Final = 20  # of fewer, ten per cent are two
BINS: Final = 30
SHOWN_TIMES: Final = 3.0  # of the median: what took longer is told as one number, or the rest would be one bar

type Column = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of production time of one product; None: of none, or of several at once."""

    t0_us: int
    t1_us: int
    product: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Cycles:
    """Cycles by time, shapes [n]: when each began, how long it took, and how many pieces it made."""

    begin: Column
    lasted: Column
    pieces: Column


@dataclass(frozen=True, slots=True)
class Best:
    """The hour of production time in which most pieces were made: where it began, and the time of one of its pieces."""

    from_us: int
    cycle_us: float


@dataclass(frozen=True, slots=True)
class Bin:
    """So many pieces took at least `low_us` and less than `high_us`; the last one holds its upper end as well."""

    low_us: float
    high_us: float
    pieces: int


@dataclass(frozen=True, slots=True)
class Distribution:
    """Of pieces, not of readings. `slower`: pieces beyond the last bin."""

    pieces: int
    p10_us: float
    p50_us: float
    p90_us: float
    bins: Sequence[Bin]
    slower: int


@dataclass(slots=True)
class Tally:
    """What one product came to in the ledger: production time, pieces, and ideal time of those with a rate."""

    apt_us: int = 0
    produced: int = 0
    rated: int = 0
    ideal_ns: int = 0
    rates: set[float] = field(default_factory=set[float])

    @property
    def actual_us(self) -> float | None:
        """APT/PQ."""
        return self.apt_us / self.produced if self.produced > 0 else None

    @property
    def ideal_us(self) -> float | None:
        """PRI, of several rates the mean over the pieces; where none was made, that of the one rate."""
        if self.rated > 0:
            return self.ideal_ns / 1000 / self.rated
        return 60 * SECOND_US / min(self.rates) if len(self.rates) == 1 else None


def runs_of(slices: Iterable[Slice]) -> list[Run]:
    """Production time by product; slices that follow each other without a stop are one run."""
    found: list[Run] = []
    for piece in slices:
        if piece.cls != "APT":
            continue
        last = found[-1] if found else None
        if last is not None and last.t1_us == piece.t0_us and last.product == piece.product:
            found[-1] = Run(last.t0_us, piece.t1_us, piece.product)
        else:
            found.append(Run(piece.t0_us, piece.t1_us, piece.product))
    return found


def tallies(slices: Iterable[Slice]) -> dict[str | None, Tally]:
    """What each product came to in production time."""
    found: dict[str | None, Tally] = {}
    for piece in slices:
        if piece.cls != "APT":
            continue
        for share in piece.shares:
            one = found.setdefault(share.product, Tally())
            one.apt_us += share.elapsed_us
            one.produced += share.pieces.produced
            if share.rate_upm is not None:
                one.rated += share.pieces.produced
                one.ideal_ns += share.ideal_ns
                one.rates.add(share.rate_upm)
    return found


def cycles_of(runs: Iterable[Run], ts: Column, pieces: Column) -> dict[str | None, Cycles]:
    """The cycles of each product. `ts` ascending: when the counters told of `pieces` > 0.

    The first movement in a run ends nothing: nobody knows how much of its piece was made before.
    """
    parts: dict[str | None, list[tuple[Column, Column, Column]]] = {}
    made = np.concatenate(([0], np.cumsum(pieces)))
    for run in runs:
        first, last = (int(at) for at in np.searchsorted(ts, (run.t0_us, run.t1_us), side="right"))
        if last - first < 2:
            continue
        marks = _marks(ts[first:last]) + first
        told = (ts[marks[:-1]], np.diff(ts[marks]), np.diff(made[marks + 1]))
        parts.setdefault(run.product, []).append(told)
    return {name: Cycles(*(np.concatenate(one) for one in zip(*some, strict=True))) for name, some in parts.items()}


def _marks(ts: Column) -> NDArray[np.intp]:
    """The movements at which a cycle ends and the next begins: at least `TOGETHER_US` apart, but for slower ones."""
    if bool((np.diff(ts) >= TOGETHER_US).all()):
        return np.arange(len(ts))
    found = [0]
    following: Any = np.searchsorted(ts, ts + TOGETHER_US)
    while (at := int(following[found[-1]])) < len(ts):
        found.append(at)
    return np.array(found)


def distribution(cycles: Cycles) -> Distribution | None:
    """How long pieces took; None where too few cycles tell of it."""
    if len(cycles.pieces) < CYCLES_MIN:
        return None
    each = cycles.lasted / cycles.pieces
    order = np.argsort(each, kind="stable")
    each, weight = each[order], cycles.pieces[order]
    upto = np.cumsum(weight)
    p10, p50, p90 = (float(each[np.searchsorted(upto, share * upto[-1])]) for share in (0.1, 0.5, 0.9))
    low, high = float(each[0]), min(float(each[-1]), SHOWN_TIMES * p50)
    inside = each <= high
    told: tuple[Any, Any] = np.histogram(
        each[inside], bins=BINS, range=(low, max(high, low + 1)), weights=weight[inside]
    )
    edges: list[float] = told[1].tolist()
    counted: list[float] = told[0].tolist()
    bins = [Bin(edges[n], edges[n + 1], round(counted[n])) for n in range(BINS)]
    return Distribution(int(upto[-1]), p10, p50, p90, bins, int(weight[~inside].sum()))


def best_hour(cycles: Cycles) -> Best | None:
    """The best demonstrated cycle time: that of the hour of production time with the most pieces, stops left out.

    None where less than an hour was seen. Within a cycle its pieces are made evenly, so the best hour begins or ends
    with a cycle.

    >>> fast, slow = [1_000_000] * 3_600, [2_000_000] * 1_800
    >>> best_hour(Cycles(np.arange(5_400), np.array(slow + fast), np.ones(5_400, dtype=np.int64)))
    Best(from_us=1800, cycle_us=1000000.0)
    """
    at: NDArray[np.float64] = np.concatenate(([0.0], np.cumsum(cycles.lasted, dtype=np.float64)))
    if at[-1] < BEST_US:
        return None
    made: NDArray[np.float64] = np.concatenate(([0.0], np.cumsum(cycles.pieces, dtype=np.float64)))
    begins: NDArray[np.float64] = np.concatenate((at[at + BEST_US <= at[-1]], at[at >= BEST_US] - BEST_US))
    ends_with: NDArray[np.float64] = np.interp(begins + BEST_US, at, made)
    begins_with: NDArray[np.float64] = np.interp(begins, at, made)
    fast: list[float] = (ends_with - begins_with).tolist()
    best = max(range(len(fast)), key=fast.__getitem__)
    from_us: float = begins.tolist()[best]
    cycle = min(bisect_right(at.tolist(), from_us) - 1, len(cycles.begin) - 1)
    return Best(int(cycles.begin[cycle]) + round(from_us - float(at[cycle])), BEST_US / fast[best])
