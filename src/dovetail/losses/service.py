"""The losses room: the Pareto of a period with what lies under each bar, of a machine or of all below a node."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dovetail.core.errors import NotFoundError
from dovetail.core.scope import Scope
from dovetail.equipment.model import WORK_UNIT
from dovetail.losses.model import Bar, By, Lost, Measure, Times, Wanted, bars, lost_of, times_of, total
from dovetail.performance.service import PerformanceRoom

VIEW: Final = "plant.view"


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
    """A period of an equipment, with what of it is looked at."""

    equipment_id: int
    from_us: int
    to_us: int
    wanted: Wanted
    planned: bool = False
    as_of: int | None = None


class LossesRoom:
    """Answers; keeps nothing."""

    def __init__(self, performance: PerformanceRoom) -> None:
        self._performance = performance

    def pareto(self, asked: Asked, *, by: By, measure: Measure, scope: Scope) -> Pareto:
        """What was lost, put down to `by`."""
        losses, times, partial = self._gathered(asked, scope)
        found = bars((lost for lost in losses if asked.wanted.fits(lost)), by, measure)
        until_us = min(asked.to_us, self._performance.clock.now_us())
        return Pareto(until_us, found, total(found), times, partial)

    def losses(self, asked: Asked, *, scope: Scope) -> list[Lost]:
        """The stretches of lost time that a bar is the sum of, by time, then by equipment."""
        losses, _, _ = self._gathered(asked, scope)
        fitting = [lost for lost in losses if asked.wanted.fits(lost)]
        return sorted(fitting, key=lambda lost: (lost.t0_us, lost.equipment_id, lost.product or ""))

    def shift(self, equipment_id: int, name: str, *, scope: Scope) -> tuple[int, int]:
        """When a shift (`current` or an id) begins and ends. Raises NotFoundError."""
        found = self._performance.shift(equipment_id, name, scope=scope)
        return found.t0_us, found.t1_us

    def _gathered(self, asked: Asked, scope: Scope) -> tuple[list[Lost], Times, bool]:
        scope.require(VIEW, asked.equipment_id)
        with self._performance.database.read() as reading:
            plant = self._performance.plant_at(reading, asked.equipment_id, asked.as_of)
        below = [plant.get(number) for number in plant.subtree(asked.equipment_id)]
        units = [node for node in below if node.level == WORK_UNIT and node.states]
        seen = [node for node in units if scope.sees(VIEW, node.id)]
        if asked.wanted.equipment is not None and asked.wanted.equipment not in {node.id for node in seen}:
            raise NotFoundError("there is no such equipment here")
        losses: list[Lost] = []
        times = Times()
        for node in seen:
            if asked.wanted.equipment not in (None, node.id):
                continue
            slices = self._performance.slices(node.id, asked.from_us, asked.to_us, scope=scope, as_of=asked.as_of)
            losses += lost_of(slices, planned=asked.planned)
            times += times_of(slices)
        return losses, times, len(seen) < len(units)
