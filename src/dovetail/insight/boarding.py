"""Fill the board of a shift from the ledger and the calendar, hour by hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from dovetail.core.clock import HOUR_US, to_rfc3339
from dovetail.core.errors import NotFoundError
from dovetail.core.scope import Scope
from dovetail.equipment.model import WORK_UNIT, Equipment, PlantModel
from dovetail.insight.board import Plan, common, hours, known, lost, whole
from dovetail.insight.shown import BoardHour, BoardOut, BoardTotals, LostOut, shift_out
from dovetail.ledger.columns import sum_slices
from dovetail.ledger.model import Slice
from dovetail.performance.facts import EVER_US, Ledgered, ShiftTrack, ledgered, missing_hint
from dovetail.performance.report import catalogue, compute
from dovetail.performance.service import PerformanceRoom

VIEW: Final = "plant.view"
WITHOUT_SHIFT_HOURS: Final = 8  # what is shown where no shift runs: a shift's length back from now
OEE: Final = "oee_index"
SHOWN: Final = ("good", "scrap", "rework")


@dataclass(frozen=True, slots=True)
class _Asked:
    """A machine or a line as known at `as_of` (None: now); nothing is known of what comes after `now_us`."""

    plant: PlantModel
    node: Equipment
    made_of: Ledgered
    now_us: int
    as_of: int | None


class Boards:
    """Answers the board of a machine or a line; keeps nothing."""

    def __init__(self, performance: PerformanceRoom) -> None:
        self._performance = performance

    def board(self, equipment_id: int, name: str, *, scope: Scope, as_of: int | None = None) -> BoardOut:
        """Plan and actual per hour of a shift (`current` or an id). Raises NotFoundError for a shift that is not."""
        scope.require(VIEW, equipment_id)
        with self._performance.database.read() as reading:
            plant = self._performance.plant_at(reading, equipment_id, as_of)
            now_us = self._performance.until(reading, EVER_US, as_of)
        node = plant.get(equipment_id)
        made_of = ledgered(plant, node)
        shift = self._shift(equipment_id, name, scope, as_of)
        if made_of is None:
            ours = bool(node.flow) or node.level == WORK_UNIT
            hint = f"{node.path}: {missing_hint(node) if ours else 'a board is kept of a machine or a line'}"
            shown = None if shift is None else shift_out(shift)
            return BoardOut(
                equipment_id=equipment_id,
                as_of=as_of,
                now=to_rfc3339(now_us),
                shift=shown,
                hours=[],
                totals=BoardTotals(),
                hints=[hint],
            )
        zone = ZoneInfo(node.timezone)
        if shift is None:
            from_us = _end_of_hour(now_us - WITHOUT_SHIFT_HOURS * HOUR_US, zone)
            to_us = _end_of_hour(now_us, zone)
        else:
            from_us, to_us = shift.t0_us, shift.t1_us
        return self._filled(_Asked(plant, node, made_of, now_us, as_of), hours(from_us, to_us, zone), shift, scope)

    def _shift(self, equipment_id: int, name: str, scope: Scope, as_of: int | None) -> ShiftTrack | None:
        try:
            return self._performance.shift(equipment_id, name, scope=scope, as_of=as_of)
        except NotFoundError:
            if name == "current":
                return None
            raise

    def _filled(
        self, asked: _Asked, rows: Sequence[tuple[int, int]], shift: ShiftTrack | None, scope: Scope
    ) -> BoardOut:
        room, node, now_us, as_of = self._performance, asked.node, asked.now_us, asked.as_of
        constraint = asked.plant.get(asked.made_of.times_of)
        from_us, to_us = rows[0][0], rows[-1][1]
        found = [self._slices(node.id, row, asked, scope) for row in rows]
        every = [piece for pieces in found for piece in pieces]
        seen = self._known(asked, rows, found, scope)
        spans = room.gathering.said(as_of).calendar.spans(constraint.id, from_us, to_us)
        plan = Plan(spans, every, constraint.standard_rate_upm)
        due = [plan.planned(t0, t1) for t0, t1 in rows]
        due_known = whole(_due(plan, parts) for parts in seen)
        shift_so_far = room.kpis(node.id, from_us, to_us, scope=scope, as_of=as_of)
        settled_us, counts = shift_so_far.settled_us, shift_so_far.figures.counts
        told = [kind for kind in SHOWN if getattr(counts, kind) is not None]
        out = [
            BoardHour(
                start=to_rfc3339(t0),
                end=to_rfc3339(t1),
                planned=planned,
                target_so_far=_so_far(plan, t0, t1, now_us, planned),
                provisional=settled_us is None or t1 > min(settled_us, now_us),
                stops=[LostOut(reason=one.reason, minutes=one.minutes) for one in lost(pieces)],
                **self._made(pieces, parts, (t0, min(t1, now_us)), known_due, (told, as_of)),
            )
            for (t0, t1), planned, pieces, parts, known_due in zip(
                rows, whole(due), found, seen, due_known, strict=True
            )
        ]
        by_now = plan.planned(from_us, min(to_us, now_us))
        is_known = None not in due
        totals = BoardTotals(
            planned=sum(row.planned or 0 for row in out) if is_known else None,
            target_so_far=None if by_now is None else round(by_now),
            **self._made(
                every,
                [part for parts in seen for part in parts],
                (from_us, min(to_us, now_us)),
                None if None in due_known else sum(part or 0 for part in due_known),
                (told, as_of),
            ),
        )
        hints = [] if is_known else [f"{constraint.path}: give it, or its product, a standard rate"]
        shown = None if shift is None else shift_out(shift)
        return BoardOut(
            equipment_id=node.id,
            as_of=as_of,
            now=to_rfc3339(now_us),
            shift=shown,
            hours=out,
            totals=totals,
            hints=hints,
        )

    def _slices(self, equipment_id: int, row: tuple[int, int], asked: _Asked, scope: Scope) -> list[Slice]:
        """The slices of an hour as far as it has passed."""
        t0_us, t1_us = row[0], min(row[1], asked.now_us)
        room, as_of = self._performance, asked.as_of
        return room.slices(equipment_id, t0_us, t1_us, scope=scope, as_of=as_of) if t0_us < t1_us else []

    def _known(
        self, asked: _Asked, rows: Sequence[tuple[int, int]], found: Sequence[Sequence[Slice]], scope: Scope
    ) -> list[list[tuple[int, int]]]:
        """Per row, when it is known what is shown: of a line, of both its constraint and the machine at its end."""
        plant, made_of = asked.plant, asked.made_of
        end = None if made_of.good_from == made_of.times_of else plant.get(made_of.good_from)
        if end is None or ledgered(plant, end) is None or not scope.sees(VIEW, end.id):
            return [known(pieces) for pieces in found]
        return [
            common(known(pieces), known(self._slices(end.id, row, asked, scope)))
            for row, pieces in zip(rows, found, strict=True)
        ]

    def _made(
        self,
        pieces: Sequence[Slice],
        seen: Sequence[tuple[int, int]],
        passed: tuple[int, int],
        due: int | None,
        kinds: tuple[Sequence[str], int | None],
    ) -> dict[str, Any]:
        """What came of a stretch: how much of it is known, and the pieces and ratios of that. `kinds`: those that
        something tells of, and as of when."""
        told, as_of = kinds
        made = {kind: sum(getattr(piece.pieces, kind) for piece in pieces) for kind in told}
        passed_us, known_us = passed[1] - passed[0], sum(t1_us - t0_us for t0_us, t1_us in seen)
        covered = known_us / passed_us if passed_us > 0 else None
        sums, settings = sum_slices(pieces), self._performance.settings_for(passed[1], as_of)
        ratios = {"oee": OEE, "availability": "availability"}
        sayable = {name: kpi for name, kpi in ratios.items() if "good" in told or not catalogue()[kpi].needs_pieces}
        figures = {name: compute(catalogue()[kpi], sums, settings) for name, kpi in sayable.items()}
        if not covered and not any(made.values()):
            return {"covered": covered, **figures}
        difference = made["good"] - due if "good" in made and covered and due is not None else None
        return {"covered": covered, "difference": difference, **made, **figures}


def _due(plan: Plan, parts: Sequence[tuple[int, int]]) -> float | None:
    """Pieces due in several stretches; None where one of them has no rate."""
    due = [plan.planned(t0_us, t1_us) for t0_us, t1_us in parts]
    return None if None in due else sum(part or 0.0 for part in due)


def _end_of_hour(at_us: int, zone: ZoneInfo) -> int:
    return hours(at_us, at_us + 2 * HOUR_US, zone)[0][1]


def _so_far(plan: Plan, t0_us: int, t1_us: int, now_us: int, planned: int | None) -> int | None:
    """What was due by now; an hour to come has no target yet."""
    if now_us >= t1_us or planned is None:
        return planned if now_us >= t1_us else None
    due = plan.planned(t0_us, now_us) if now_us > t0_us else None
    return None if due is None else round(due)
