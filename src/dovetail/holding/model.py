"""An entry of more pieces than the rate allows, and what was decided on it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

from dovetail.core.clock import HOUR_US, MINUTE_US

type Verdict = Literal["released", "rejected", "withdrawn"]

ABOVE_STANDARD: Final = 2  # a standard rate may be beaten, but nobody has seen it doubled for an hour
AT_LEAST_US: Final = HOUR_US  # of a moment: a shift that has just begun enters what the last one left on the table
COUNTED: Final = ("good", "scrap", "rework")


@dataclass(frozen=True, slots=True)
class HeldEntry:
    """What a person entered for (t0_us, t1_us]: `given` is their words, of which nothing counts by itself.

    With it `made` pieces lay in the period that was looked at, where `possible` are at `rate_upm`. `counted_as`: the
    entry by which it counts since it was released. A decision that is taken back leaves a row without a verdict.
    """

    entry_id: int
    equipment_id: int
    given: str
    t0_us: int
    t1_us: int
    looked_us: int
    made: int
    possible: int
    rate_upm: float
    by_id: str
    by_name: str
    at_us: int
    known_from: int
    known_to: int | None = None
    verdict: Verdict | None = None
    counted_as: int | None = None
    decided_by: str | None = None
    decided_us: int | None = None
    why: str | None = None


def fastest_upm(counters: Mapping[str, Mapping[str, object]], standard: Iterable[float | None]) -> float | None:
    """Pieces per minute that a machine can make at most; None: nobody has said anything of it.

    What its counters are held against, else twice the highest of the rates at which it is measured.

    A counter with a unit of its own is held against its rate in that unit, so not here.

    >>> fastest_upm({"total": {"max_rate_upm": 200}}, [120]), fastest_upm({}, [None, 60.0]), fastest_upm({}, [None])
    (200.0, 120.0, None)
    """
    plain = [body for body in counters.values() if body.get("unit") is None]
    said = [float(str(rate)) for body in plain if (rate := body.get("max_rate_upm")) is not None]
    rates = [ABOVE_STANDARD * rate for rate in standard if rate is not None]
    return max(said or rates, default=None)


def possible(rate_upm: float, duration_us: int, *, at_a_moment: bool) -> int:
    """Whole pieces that can be made in a time at a rate.

    >>> possible(60, 90_000_000, at_a_moment=False), possible(60, 90_000_000, at_a_moment=True)
    (90, 3600)
    """
    time_us = max(duration_us, AT_LEAST_US) if at_a_moment else duration_us
    return math.ceil(Fraction(rate_upm) * time_us / MINUTE_US)


def made(pieces: Mapping[str, int]) -> int:
    """PQ = GQ + SQ + RQ (ISO 22400)."""
    return sum(pieces.get(kind, 0) for kind in COUNTED)
