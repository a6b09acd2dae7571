"""The losses room: the Pareto of a period with what lies under each bar, of a machine or of all below a node."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from dovetail.core.errors import NotFoundError
from dovetail.core.limits import PAGE_MAX
from dovetail.core.scope import Scope
from dovetail.core.watching import Watching, unwatched
from dovetail.equipment.model import WORK_UNIT, PlantModel
from dovetail.ledger.losing import LOST, WITH_PLANNED
from dovetail.losses.model import Bar, By, Loss, Lost, Measure, Times, Wanted, bars, lost_of, times_of, total
from dovetail.performance.losttime import LostOver, LostTime
from dovetail.performance.service import PerformanceRoom

VIEW: Final = "plant.view"
READ_MAX: Final = 2 * PAGE_MAX  # slices of one machine read at once


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of stretches ends: after those of one machine that begin at a moment."""

    at_us: int = -1
    unit: int = 0


@dataclass(frozen=True, slots=True)
class Stretches:
    """A page of lost time by time; where the next one begins, None: there is no more."""

    items: list[Lost]
    next: Place | None


@dataclass(frozen=True, slots=True)
class Pareto:
    """The bars of a period, the costliest first, and what they are a part of. `partial`: machines are out of sight."""

    until_us: int
    bars: list[Bar]
    total: Bar
    times: Times
    partial: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A period of an equipment, with what of it is looked at; `level`: so deep into the reasons, None: all the way."""

    equipment_id: int
    from_us: int
    to_us: int
    wanted: Wanted
    planned: bool = False
    as_of: int | None = None
    level: int | None = None


class LossesRoom:
    """Answers; keeps nothing."""

    def __init__(self, performance: PerformanceRoom, *, watching: Watching = unwatched) -> None:
        self._performance = performance
        self._lost = LostTime(performance)
        self._watching = watching

    def pareto(self, asked: Asked, *, by: By, measure: Measure, scope: Scope) -> Pareto:
        """What was lost, put down to `by`."""
        units, partial = self.machines(asked, scope)
        words = asked.wanted.words | {by}
        over: LostOver | None = None
        if asked.as_of is None:
            over = self._lost.over_shifts(units, asked.from_us, asked.to_us, words=words, scope=scope)
        parts = self._one_by_one(asked, units, words, scope) if over is None else [over]
        classes = WITH_PLANNED if asked.planned else LOST
        losses: list[Loss] = [one for part in parts for one in part.summed if one.cls in classes]
        losses += [one for part in parts for one in lost_of(part.slices, planned=asked.planned)]
        found = bars((lost for lost in losses if asked.wanted.fits(lost)), by, measure, level=asked.level)
        until_us = min(asked.to_us, self._performance.clock.now_us())
        times = times_of(one for part in parts for one in part.times)
        return Pareto(until_us, found, total(found), times, partial)

    def _one_by_one(self, asked: Asked, units: Sequence[int], words: Collection[str], scope: Scope) -> list[LostOver]:
        """From the slices, one machine after the other: what sums do not say, as what was known at a past moment."""
        from_us, to_us, as_of = asked.from_us, asked.to_us, asked.as_of
        found: list[LostOver] = []
        with self._watching(len(units)) as step:
            for unit in units:
                found.append(self._lost.over_slices(unit, from_us, to_us, words=words, scope=scope, as_of=as_of))
                step(len(found))
        return found

    def losses(self, asked: Asked, *, scope: Scope, after: Place | None = None, limit: int = PAGE_MAX) -> Stretches:
        """The stretches of lost time that a bar is the sum of, by time, then by equipment, a page of them."""
        units, _ = self.machines(asked, scope)
        after = after or Place()
        told: list[Lost] = []
        at_us: int | None = max(asked.from_us, after.at_us)
        while at_us is not None and len(told) <= limit:
            more, at_us = self._read(asked, units, at_us, scope)
            told += [one for one in more if asked.wanted.fits(one) and _place(one) > (after.at_us, after.unit)]
        told.sort(key=lambda lost: (*_place(lost), lost.product or ""))
        last = _place(told[limit - 1]) if len(told) > limit else None
        if last is None:
            return Stretches(told, None)
        return Stretches([one for one in told if _place(one) <= last], Place(*last))

    def _read(self, asked: Asked, units: Sequence[int], at_us: int, scope: Scope) -> tuple[list[Lost], int | None]:
        """What was lost from a moment on, and up to where that is all of it; None: to the end of the period."""
        from_us, to_us, as_of = asked.from_us, asked.to_us, asked.as_of
        read = [
            self._lost.by_time(unit, from_us, to_us, scope=scope, as_of=as_of, after_us=at_us, limit=READ_MAX)
            for unit in units
        ]
        upto_us = min((found[-1][0].t0_us for found in read if len(found) == READ_MAX), default=None)
        told = [one for found in read for one in lost_of(found, planned=asked.planned)]
        return [one for one in told if upto_us is None or one.t0_us < upto_us], upto_us

    def shift(self, equipment_id: int, name: str, *, scope: Scope, as_of: int | None = None) -> tuple[int, int]:
        """When a shift (`current` or an id) begins and ends. Raises NotFoundError."""
        found = self._performance.shift(equipment_id, name, scope=scope, as_of=as_of)
        return found.t0_us, found.t1_us

    def machines(self, asked: Asked, scope: Scope) -> tuple[list[int], bool]:
        """The machines that are looked at: those below it at the end of the period, as in its figures, and those of
        which a history was brought in since; whether others are out of sight."""
        scope.require(VIEW, asked.equipment_id)
        room, at_us = self._performance, asked.to_us - 1
        then = room.gathering.said(asked.as_of).equipment.plant(at_us=at_us)
        with room.database.read() as reading:
            plant = room.plant_at(reading, asked.equipment_id, asked.as_of)
            now = units_below(plant, asked.equipment_id)
            units = units_below(then, asked.equipment_id) if asked.equipment_id in then.equipment else now
            for one in now:
                told = one in then.equipment and then.equipment[one].states
                held = None if told else room.held(reading, one, as_of=asked.as_of)
                units += [one] if held is not None and held[0] <= at_us and one not in units else []
        seen = [one for one in units if scope.sees(VIEW, one)]
        if asked.wanted.equipment is not None and asked.wanted.equipment not in seen:
            raise NotFoundError("there is no such equipment here")
        wanted = [unit for unit in seen if asked.wanted.equipment in (None, unit)]
        return wanted, len(seen) < len(units)


def units_below(plant: PlantModel, equipment_id: int) -> list[int]:
    """The machines of a plant below a node that tell what they do."""
    below = [plant.get(number) for number in plant.subtree(equipment_id)]
    return [node.id for node in below if node.level == WORK_UNIT and node.states]


def _place(lost: Lost) -> tuple[int, int]:
    return lost.t0_us, lost.equipment_id
