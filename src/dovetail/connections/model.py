"""A connection's past as periods without a gap: up or down, from when to when, and why. Pure.

While a connection is in the plant, exactly one of its periods is open; a period ends where the next begins.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

NOT_RUNNING: Final = "Dovetail was not running"
LOST_BEFORE: Final = "the link was lost shortly before Dovetail stopped"
CAUSES_MAX: Final = 20  # an outage that changes its cause more often than this repeats itself


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a connection is down, and since when that is the reason."""

    at_us: int
    text: str


@dataclass(frozen=True, slots=True)
class Period:
    """[t0_us, t1_us) in which a connection was up, or down for `causes`; open while `t1_us` is None.

    `link` is its good-through tag, which outlives a rename; `connection` its name when the period began. `told` is
    the id of the event that said it has been down for too long.
    """

    id: int
    link: int
    connection: str
    up: bool
    t0_us: int
    t1_us: int | None = None
    causes: tuple[Cause, ...] = ()
    told: str | None = None

    @property
    def cause(self) -> str:
        """The reason that held last; empty while up."""
        return self.causes[-1].text if self.causes else ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the edge told of a link, or what its marks tell after a restart. `in_plant`: it goes on being collected."""

    link: int
    connection: str
    up: bool
    at_us: int
    cause: str
    in_plant: bool = True


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of a link's open period: kept (with its causes), or closed; and the period that begins, if any."""

    kept: Period | None = None
    closed: Period | None = None
    begun: Period | None = None


def follow(held: Period | None, seen: Seen) -> Step:
    """The next step of a link's past. Time never runs backwards in it: a clock set back makes a period of no length."""
    if held is None:
        return Step(begun=_begin(seen, seen.at_us) if seen.in_plant else None)
    at_us = max(seen.at_us, held.t0_us)
    if not seen.in_plant:
        return Step(closed=replace(held, t1_us=at_us))
    if held.up == seen.up:
        return Step(kept=held if seen.up else _also(held, Cause(at_us, seen.cause)))
    return Step(closed=replace(held, t1_us=at_us), begun=_begin(seen, at_us))


def _begin(seen: Seen, at_us: int) -> Period:
    causes = () if seen.up else (Cause(at_us, seen.cause),)
    return Period(0, seen.link, seen.connection, seen.up, at_us, None, causes)


def _also(held: Period, cause: Cause) -> Period:
    """One more reason of the same outage; the first ones are kept, for they say how it began."""
    if held.cause == cause.text:
        return held
    return replace(held, causes=(*held.causes[: CAUSES_MAX - 1], cause))


def after_standstill(held: Period, *, mark_us: int, lost_us: int | None) -> list[Seen]:
    """What is to be made up for when Dovetail starts again: its own absence is an outage of every link.

    `mark_us` is how far the link's values were good; `lost_us` where its samples say that it was lost, which Dovetail
    may have had no time to write down.
    """

    def down(at_us: int, cause: str) -> Seen:
        return Seen(held.link, held.connection, False, at_us, cause)

    early = held.up and lost_us is not None and held.t0_us < lost_us <= mark_us
    first = [down(lost_us, LOST_BEFORE)] if early and lost_us is not None else []
    return [*first, down(mark_us, NOT_RUNNING)]


@dataclass(frozen=True, slots=True)
class Totals:
    """How a connection did over a time, µs. `observed_us` is what Dovetail knows of it: up and down together."""

    observed_us: int
    up_us: int
    outages: int
    longest: Period | None
    longest_us: int  # as much of it as lies in the time asked for

    @property
    def down_us(self) -> int:
        """Time without the link, Dovetail's own absence included."""
        return self.observed_us - self.up_us

    @property
    def availability(self) -> float | None:
        """Share of the observed time with the link up; None where nothing was observed."""
        return self.up_us / self.observed_us if self.observed_us else None


def clipped(period: Period, from_us: int, to_us: int) -> int:
    """How much of a period lies in [from_us, to_us), µs; an open one reaches to `to_us`."""
    end_us = to_us if period.t1_us is None else min(period.t1_us, to_us)
    return max(0, end_us - max(period.t0_us, from_us))


def totals(periods: Iterable[Period], from_us: int, to_us: int) -> Totals:
    """Sums over the periods that touch [from_us, to_us); the longest outage is the one with most of its time there."""
    observed_us = up_us = outages = longest_us = 0
    longest: Period | None = None
    for period in periods:
        length_us = clipped(period, from_us, to_us)
        observed_us += length_us
        if period.up:
            up_us += length_us
            continue
        outages += 1
        if length_us >= longest_us:
            longest, longest_us = period, length_us
    return Totals(observed_us, up_us, outages, longest, longest_us)
