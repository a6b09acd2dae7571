"""The changeovers of one machine as a walk through its time meets them: where one begins, and where it is over."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dovetail.reasoning.changing import Change, ChangeRule, Pieces, begun, went_on
from dovetail.reasoning.model import ABSENT, NOTHING, Remembered, Seen, written

NEVER: Final = sys.maxsize

type Column = NDArray[np.int64]


def by_time(parts: Iterable[tuple[Column, Column]]) -> list[Pieces]:
    """(moment, pieces) of several counters as one, by time; negative where more scrap than pieces is told of."""
    told = list(parts)
    if not told:
        return []
    moments, place = np.unique(np.concatenate([ts for ts, _ in told]), return_inverse=True)
    sums = np.zeros(len(moments), dtype=np.int64)
    np.add.at(sums, place, np.concatenate([quantity for _, quantity in told]))
    return list(zip(moments.tolist(), sums.tolist(), strict=True))


def made_now(rule: ChangeRule | None, seen: Mapping[int, Seen]) -> str | None:
    """What is made, where changeovers are looked for; empty: nobody knows yet, None: they are not looked for."""
    if rule is None:
        return None
    said = seen.get(rule.tag, ABSENT)
    return written(said.value) if said.good else ""


@dataclass(slots=True)
class Changeovers:
    """`rule` None: none is looked for. `pieces`: the good ones that follow, by time."""

    rule: ChangeRule | None = None
    pieces: list[Pieces] = field(default_factory=list[Pieces])
    product: str | None = None
    change: Change | None = None
    _over: tuple[Change, int] | None = None

    @classmethod
    def since(cls, rule: ChangeRule | None, kept: Remembered | None, pieces: list[Pieces]) -> Changeovers:
        """Going on from what is remembered."""
        kept = kept or NOTHING
        return cls(rule, pieces, kept.product, kept.change)

    def hear(self, tag: int, seen: Seen, at_us: int) -> None:
        """A signal says something new: another product than the last one that was made begins a changeover."""
        if self.rule is not None and tag == self.rule.tag and seen.good and written(seen.value):
            said = written(seen.value)
            self.change = begun(self.change, self.product or None, said, at_us)
            self.product = said

    def over_us(self) -> int:
        """When the one that goes on ends: with its pieces, or because it may last no longer."""
        if self.rule is None or self.change is None:
            return NEVER
        if self._over is None or self._over[0] is not self.change:
            self._over = (self.change, went_on(self.rule, self.change, self.pieces)[1] or NEVER)
        return min(self._over[1], self.change.since_us + self.rule.longest_us)

    def reach(self, at_us: int) -> None:
        """Time has come to `at_us`: what ends then is over."""
        if self.change is not None and at_us >= self.over_us():
            self.change = None

    def wake(self, wake_at_us: int | None) -> int | None:
        """When to look again: one may not last for ever."""
        if self.rule is None or self.change is None:
            return wake_at_us
        last_us = self.change.since_us + self.rule.longest_us
        return last_us if wake_at_us is None else min(wake_at_us, last_us)

    def keep(self, kept: Remembered) -> Remembered:
        """What is to be remembered at the moment."""
        return kept if self.rule is None else replace(kept, product=self.product, change=self.change)

    def settle(self) -> None:
        """All pieces are told: remember of them what the end still depends on."""
        if self.rule is not None and self.change is not None:
            self.change, _ = went_on(self.rule, self.change, self.pieces)
