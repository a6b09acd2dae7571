"""The causes room: it asks the ledger what was lost and the timeline what every unit did, and walks along the flow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from dovetail.causes.levels import BufferLevels, Samples
from dovetail.causes.model import Found, StopCause, is_silent, line_of, lost_of, spans_of
from dovetail.causes.summing import PiecePage, Rated, Summary, lasted, piece_page, steps_of
from dovetail.core.clock import DAY_US, HOUR_US
from dovetail.core.errors import InvalidError, NotFoundError
from dovetail.core.scope import Scope, system_scope
from dovetail.core.watching import Watching, unwatched
from dovetail.equipment.model import Equipment, PlantModel
from dovetail.ledger.reach import with_decided
from dovetail.lineflow.blame import Blame
from dovetail.lineflow.bottleneck import Holding, bottlenecks
from dovetail.lineflow.model import Cause, Line, Spell
from dovetail.lineflow.ranking import rated, without
from dovetail.lineflow.standing import inferred, spells
from dovetail.performance.facts import EVER_US, ledgered, missing_hint
from dovetail.performance.service import PerformanceRoom

VIEW: Final = "plant.view"
OWN: Final[Scope] = system_scope("causes")
LOOK_BACK_US: Final = 4 * HOUR_US  # a stop that still has an effect when the period begins began within this
WITHOUT_SHIFT_US: Final = 8 * HOUR_US  # what "this shift" means where no calendar says it
REACH_US: Final = 7 * DAY_US  # what a stop costs is asked over a week beside the period at most
AFTER_US: Final = HOUR_US  # so long after a stop its line may still stand because of it


class Stretch(Protocol):
    """A stop as the stop list has it."""

    @property
    def equipment_id(self) -> int: ...
    @property
    def t0_us(self) -> int: ...
    @property
    def t1_us(self) -> int | None: ...
    @property
    def planned(self) -> bool: ...


type Stretches = Callable[[int, int, int, Scope, int | None], Sequence[Stretch]]
"""The stops of an equipment in [from, to) that a scope sees, as known at an `as_of`."""


class CausesRoom:
    """Answers; keeps nothing: a cause is an opinion on records, and derived anew at each question."""

    def __init__(
        self,
        performance: PerformanceRoom,
        *,
        stretches: Stretches,
        samples: Samples | None = None,
        watching: Watching = unwatched,
    ) -> None:
        self.performance = performance
        self._stretches, self._samples, self._watching = stretches, samples, watching

    def seen_by(self, watching: Watching) -> CausesRoom:
        """The same, where long questions say how far they are."""
        return CausesRoom(self.performance, stretches=self._stretches, samples=self._samples, watching=watching)

    def shift_span(self, equipment_id: int, name: str, *, scope: Scope, as_of: int | None = None) -> tuple[int, int]:
        """When a shift (`current` or an id) begins and ends; where none runs now, the last eight hours."""
        try:
            shift = self.performance.shift(equipment_id, name, scope=scope, as_of=as_of)
        except NotFoundError:
            if name != "current":
                raise
            with self.performance.database.read() as reading:
                now_us = self.performance.until(reading, EVER_US, as_of)
            return now_us - WITHOUT_SHIFT_US, now_us
        return shift.t0_us, shift.t1_us

    def summed(self, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None) -> Summary:
        """What a period of any length lost by what it comes from; of more than a month week by week, so that no more is
        held at once. Raises InvalidError where nobody can say at its end; weeks in which nobody could add nothing."""
        scope.require(VIEW, equipment_id)
        steps = steps_of(from_us, max(from_us + 1, self._until(to_us, as_of)))
        summary: Summary | None = None
        with self._watching(len(steps)) as step:
            for done, (t0_us, t1_us) in enumerate(reversed(steps), start=1):
                try:
                    found = self.found(equipment_id, t0_us, t1_us, scope=scope, as_of=as_of, is_part=len(steps) > 1)
                except InvalidError:
                    if summary is None:
                        raise
                else:
                    summary = summary or Summary(equipment_id, found.unit, found.from_us, found.until_us)
                    holding = self.bottlenecks(found)
                    summary.add(found, lasted(holding) if len(steps) > 1 else holding)
                step(done)
        assert summary is not None, "a period has a last part"
        return summary

    def pieces(
        self,
        equipment_id: int,
        period: tuple[int, int],
        *,
        fits: Callable[[Cause], bool],
        after_us: int,
        limit: int,
        scope: Scope,
        as_of: int | None = None,
    ) -> PiecePage:
        """The stretches of some causes by time, from a moment on, of a period of any length."""
        scope.require(VIEW, equipment_id)
        every = steps_of(period[0], max(period[0] + 1, self._until(period[1], as_of)))
        steps = [one for one in every if one[1] > after_us]

        def of(t0_us: int, t1_us: int) -> list[Rated]:
            try:
                found = self.found(equipment_id, t0_us, t1_us, scope=scope, as_of=as_of, is_part=len(every) > 1)
            except InvalidError:
                if t1_us == every[-1][1]:
                    raise
                return []
            return [one for one in found.pieces if fits(one[0].cause)]

        with self._watching(len(steps)) as step:
            return piece_page(steps, of, after_us=after_us, limit=limit, step=step)

    def found(
        self,
        equipment_id: int,
        from_us: int,
        to_us: int,
        *,
        scope: Scope,
        as_of: int | None = None,
        is_part: bool = False,
    ) -> Found:
        """Why a line's constraint, or a unit, did not produce in a period. Raises InvalidError where none can be.

        `is_part`: of a longer one, so a wait that goes on after its end is seen whole."""
        scope.require(VIEW, equipment_id)
        plant = self._plant(equipment_id, to_us, as_of)
        node = plant.get(equipment_id)
        made_of = ledgered(plant, node)
        if made_of is None:
            raise InvalidError(f"{node.path} has no times of its own", code="no-ledger", hint=missing_hint(node))
        unit = made_of.times_of
        if not scope.sees(VIEW, unit):
            raise InvalidError(f"the constraint of {node.path} is out of your sight", code="no-ledger")
        line, partial = self._line(plant, node, unit, scope)
        slices = self.performance.slices(equipment_id, from_us, to_us, scope=scope, as_of=as_of)
        until_us = slices[-1].t1_us if slices else from_us
        ahead_us = self._until(until_us + AFTER_US, as_of) if is_part else until_us
        told = self._spells(plant, line, from_us, max(until_us, ahead_us), as_of=as_of)
        lost = lost_of(slices)
        pieces = rated(Blame(line, told).causes(unit, spans_of(lost)), lost)
        busy = _busy([(one.t0_us, one.t1_us, one.plan) for one in slices])
        return Found(equipment_id, unit, from_us, until_us, line, told, busy, slices, pieces, partial)

    def bottlenecks(self, found: Found) -> list[Holding]:
        """Which unit held the line back, moment by moment of its planned busy time."""
        return bottlenecks(found.spells, found.busy) if len(found.line.units) > 1 else []

    def stops(
        self, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> list[StopCause]:
        """The unplanned stops that touch a period, each with its causes and what the line would have made without."""
        scope.require(VIEW, equipment_id)
        stretches = self._stretches(equipment_id, from_us, to_us, scope, as_of)
        begin_us, end_us = _whole(stretches, from_us, to_us)
        found = self.found(equipment_id, begin_us - LOOK_BACK_US, end_us + AFTER_US, scope=scope, as_of=as_of)
        walk = Blame(found.line, found.spells)
        told: list[StopCause] = []
        for stop in stretches:
            begin_us = max(stop.t0_us, found.from_us)
            end_us = min(found.until_us, found.until_us if stop.t1_us is None else stop.t1_us)
            if stop.planned or stop.equipment_id not in found.spells or begin_us >= end_us:
                continue
            pieces = walk.of(stop.equipment_id, begin_us, end_us)
            by_cause = {piece.cause: 0 for piece in pieces}
            for piece in pieces:
                by_cause[piece.cause] += piece.lasts_us
            key = max(pieces, key=lambda piece: by_cause[piece.cause])
            gain = without(
                found.pieces,
                stop=(stop.equipment_id, begin_us, end_us),
                line=found.line,
                at=found.unit,
                spells=found.spells,
            )
            told.append(StopCause(stop.equipment_id, stop.t0_us, stop.t1_us, pieces[0], key, gain.lost_us, gain))
        return told

    # --- parts of the answers --------------------------------------------------------------------------------
    def _until(self, to_us: int, as_of: int | None) -> int:
        with self.performance.database.read() as reading:
            return self.performance.until(reading, to_us, as_of)

    def _plant(self, equipment_id: int, to_us: int, as_of: int | None) -> PlantModel:
        """The plant as it was at the end of a period; that of today where the equipment was not defined then."""
        return self.performance.gathering.node(equipment_id, to_us - 1, as_of=as_of)[0]

    def _line(self, plant: PlantModel, node: Equipment, unit: int, scope: Scope) -> tuple[Line, bool]:
        """The line an equipment is, or stands in; a unit that stands in none is a line of its own."""
        above = node if node.flow else plant.equipment.get(node.parent_id or -1)
        name = plant.get(unit).path.rpartition("/")[2]
        if above is None or name not in above.flow:
            return Line(((unit,),)), False
        ids = [plant.by_path(f"{above.path}/{one}").id for one in above.flow]
        seen = frozenset(one for one in ids if scope.sees(VIEW, one))
        return line_of(plant, above, seen), len(seen) < len(ids)

    def _spells(
        self, plant: PlantModel, line: Line, from_us: int, until_us: int, *, as_of: int | None
    ) -> dict[int, list[Spell]]:
        early_us = from_us - LOOK_BACK_US
        plain = {unit: self._of(unit, early_us, until_us, as_of) for unit in line.units}
        silent = [unit for unit in line.units if is_silent(plant.get(unit).states or {})]
        sides = {
            unit: [[plain[near] for near in line.neighbours(unit, side)] for side in ("starved", "blocked")]
            for unit in silent
        }
        read = BufferLevels(self._samples, plant, line, as_of=as_of)
        levels = {unit: read.beside(unit, early_us, until_us) for unit in silent}
        return plain | {unit: inferred(plain[unit], *sides[unit], levels=levels[unit]) for unit in silent}

    def _of(self, unit: int, from_us: int, until_us: int, as_of: int | None) -> list[Spell]:
        """What a unit did; what is decided but not settled stands at the end of what is known today."""
        states, calendar = self.performance.sources.states, self.performance.gathering.said(as_of).calendar
        decided = states.tail(unit, scope=OWN).records if as_of is None else ()
        with self.performance.database.read() as reading:
            records = states.records(reading, unit, from_us, until_us, scope=OWN, as_of=as_of)
        told = with_decided(sorted(records, key=lambda record: record.t0_us), decided)
        plans = _busy([(one.t0_us, one.t1_us, one.plan) for one in calendar.spans(unit, from_us, until_us)])
        cuts = sorted({edge for span in plans for edge in span if from_us < edge < until_us})
        return spells(told, from_us, until_us, cuts=cuts)


def _whole(stops: Sequence[Stretch], from_us: int, to_us: int) -> tuple[int, int]:
    """A period with its unplanned stops as far as they reach out of it: whoever asks where, a stop costs the same."""
    unplanned = [one for one in stops if not one.planned]
    begin_us = min([from_us, *(one.t0_us for one in unplanned)])
    furthest_us = to_us + REACH_US
    end_us = max([to_us, *(furthest_us if one.t1_us is None else one.t1_us for one in unplanned)])
    return max(begin_us, from_us - REACH_US), min(end_us, furthest_us)


def _busy(spans: Sequence[tuple[int, int, str]]) -> list[tuple[int, int]]:
    """The planned busy time among stretches with a plan, those that follow each other as one."""
    found: list[tuple[int, int]] = []
    for t0_us, t1_us, plan in spans:
        if plan == "BUSY":
            begin_us = found.pop()[0] if found and found[-1][1] == t0_us else t0_us
            found.append((begin_us, t1_us))
    return found
