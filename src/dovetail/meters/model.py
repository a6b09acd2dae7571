"""A counter read by hand, and the pieces that lie between two readings of it. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from dovetail.core.errors import InvalidError

type Became = Literal["counted", "held", "nothing"]  # of the pieces


@dataclass(frozen=True, slots=True)
class Reading:
    """What a counter showed at t0_us and at t1_us: `quantity` pieces lie between, `modulus` is where it begins anew.

    `unexplained`: pieces between the end reading before it and `before` that a person said were not made; 0: none.
    Taken back: `known_to` is set.
    """

    entry_id: int
    equipment_id: int
    counter: str
    before: int
    after: int
    modulus: int | None
    quantity: int
    unexplained: int
    became: Became
    t0_us: int
    t1_us: int
    by_id: str
    by_name: str
    at_us: int
    known_from: int
    known_to: int | None = None
    withdrawn_by: str | None = None


def told_by(counters: Collection[str]) -> set[str]:
    """The counters of which pieces are known by those that have a tag: of all and the good ones one tells of the other.

    >>> sorted(told_by(["total", "scrap"])), sorted(told_by(["infeed"]))
    (['good', 'scrap', 'total'], ['infeed'])
    """
    return {*counters, *(("good", "total") if {"good", "total"} & {*counters} else ())}


def between(before: int, after: int, modulus: int | None) -> int:
    """The pieces from one reading to a later one; a counter that shows less has rolled over, once.

    Raises InvalidError where it cannot be: past its modulus, or backwards without one.

    >>> between(1_000, 1_400, None), between(999_950, 30, 1_000_000)
    (400, 80)
    """
    if modulus is not None and (high := max(before, after)) >= modulus:
        raise InvalidError(
            f"a counter that begins anew at {modulus} never shows {high}", code="reading-modulus",
            pointer="/before" if before == high else "/after", hint="read it again, or say where it begins anew",
        )  # fmt: skip
    if after >= before:
        return after - before
    if modulus is None:
        raise InvalidError(
            f"the counter shows {after}, less than {before} at the beginning", pointer="/after",
            code="reading-backwards",
            hint=f"where it begins anew, say so: `modulus` {rolls_at(before)}; set back or changed: read in two parts",
        )  # fmt: skip
    return modulus - before + after


def rolls_at(shown: int) -> int:
    """Where a counter that shows this begins anew if it has no more digits.

    >>> rolls_at(999_950), rolls_at(0), rolls_at(10)
    (1000000, 10, 100)
    """
    return int(10 ** len(str(shown)))


def step(last: int, before: int, modulus: int | None) -> int:
    """How far a begin lies from the end reading before it: positive pieces are missing, negative are there twice.

    Of a counter that rolls over the shorter way round counts.

    >>> step(1_000, 1_020, None), step(1_000, 990, None), step(999_990, 10, 1_000_000)
    (20, -10, 20)
    """
    apart = before - last
    if modulus is None:
        return apart
    return (apart + modulus // 2) % modulus - modulus // 2
