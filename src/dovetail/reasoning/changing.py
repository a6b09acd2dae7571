"""When another product begins the machine is changed over, until it makes the new one as it should.

Pure. A changeover begins where the product (or the job, or what a tag says) becomes another one, and ends with the
n-th good piece; with a rate, once the last n good pieces came at least so fast; at the latest after a time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dovetail.core.clock import MINUTE_US

type Pieces = tuple[int, int]  # ts_us, good pieces told of then


@dataclass(frozen=True, slots=True)
class ChangeRule:
    """`tag` says what is made; `good` pieces of it end the changeover, with `rate_upm` once they come so fast."""

    tag: int
    good: int
    rate_upm: float | None = None
    reason: str | None = None
    longest_us: int = 8 * 60 * MINUTE_US


@dataclass(frozen=True, slots=True)
class Change:
    """A changeover that goes on: since when, from what to what, and the good pieces since, as far as they matter."""

    since_us: int
    before: str
    to: str
    made: tuple[Pieces, ...] = ()


def begun(change: Change | None, product: str | None, said: str, at_us: int) -> Change | None:
    """The changeover that goes on or begins when `said` is made after `product` (None: nobody knows)."""
    return Change(at_us, product, said) if product is not None and said != product else change


def went_on(rule: ChangeRule, change: Change, pieces: Iterable[Pieces]) -> tuple[Change, int | None]:
    """With the good pieces that follow, by time: as it goes on, and the moment at which it ends (None: it does not)."""
    made = list(change.made)
    for ts_us, quantity in pieces:
        if ts_us <= change.since_us:
            continue
        made.append((ts_us, quantity))
        if rule.rate_upm is None:
            made = [(ts_us, sum(n for _, n in made))]
        while len(made) > 1 and sum(n for _, n in made[1:]) >= rule.good:
            del made[0]
        if _is_made(rule, change, made):
            return change, ts_us
    return Change(change.since_us, change.before, change.to, tuple(made)), None


def _is_made(rule: ChangeRule, change: Change, made: list[Pieces]) -> bool:
    total = sum(n for _, n in made)
    if rule.rate_upm is None or total < rule.good:
        return total >= rule.good
    first_us, first = made[0]
    timed, lasts_us = (total - first, made[-1][0] - first_us) if len(made) > 1 else (total, first_us - change.since_us)
    return timed * MINUTE_US >= rule.rate_upm * lasts_us
