"""The pace room: what the running shift came to so far, how it stands against its plan, and how it will end."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final

from dovetail.core.clock import HOUR_US, Clock, to_rfc3339
from dovetail.core.errors import NotFoundError
from dovetail.core.scope import Scope
from dovetail.equipment.model import WORK_UNIT, Equipment, PlantModel
from dovetail.insight.board import Plan, common, known, rate_of
from dovetail.ledger.columns import sum_slices
from dovetail.ledger.model import Slice
from dovetail.pace.model import Seen, busy_us, busy_within, pace
from dovetail.pace.planned import Plans
from dovetail.pace.running import JobEnds
from dovetail.pace.shown import LiveKpiOut, PaceOut, shift_out
from dovetail.performance.facts import Ledgered, ShiftTrack, ledgered, missing_hint
from dovetail.performance.report import Figures, figures
from dovetail.performance.service import PerformanceRoom

VIEW: Final = "plant.view"
WITHOUT_SHIFT_US: Final = 8 * HOUR_US  # what is looked at where no shift runs: a shift's length back from now


@dataclass(frozen=True, slots=True)
class Period:
    """What is looked at: [from_us, to_us), of which all up to `now_us` has passed."""

    from_us: int
    to_us: int
    now_us: int
    shift: ShiftTrack | None


class PaceRoom:
    """Answers; keeps nothing."""

    def __init__(self, performance: PerformanceRoom, ends: JobEnds, *, clock: Clock) -> None:
        self._performance, self.ends, self._clock = performance, ends, clock
        self.plans = Plans(performance)

    def live_kpi(self, equipment_id: int, *, scope: Scope) -> LiveKpiOut:
        """The running shift of a machine or a line; where none runs, the last eight hours."""
        scope.require(VIEW, equipment_id)
        plant = self._performance.sources.equipment.plant()
        node = plant.get(equipment_id)
        made_of = ledgered(plant, node)
        period = self._period(equipment_id, scope)
        if made_of is None:
            ours = bool(node.flow) or node.level == WORK_UNIT
            hint = missing_hint(node) if ours else "pace is told of a machine or a line"
            return _out(equipment_id, period, None, hints=[f"{node.path}: {hint}"])
        return self._told(plant, node, made_of, period, scope)

    def _period(self, equipment_id: int, scope: Scope) -> Period:
        now_us = self._clock.now_us()
        try:
            shift = self._performance.shift(equipment_id, "current", scope=scope)
        except NotFoundError:
            return Period(now_us - WITHOUT_SHIFT_US, now_us, now_us, None)
        return Period(shift.t0_us, shift.t1_us, now_us, shift)

    def _told(self, plant: PlantModel, node: Equipment, made_of: Ledgered, period: Period, scope: Scope) -> LiveKpiOut:
        room, constraint = self._performance, plant.get(made_of.times_of)
        pieces = self._slices(node.id, period, scope)
        sums = sum_slices(pieces)
        what = figures(sums, room.settings_for(period.now_us), room.gathering.untold([node.id], period.now_us - 1))
        spans = room.sources.calendar.spans(constraint.id, period.from_us, period.to_us)
        plan = Plan(spans, pieces, constraint.standard_rate_upm)
        stretches = self._known(plant, made_of, node, pieces, period, scope)
        due = [plan.planned(t0_us, t1_us) for t0_us, t1_us in stretches]
        planned = plan.planned(period.from_us, period.to_us)
        seen = Seen(
            good=what.counts.good,
            good_known=sum(piece.pieces.good for piece in pieces if known([piece])),
            due_known=None if None in due else sum(part or 0.0 for part in due),
            due_rest=plan.planned(period.now_us, period.to_us),
            known_us=sum(t1_us - t0_us for t0_us, t1_us in stretches),
            known_busy_us=busy_within(spans, stretches),
            rest_busy_us=None if period.shift is None else busy_us(spans, period.now_us, period.to_us),
            rate_upm=rate_of(pieces[-1]) if pieces else constraint.standard_rate_upm,
        )
        told = PaceOut(
            planned=None if planned is None else round(planned),
            good=what.counts.good if stretches or what.counts.good else None,
            **asdict(pace(seen)),
        )
        hints = [] if planned is not None else [f"{constraint.path}: give it, or its product, a standard rate"]
        if what.counts.good is None:
            hints.append(f"{node.path}: nothing counts good pieces, give it `counters`")
        settled_us = max((piece.t1_us for piece in pieces if piece.known_from), default=None)
        out = _out(node.id, period, what, told=told, settled_us=settled_us, hints=hints)
        out.known_until = to_rfc3339(stretches[-1][1]) if stretches else None
        out.jobs = self.ends.running(node.id, made_of.times_of, period.now_us)
        return out

    def _slices(self, equipment_id: int, period: Period, scope: Scope) -> list[Slice]:
        if period.from_us >= period.now_us:
            return []
        return self._performance.slices(equipment_id, period.from_us, period.now_us, scope=scope)

    def _known(
        self, plant: PlantModel, made_of: Ledgered, node: Equipment, pieces: list[Slice], period: Period, scope: Scope
    ) -> list[tuple[int, int]]:
        """When it is known what is shown: of a line, of both its constraint and the machine at its end."""
        ours = known(pieces)
        end = plant.get(made_of.good_from)
        if made_of.good_from == made_of.times_of or ledgered(plant, end) is None or not scope.sees(VIEW, end.id):
            return ours
        return common(ours, known(self._slices(end.id, period, scope)))


def _out(
    equipment_id: int,
    period: Period,
    what: Figures | None,
    *,
    hints: list[str],
    told: PaceOut | None = None,
    settled_us: int | None = None,
) -> LiveKpiOut:
    return LiveKpiOut(
        equipment_id=equipment_id,
        start=to_rfc3339(period.from_us),
        end=to_rfc3339(period.to_us),
        until=to_rfc3339(max(period.from_us, min(period.now_us, period.to_us))),
        shift=shift_out(period.shift),
        settled=None if settled_us is None else to_rfc3339(settled_us),
        coverage=None if what is None else what.coverage,
        counts=None if what is None else what.counts,
        kpis=[] if what is None else what.kpis,
        pace=told or PaceOut(),
        hints=hints,
    )
