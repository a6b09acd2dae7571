"""What was lost over a period, however long: whole shifts from their sums, the ends of it slice by slice.

The answers are those that every slice of the period would give; what is known of the past is asked of the slices.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

from dovetail.books.lost import (
    ByClass,
    Summed,
    busy_times,
    lost_by_words,
    lost_from,
    of_several_crews,
    over_shifts,
    times_over_shifts,
)
from dovetail.core.scope import Scope
from dovetail.db.uow import Reading
from dovetail.ledger.losing import WITH_PLANNED, beginnings, begins
from dovetail.ledger.model import Slice
from dovetail.performance import store
from dovetail.performance.service import ROLLUP_FROM_US, PerformanceRoom

VIEW: Final = "plant.view"

type Begun = tuple[Slice, bool]  # a slice, and whether a stop begins with it


@dataclass(slots=True)
class LostOver:
    """Lost and planned down time: summed, and slice by slice where it is not; the planned busy time it is a part of."""

    summed: list[Summed] = field(default_factory=list[Summed])
    slices: list[Begun] = field(default_factory=list[Begun])
    times: list[ByClass] = field(default_factory=list[ByClass])


class LostTime:
    """Answers; keeps nothing."""

    def __init__(self, room: PerformanceRoom) -> None:
        self._room = room

    def over_shifts(
        self, units: Sequence[int], from_us: int, to_us: int, *, words: Collection[str], scope: Scope
    ) -> LostOver | None:
        """As known now, whole shifts from their sums; None where these do not say it: a short period, or since an
        upgrade adds to them what was cut before it."""
        with self._room.database.read() as reading:
            until_us = self._room.until(reading, to_us, None)
            if until_us - from_us < ROLLUP_FROM_US or not self._room.is_whole(reading):
                return None
            found = LostOver(
                over_shifts(reading, units, from_us, until_us, words=words),
                times=[times_over_shifts(reading, units, from_us, until_us)],
            )
            for unit in units:
                scope.require(VIEW, unit)
                self._beside_shifts(reading, unit, (from_us, until_us), found, words=words)
        return found

    def _beside_shifts(
        self, reading: Reading, unit: int, period: tuple[int, int], found: LostOver, *, words: Collection[str]
    ) -> None:
        """Add what lies in no whole shift; and what the shifts do not say: with the period, a stop begins."""
        held = self._room.held_between(reading, unit, *period, None)
        mixed = of_several_crews(reading, unit, *held) if "crew" in words else set[tuple[str, str]]()
        rest = self._room.beside_shifts(reading, unit, period, held, also=mixed)
        found.times.append(_busy(rest if not mixed else self._outside(rest, mixed, held)))
        before: Slice | None = None
        for piece in rest:
            if piece.t0_us != period[0] and (before is None or before.t1_us != piece.t0_us):
                before = self._ending(reading, unit, piece.t0_us, None)
            found.slices.append((piece, begins(piece, before)))
            before = piece
        first = self._first(reading, unit, held, None)
        if first is None or held[0] != period[0] or first in rest:
            return
        if first.cls in WITH_PLANNED and not begins(first, self._ending(reading, unit, first.t0_us, None)):
            share = first.shares[0]
            named = (first.reason, share.product, first.shift_name, first.crew)
            found.summed.append(Summed(unit, first.cls, *named, us=0, units_mu=0, rated_us=0, stops=1))

    @staticmethod
    def _outside(rest: Sequence[Slice], mixed: Collection[tuple[str, str]], held: tuple[int, int]) -> list[Slice]:
        """Without the slices of whole shifts that were read one by one: their times are in the sums."""
        return [
            one
            for one in rest
            if (one.day, one.shift_id or "") not in mixed or one.t0_us < held[0] or one.t1_us > held[1]
        ]

    def over_slices(
        self, unit: int, from_us: int, to_us: int, *, words: Collection[str], scope: Scope, as_of: int | None
    ) -> LostOver:
        """The same from the slices of one machine, as known at `as_of`."""
        scope.require(VIEW, unit)
        with self._room.database.read() as reading:
            head, held, tail, continues_us = self._parts(reading, unit, from_us, to_us, as_of)
            summed, shared = lost_by_words(reading, unit, held, words=words, as_of=as_of, continues_us=continues_us)
            times = busy_times(reading, unit, *held, as_of=as_of)
        ends = [piece for piece, _ in (*head, *tail)]
        return LostOver(summed, [*head, *shared, *tail], [times, _busy(ends)])

    def by_time(
        self, unit: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None, after_us: int, limit: int
    ) -> list[Begun]:
        """Up to `limit` slices of lost and planned down time of a machine that begin at or after a moment, by time."""
        scope.require(VIEW, unit)
        with self._room.database.read() as reading:
            head, held, tail, continues_us = self._parts(reading, unit, from_us, to_us, as_of)
            middle = lost_from(
                reading, unit, held, as_of=as_of, continues_us=continues_us, after_us=after_us, limit=limit
            )
        found = [*head, *middle, *tail]
        return [one for one in found if one[0].cls in WITH_PLANNED and one[0].t0_us >= after_us][:limit]

    def _parts(
        self, reading: Reading, unit: int, from_us: int, to_us: int, as_of: int | None
    ) -> tuple[list[Begun], tuple[int, int], list[Begun], int | None]:
        """What is cut at the begin of a period, the whole slices held in it, what is cut or open at its end; and where
        the first of those held goes on with what was cut, that moment."""
        until_us = self._room.until(reading, to_us, as_of)
        held = self._room.held_between(reading, unit, from_us, until_us, as_of)
        head = self._room.derived(reading, unit, from_us, held[0], as_of)
        tail = self._room.derived(reading, unit, held[1], until_us, as_of)
        first, last = self._first(reading, unit, held, as_of), self._ending(reading, unit, held[1], as_of)
        goes_on = first is not None and bool(head) and not begins(first, head[-1])
        before = last if held[0] < held[1] else head[-1] if head else None
        return list(beginnings(head)), held, list(beginnings(tail, before)), held[0] if goes_on else None

    @staticmethod
    def _first(reading: Reading, unit: int, held: tuple[int, int], as_of: int | None) -> Slice | None:
        """The first slice held in a period, where one is."""
        found = store.overlapping(reading, unit, *held, as_of=as_of, limit=1) if held[0] < held[1] else []
        return found[0][1] if found else None

    @staticmethod
    def _ending(reading: Reading, unit: int, at_us: int, as_of: int | None) -> Slice | None:
        """The slice held that ends at a moment, or reaches over it."""
        found = store.overlapping(reading, unit, at_us - 1, at_us, as_of=as_of, limit=1)
        return found[0][1] if found else None


def _busy(slices: Sequence[Slice]) -> ByClass:
    """The time of slices by class and whether it has a reason, µs."""
    found: ByClass = {}
    for piece in slices:
        key = (piece.cls, piece.reason is not None)
        found[key] = found.get(key, 0) + piece.elapsed_us
    return found
