"""Whether a shift keeps pace: pieces due and made so far, how far ahead or behind, and where it ends if it goes on so.

Pure. Time of which nothing is known makes nobody late: what was due then is not held against the shift, and what was
made in it says nothing about its speed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from dovetail.core.clock import MINUTE_US

KNOWN_MIN_US: Final = 15 * MINUTE_US  # of planned time: after less, one stop decides what the whole shift would make

type Missing = Literal["no-counter", "no-shift", "no-plan", "too-early"]
type Basis = Literal["plan", "speed"]  # the same share of the plan, or the same pieces per planned minute


class PlannedSpan(Protocol):
    """A stretch of the calendar."""

    @property
    def t0_us(self) -> int: ...
    @property
    def t1_us(self) -> int: ...
    @property
    def plan(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Seen:
    """A shift so far. `good` is all that was made, `good_known` what was made in known time; None: nothing counts.

    `due_known` are the pieces due in known time, `due_rest` those of the rest of the shift; None where busy time has
    no rate. `known_us` is the time of which it is known what was done, `known_busy_us` the planned part of it,
    `rest_busy_us` the planned time still to come (None: no shift runs). `rate_upm`: of what runs now.
    """

    good: int | None
    good_known: int
    due_known: float | None
    due_rest: float | None
    known_us: int
    known_busy_us: int
    rest_busy_us: int | None
    rate_upm: float | None


@dataclass(frozen=True, slots=True)
class Pace:
    """`difference` in pieces and `difference_min` in minutes at the standard rate of what runs; negative is behind.

    `projected`: good pieces at the end of the shift; `basis` says what goes on as it was. `missing`: why not.
    """

    due: int | None
    difference: int | None
    difference_min: float | None
    projected: int | None
    basis: Basis | None
    missing: Missing | None


def busy_us(spans: Iterable[PlannedSpan], from_us: int, to_us: int) -> int:
    """Planned busy time in [from_us, to_us)."""
    return sum(max(0, min(s.t1_us, to_us) - max(s.t0_us, from_us)) for s in spans if s.plan == "BUSY")


def busy_within(spans: Sequence[PlannedSpan], stretches: Iterable[tuple[int, int]]) -> int:
    """Planned busy time in several stretches."""
    return sum(busy_us(spans, t0_us, t1_us) for t0_us, t1_us in stretches)


def pace(seen: Seen) -> Pace:
    """How a shift does, as far as it can be said.

    >>> half = Seen(900, 900, due_known=1000.0, due_rest=500.0, known_us=100 * MINUTE_US,
    ...             known_busy_us=100 * MINUTE_US, rest_busy_us=50 * MINUTE_US, rate_upm=10.0)
    >>> told = pace(half)
    >>> told.difference, told.difference_min, told.projected
    (-100, -10.0, 1350)
    """
    due = None if seen.due_known is None else round(seen.due_known)
    if seen.good is None:
        return Pace(due, None, None, None, None, "no-counter")
    difference = seen.good - due if seen.known_us > 0 and due is not None else None
    minutes = round(difference / seen.rate_upm, 1) if difference is not None and seen.rate_upm else None
    projected, basis, missing = _projected(seen, seen.good)
    return Pace(due if seen.known_us > 0 else None, difference, minutes, projected, basis, missing)


def _projected(seen: Seen, good: int) -> tuple[int | None, Basis | None, Missing | None]:
    """Good pieces at the end, had the rest the same share of its plan as what is known; without rates, its speed."""
    if seen.rest_busy_us is None:
        return None, None, "no-shift"
    if seen.rest_busy_us == 0 and seen.known_busy_us == 0:
        return None, None, "no-plan"
    if seen.rest_busy_us == 0:
        return good, "plan", None
    if seen.known_busy_us < KNOWN_MIN_US:
        return None, None, "too-early"
    if seen.due_known and seen.due_rest is not None:
        return good + round(seen.good_known * seen.due_rest / seen.due_known), "plan", None
    return good + round(seen.good_known * seen.rest_busy_us / seen.known_busy_us), "speed", None
