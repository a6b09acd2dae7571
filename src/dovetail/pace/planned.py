"""How the plan of a shift, or of some of its hours, is made: planned minutes times the rate that held, part by part.

The same plan as on the board and in the pace; here each part of it can be computed again. What is due, and how far
the good pieces are ahead or behind, is said of the time of which it is known what was done.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from pydantic import BaseModel

from dovetail.core.clock import HOUR_US, to_rfc3339
from dovetail.core.errors import NotFoundError
from dovetail.core.scope import Scope
from dovetail.equipment.model import WORK_UNIT, Equipment, PlantModel
from dovetail.insight.board import Part, Plan, common, known
from dovetail.ledger.model import Slice
from dovetail.pace.model import PlannedSpan
from dovetail.performance.facts import Ledgered, ledgered, missing_hint
from dovetail.performance.service import PerformanceRoom

VIEW: Final = "plant.view"
LONGEST_US: Final = 48 * HOUR_US  # a plan is asked of a shift, or of an hour in it


class PlanPartOut(BaseModel):
    """A stretch with one rate: `busy_us` of it are planned for production, which makes `pieces` of them.

    `products`: what ran; empty before anything is known of it. `ahead`: it lies ahead, with the rate of what ran last.
    """

    start: str
    end: str
    busy_us: int
    rate_upm: float | None
    pieces: float | None
    products: list[str]
    ahead: bool


class PlanOut(BaseModel):
    """Pieces `planned` of [start, end), those `due` in its known time up to `until`, and what was made of them.

    `unit_id`: whose calendar and rates they are; of a line its constraint. `difference` is good − due. What a running
    shift will come to is good + good_known · rest / due: `good_known` of the known time, `rest` planned after `until`.
    """

    equipment_id: int
    unit_id: int
    start: str
    end: str
    until: str
    as_of: int | None
    planned: int | None
    due: int | None
    good: int | None
    difference: int | None
    known_us: int
    good_known: int
    rest: float | None
    parts: list[PlanPartOut]
    hints: list[str]


@dataclass(frozen=True, slots=True)
class _Asked:
    """[from_us, to_us) of the shift that begins at `shift_us`; `now_us`: up to here it has passed, or it was known at
    `as_of`."""

    shift_us: int
    from_us: int
    to_us: int
    now_us: int
    as_of: int | None


class Plans:
    """Answers of the ledger and the calendar; keeps nothing."""

    def __init__(self, performance: PerformanceRoom) -> None:
        self._performance = performance

    def plan(self, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None) -> PlanOut:
        """The plan of a machine or a line. Raises NotFoundError where it has none."""
        scope.require(VIEW, equipment_id)
        with self._performance.database.read() as reading:
            plant = self._performance.plant_at(reading, equipment_id, as_of)
            until_us = self._performance.until(reading, to_us, as_of)
        node = plant.get(equipment_id)
        made_of = ledgered(plant, node)
        if made_of is None:
            ours = bool(node.flow) or node.level == WORK_UNIT
            hint = missing_hint(node) if ours else "a plan is that of a machine or a line"
            raise NotFoundError(f"{node.path} has no plan of its own", code="no-plan", hint=hint)
        calendar = self._performance.gathering.said(as_of).calendar
        shifts = calendar.shifts(made_of.times_of, from_us, from_us + 1)
        shift_us = next((one.t0_us for one in shifts if one.t0_us <= from_us < one.t1_us), from_us)
        asked = _Asked(shift_us, from_us, to_us, max(from_us, until_us), as_of)
        return self._told(plant, node, made_of, asked, scope)

    def _told(self, plant: PlantModel, node: Equipment, made_of: Ledgered, asked: _Asked, scope: Scope) -> PlanOut:
        constraint = plant.get(made_of.times_of)
        pieces = self._slices(node.id, asked, scope)
        calendar = self._performance.gathering.said(asked.as_of).calendar
        spans = calendar.spans(constraint.id, asked.shift_us, asked.to_us)
        plan = Plan(spans, pieces, constraint.standard_rate_upm)
        seen = self._known(plant, made_of, pieces, asked, scope)
        due_before, due_by_now = (_due(plan, _until(seen, at_us)) for at_us in (asked.from_us, asked.now_us))
        known_us = _length(_until(seen, asked.now_us)) - _length(_until(seen, asked.from_us))
        due = _between(due_before, due_by_now) if known_us else None
        planned = _between(plan.planned(asked.shift_us, asked.from_us), plan.planned(asked.shift_us, asked.to_us))
        good = self._good(node.id, asked, scope)
        return PlanOut(
            equipment_id=node.id,
            unit_id=constraint.id,
            start=to_rfc3339(asked.from_us),
            end=to_rfc3339(asked.to_us),
            until=to_rfc3339(asked.now_us),
            as_of=asked.as_of,
            planned=planned,
            due=due,
            good=good if known_us or good else None,
            difference=None if due is None or good is None else good - due,
            known_us=known_us,
            good_known=sum(p.pieces.good for p in pieces if p.t0_us >= asked.from_us and known([p])),
            rest=plan.planned(asked.now_us, asked.to_us),
            parts=[_part_out(part, pieces, asked.now_us) for part in _told_apart(plan, spans, asked)],
            hints=[] if planned is not None else [f"{constraint.path}: give it, or its product, a standard rate"],
        )

    def _slices(self, equipment_id: int, asked: _Asked, scope: Scope) -> list[Slice]:
        """The slices of the shift, as far as it has passed."""
        from_us, to_us, room = asked.shift_us, asked.now_us, self._performance
        return room.slices(equipment_id, from_us, to_us, scope=scope, as_of=asked.as_of) if from_us < to_us else []

    def _good(self, equipment_id: int, asked: _Asked, scope: Scope) -> int | None:
        """Good pieces as everywhere; None where nothing tells of them."""
        if asked.now_us <= asked.from_us:
            return None
        when, as_of = (asked.from_us, asked.now_us), asked.as_of
        return self._performance.kpis(equipment_id, *when, scope=scope, as_of=as_of).figures.counts.good

    def _known(
        self, plant: PlantModel, made_of: Ledgered, pieces: Sequence[Slice], asked: _Asked, scope: Scope
    ) -> list[tuple[int, int]]:
        """When it is known what was done: of a line, by both its constraint and the machine at its end."""
        end = plant.get(made_of.good_from)
        if made_of.good_from == made_of.times_of or ledgered(plant, end) is None or not scope.sees(VIEW, end.id):
            return known(pieces)
        return common(known(pieces), known(self._slices(end.id, asked, scope)))


def _until(stretches: Sequence[tuple[int, int]], at_us: int) -> list[tuple[int, int]]:
    return [(t0_us, min(t1_us, at_us)) for t0_us, t1_us in stretches if t0_us < at_us]


def _length(stretches: Sequence[tuple[int, int]]) -> int:
    return sum(t1_us - t0_us for t0_us, t1_us in stretches)


def _due(plan: Plan, stretches: Sequence[tuple[int, int]]) -> float | None:
    due = [plan.planned(t0_us, t1_us) for t0_us, t1_us in stretches]
    return None if None in due else sum(part or 0.0 for part in due)


def _between(before: float | None, by: float | None) -> int | None:
    """Whole pieces between two moments of a shift, so that its hours add up to the whole of it."""
    return None if before is None or by is None else round(by) - round(before)


def _told_apart(plan: Plan, spans: Sequence[PlannedSpan], asked: _Asked) -> list[Part]:
    """The parts of the plan, cut where a break begins or ends and at now; neighbours with one rate are one part."""
    edges = {asked.now_us, *(edge for span in spans for edge in (span.t0_us, span.t1_us))}
    cuts = [asked.from_us, *sorted(edge for edge in edges if asked.from_us < edge < asked.to_us), asked.to_us]
    parts: list[Part] = []
    for t0_us, t1_us in pairwise(cuts):
        for part in plan.parts(t0_us, t1_us):
            last = parts[-1] if parts and part.t0_us != asked.now_us else None
            if last and (last.rate_upm, bool(last.busy_us)) == (part.rate_upm, bool(part.busy_us)):
                parts[-1] = Part(last.t0_us, part.t1_us, last.busy_us + part.busy_us, part.rate_upm)
            else:
                parts.append(part)
    return parts


def _part_out(part: Part, pieces: Sequence[Slice], now_us: int) -> PlanPartOut:
    ran = [piece for piece in pieces if piece.t0_us < part.t1_us and piece.t1_us > part.t0_us]
    products = {share.product for piece in ran for share in piece.shares if share.product}
    return PlanPartOut(
        start=to_rfc3339(part.t0_us),
        end=to_rfc3339(part.t1_us),
        busy_us=part.busy_us,
        rate_upm=part.rate_upm,
        pieces=None if part.due is None else round(part.due, 2),
        products=sorted(products),
        ahead=part.t0_us >= now_us,
    )
