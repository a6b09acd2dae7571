"""When a running job will be done, from how long such pieces took before: pure, and it says on what it rests.

The past of this product on this equipment is cut into stretches of equally many good pieces. Each took so long in
planned time, its stops and slow minutes included. What is left of the job is one such stretch, or several: the tenth,
the half and the nine tenths of the stretches give the range; of several it widens with the root of their number, for
their good and bad luck evens out. Time without data counts in none of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from typing import Final

from dovetail.core.clock import MINUTE_US
from dovetail.pace.model import PlannedSpan

STRETCHES_MIN: Final = 8  # a tenth and nine tenths of fewer are their extremes
STRETCHES_MAX: Final = 100  # more tell no other range
PAST_MIN_US: Final = 60 * MINUTE_US  # an hour of it: less says nothing of its stops
FURTHER_MAX: Final = 10.0  # a job ten times as large as all that was made of it before is guessed, not foreseen
TENTHS: Final = (0.1, 0.5, 0.9)


@dataclass(frozen=True, slots=True)
class Made:
    """A stretch of known planned time of one product: how long, and the good pieces in it, made evenly.

    `t0_us`: where its slice of the ledger begins.
    """

    busy_us: int
    good: int
    t0_us: int = 0


@dataclass(frozen=True, slots=True)
class Rest:
    """Planned time that is still needed: one of ten is done by `low_us`, half by `mid_us`, nine of ten by `high_us`.

    It rests on `stretches` of `pieces` each, which `took` so long, the shortest first; `many` of them are left.
    """

    low_us: int
    mid_us: int
    high_us: int
    stretches: int
    pieces: float
    many: float = 0.0
    took: Sequence[Stretch] = ()


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """How long one stretch of the past took, and where in the planned time of the past it lay."""

    took_us: float
    begin_us: float

    @property
    def end_us(self) -> float:
        """In µs of planned time from the beginning of the past."""
        return self.begin_us + self.took_us


def rest_of(left: int, past: Sequence[Made]) -> Rest | None:
    """The planned time that `left` pieces still take, as the past has it; None where that is too little to say.

    >>> steady = [Made(60 * MINUTE_US, 600)] * 4
    >>> found = rest_of(300, steady)
    >>> found.low_us == found.mid_us == found.high_us == 30 * MINUTE_US
    True
    """
    made = sum(one.good for one in past)
    busy_us = sum(one.busy_us for one in past)
    if left <= 0 or made < STRETCHES_MIN or busy_us < PAST_MIN_US or left > made * FURTHER_MAX:
        return None
    count = min(STRETCHES_MAX, max(STRETCHES_MIN, made // left))
    size = min(made / count, float(left))
    stretches = _stretches(past, size, count)
    took = [one.took_us for one in stretches]
    many = left / size
    mean = sum(took) / len(took)
    low, mid, high = (max(0.0, many * mean + sqrt(many) * (quantile(took, share) - mean)) for share in TENTHS)
    return Rest(round(low), round(mid), round(high), len(took), size, many, stretches)


def _stretches(past: Sequence[Made], size: float, count: int) -> list[Stretch]:
    """`count` stretches of `size` pieces, the newest ones, in increasing order of how long they took."""
    made = sum(one.good for one in past)
    first = made - size * count
    marks = [first + size * number for number in range(count + 1)]
    at = _moments(past, marks)
    return sorted(Stretch(end - begin, begin) for begin, end in pairwise(at))


def within(past: Sequence[Made], stretch: Stretch) -> list[tuple[Made, float]]:
    """What of the past a stretch is made of, and how many µs of each.

    >>> [us for _, us in within([Made(60, 6), Made(40, 8)], Stretch(50.0, 30.0))]
    [30.0, 20.0]
    """
    found: list[tuple[Made, float]] = []
    done = 0
    for one in past:
        us = min(stretch.end_us, done + one.busy_us) - max(stretch.begin_us, done)
        done += one.busy_us
        if us > 0:
            found.append((one, us))
    return found


def _moments(past: Sequence[Made], marks: Sequence[float]) -> list[float]:
    """When so many pieces were made, in µs of planned time from the beginning of the past."""
    found: list[float] = []
    made, busy_us = 0, 0
    place = 0
    for mark in marks:
        while place < len(past) and made + past[place].good < mark - 1e-9:
            made, busy_us, place = made + past[place].good, busy_us + past[place].busy_us, place + 1
        inside = past[place] if place < len(past) else Made(0, 0)
        found.append(busy_us + (inside.busy_us * (mark - made) / inside.good if inside.good else 0.0))
    return found


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value below which a share of them lies, between neighbours in proportion."""
    place = share * (len(ordered) - 1)
    lower = int(place)
    upper = min(lower + 1, len(ordered) - 1)
    return ordered[lower] + (ordered[upper] - ordered[lower]) * (place - lower)


def when(spans: Iterable[PlannedSpan], from_us: int, busy_us: int) -> int | None:
    """The moment at which so much planned busy time has passed after `from_us`; None: beyond the spans."""
    for span in spans:
        if span.plan != "BUSY" or span.t1_us <= from_us:
            continue
        begin_us = max(span.t0_us, from_us)
        if span.t1_us - begin_us >= busy_us:
            return begin_us + busy_us
        busy_us -= span.t1_us - begin_us
    return None
