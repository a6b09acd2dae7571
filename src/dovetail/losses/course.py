"""How a KPI went, shift by shift, day by day or week by week: each point is the figure of its own period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from dovetail.core.errors import InvalidError, NotFoundError
from dovetail.core.scope import Scope
from dovetail.ledger.columns import Sums
from dovetail.losses.steps import Per, steps
from dovetail.performance.facts import ledgered
from dovetail.performance.kpis._listed import KpiOut, describe
from dovetail.performance.report import KpiValue, catalogue
from dovetail.performance.service import PerformanceRoom

VIEW: Final = "plant.view"
POINTS_MAX: Final = 200  # each is summed for itself; more than two hundred bars nobody tells apart


@dataclass(frozen=True, slots=True)
class Point:
    """The figure of [from_us, to_us); of a running one up to `until_us`. `name`: of its shift."""

    from_us: int
    to_us: int
    until_us: int
    name: str | None
    value: KpiValue
    coverage: float | None
    sums: Sums


@dataclass(frozen=True, slots=True)
class Course:
    """The points by time; `partial` and `hints` as of the figures they are."""

    kpi: KpiOut
    points: list[Point]
    partial: bool
    hints: list[str]


class Courses:
    """Answers; keeps nothing."""

    def __init__(self, performance: PerformanceRoom) -> None:
        self._performance = performance

    def course(
        self, equipment_id: int, kpi: str, when: tuple[int, int], *, per: Per, scope: Scope, as_of: int | None = None
    ) -> Course:
        """A KPI over [from, to) in steps. Raises NotFoundError for an unknown KPI, InvalidError for too many steps."""
        scope.require(VIEW, equipment_id)
        if kpi not in catalogue():
            raise NotFoundError(f"there is no KPI {kpi!r}", code="no-kpi", hint=", ".join(catalogue()))
        periods = self._periods(equipment_id, when, per, as_of)
        if len(periods) > POINTS_MAX:
            message, hint = f"these are {len(periods)} steps, {POINTS_MAX} fit", "ask for less time, or per week"
            raise InvalidError(message, pointer="/per", code="period", hint=hint)
        points: list[Point] = []
        partial, hints, settings = False, dict[str, None](), self._performance.settings
        for from_us, to_us, name in periods:
            found = self._performance.kpis(equipment_id, from_us, to_us, scope=scope, as_of=as_of)
            settings = found.settings
            partial = partial or found.leaves.hidden
            hints |= dict.fromkeys(found.leaves.hints)
            value = next(one for one in found.figures.kpis if one.id == kpi)
            coverage = found.figures.coverage
            points.append(Point(from_us, to_us, found.until_us, name, value, coverage, found.sums))
        return Course(describe(catalogue()[kpi], settings), points, partial, list(hints))

    def _periods(
        self, equipment_id: int, when: tuple[int, int], per: Per, as_of: int | None
    ) -> list[tuple[int, int, str | None]]:
        """The steps that had begun by now, or by when `as_of` became known, and touch the period."""
        sources = self._performance.gathering.said(as_of)
        plant = sources.equipment.plant()
        node = plant.get(equipment_id)
        with self._performance.database.read() as reading:
            from_us, to_us = when[0], self._performance.until(reading, when[1], as_of)
        if to_us <= from_us:
            return []
        if per != "shift":
            return [(*step, None) for step in steps(from_us, to_us, per, ZoneInfo(node.timezone))]
        made_of = ledgered(plant, node)
        found = sources.calendar.shifts(equipment_id if made_of is None else made_of.times_of, from_us, to_us)
        inside = [one for one in found if one.t0_us < to_us and one.t1_us > from_us]
        return [(one.t0_us, one.t1_us, one.name) for one in inside]
