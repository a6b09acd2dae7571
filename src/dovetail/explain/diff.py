"""Why a figure is another than it was: every step of knowledge between two moments that moved it, with what it moved.

The ledger keeps what it held before. Its revisions are gone through in the order of knowledge, and the figure is
computed after each: so what each step moved sums up to the difference exactly, whoever it was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from dovetail.core.clock import HOUR_US
from dovetail.core.errors import InvalidError, NotFoundError
from dovetail.core.limits import DIFF_ROWS_MAX
from dovetail.core.scope import Scope
from dovetail.db.events import moments_of
from dovetail.db.uow import Reading
from dovetail.explain.causes import Cause, Moved, causes
from dovetail.explain.revisions import PIECES, Moves, Step, steps, taken
from dovetail.ledger.columns import Sums, add, nothing
from dovetail.ledger.timeclass import Settings
from dovetail.performance.facts import OWN
from dovetail.performance.kpis._lines import figured
from dovetail.performance.model import Kpi
from dovetail.performance.report import catalogue, compute
from dovetail.performance.service import PerformanceRoom, Period

PLACES: Final = Decimal("1e-9")  # a figure is held to a thousand-millionth: so sums of differences are exact
TOGETHER: Final = frozenset({"data", "late-data"})  # what nobody decided: steps of it in a row are one change
TOGETHER_US: Final = 24 * HOUR_US


@dataclass(frozen=True, slots=True)
class Asked:
    """One KPI over [from_us, to_us) of a node, as known at `since` and at `until` (None: now)."""

    kpi: str
    equipment_id: int
    from_us: int
    to_us: int
    since: int
    until: int | None
    scope: Scope


@dataclass(slots=True)
class Change:
    """What moved the figure at one `known`, or in a row of them (`steps`). Values None: it has no denominator."""

    cause: Cause
    equipment: set[int] = field(default_factory=set[int])
    moves: Moves = field(default_factory=dict[tuple[str, str], int])
    pieces: dict[str, int] = field(default_factory=dict[str, int])
    ideal_us: int = 0
    value: Decimal | None = None
    contribution: Decimal | None = None
    steps: int = 1

    def notes(self, ledgers: Iterable[int], brought: Sums, moves: Moves) -> None:
        """Add what it brought to these ledgers, and the time it moved."""
        self.equipment |= set(ledgers)
        self.moves = _summed(self.moves, moves)
        self.pieces = _summed(self.pieces, {name: brought[name] for name in PIECES if brought[name]})
        self.ideal_us += (brought["ideal_ns"] + brought["ideal_nodt_ns"]) // 1000


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure at two moments of knowledge, and the changes between them, the oldest first."""

    before: Decimal | None
    after: Decimal | None
    changes: list[Change]
    was: Period
    now: Period

    @property
    def difference(self) -> Decimal | None:
        """After less before; None where one of them has no denominator."""
        return None if self.before is None or self.after is None else self.after - self.before


@dataclass(frozen=True, slots=True)
class _Frame:
    """What sums are looked at with: whose ledgers, by which conventions; `blind`: nothing tells of good pieces."""

    leaves: tuple[int, ...]
    settings: Settings
    blind: bool


@dataclass(slots=True)
class _Known:
    """What one step of knowledge brought: another frame, slices that came and went."""

    frame: _Frame | None = None
    moved: list[Step] = field(default_factory=list[Step])


class Differ:
    """Answers what moved a figure; reads the revisions of the ledgers that it is made of, and no sample."""

    def __init__(self, room: PerformanceRoom) -> None:
        self._room = room

    def diff(self, asked: Asked) -> Difference:
        """What moved. Raises NotFoundError for a KPI there is not, InvalidError where too much changed to be told."""
        asked.scope.require("plant.view", asked.equipment_id)
        kpi = catalogue().get(asked.kpi)
        if kpi is None:
            raise NotFoundError(f"there is no KPI {asked.kpi!r}", code="no-kpi", hint=", ".join(catalogue()))
        if asked.until is not None and asked.until < asked.since:
            raise InvalidError(
                "the later moment of knowledge lies before the earlier", pointer="/known_to", code="as-of"
            )
        was, now = (self._period(asked, as_of) for as_of in (asked.since, asked.until))
        found, reasons, settled = self._steps(asked, was, now)
        told = _Telling(kpi, self._frame(kpi, asked, asked.since, was.leaves.ids, was.until_us))
        held = {one: self._sums(one, asked.from_us, was.until_us, asked.since) for one in settled}
        value = told.figure(held)
        changes: list[Change] = []
        for known, step in sorted(found.items()):
            change = Change(reasons[known])
            if step.frame is not None:
                change.equipment |= {*step.frame.leaves} ^ {*told.frame.leaves}
                told.frame = step.frame
            for moved in step.moved:
                brought, moves = self._effect(moved, settled[moved.ledger_id])
                held[moved.ledger_id] = add(held[moved.ledger_id], brought)
                if moved.ledger_id in told.frame.leaves:
                    change.notes([moved.ledger_id], brought, moves)
            changes.append(told.valued(change, held))
        told.frame = self._frame(kpi, asked, asked.until, now.leaves.ids, now.until_us)
        rest = taken(now.sums, add(nothing(), *(held[one] for one in now.leaves.ids)))
        if any(rest.values()):
            at_us = self._room.clock.now_us()
            change = Change(Cause(now.known if asked.until is None else asked.until, at_us, "running"))
            change.notes(now.leaves.ids, rest, {})
            change.value = told.of(now.sums)
            changes.append(change)
        return Difference(value, told.of(now.sums), contributing(value, changes), was, now)

    def _sums(self, ledger_id: int, from_us: int, to_us: int, as_of: int | None) -> Sums:
        return self._room.sums(ledger_id, from_us, to_us, scope=OWN, as_of=as_of)

    def _frame(self, kpi: Kpi, asked: Asked, known: int | None, leaves: tuple[int, ...], until_us: int) -> _Frame:
        """What the sums are looked at with at a moment of knowledge."""
        gathering = self._room.gathering
        blind = kpi.needs_pieces and "good" in gathering.untold(leaves, until_us - 1, as_of=known)
        _, node = gathering.node(asked.equipment_id, until_us - 1, as_of=known)
        return _Frame(leaves, figured(node, gathering.settings_at(until_us - 1, as_of=known)), blind)

    def _framed(self, asked: Asked, was: Period, now: Period) -> dict[int, _Frame]:
        """The moments of knowledge at which definitions put another frame around the figure, with it."""
        kpi, gathering = catalogue()[asked.kpi], self._room.gathering
        until = gathering.plants[-1] if asked.until is None and gathering.plants else asked.until or 0
        stood = self._frame(kpi, asked, asked.since, was.leaves.ids, was.until_us)
        found: dict[int, _Frame] = {}
        for known in (one for one in gathering.plants if asked.since < one <= until):
            with self._room.database.read() as reading:
                plant = self._room.plant_at(reading, asked.equipment_id, known)
                at_us = moments_of(reading, [known])[known]
            leaves = self._room.leaves(
                plant, asked.equipment_id, asked.scope, at_us=min(asked.to_us, at_us) - 1, as_of=known
            ).ids
            frame = self._frame(kpi, asked, known, leaves, min(asked.to_us, at_us))
            if frame != stood:
                found[known] = stood = frame
        return found

    def _period(self, asked: Asked, as_of: int | None) -> Period:
        return self._room.kpis(asked.equipment_id, asked.from_us, asked.to_us, scope=asked.scope, as_of=as_of)

    def _steps(
        self, asked: Asked, was: Period, now: Period
    ) -> tuple[dict[int, _Known], dict[int, Cause], dict[int, tuple[int, int]]]:
        """What happened to every ledger by `known`, the causes, and what of the period was settled at first: what
        came after that is told as one, as time that went on."""
        framed = self._framed(asked, was, now)
        found = defaultdict(_Known, {known: _Known(frame) for known, frame in framed.items()})
        moved = [Moved(known, frozenset(frame.leaves), asked.from_us, asked.to_us) for known, frame in framed.items()]
        settled: dict[int, tuple[int, int]] = {}
        leaves = {one for frame in framed.values() for one in frame.leaves} | {*was.leaves.ids, *now.leaves.ids}
        with self._room.database.read() as reading:
            known = (asked.since, reading.known_now() if asked.until is None else asked.until)
            for ledger_id in sorted(leaves):
                held = self._room.held(reading, ledger_id, as_of=asked.since) or (asked.from_us, asked.from_us)
                settled[ledger_id] = max(asked.from_us, held[0]), min(asked.to_us, held[1])
                span = asked.from_us, settled[ledger_id][1]
                for step in self._of_ledger(reading, ledger_id, span, known):
                    found[step.known].moved.append(step)
                    made_of = self._room.gathering.made_of(ledger_id, step.reach[1] - 1, as_of=step.known)
                    moved.append(Moved(step.known, made_of.units | {ledger_id}, *step.reach))
            return found, causes(reading, moved, after=asked.since), settled

    def _of_ledger(
        self, reading: Reading, ledger_id: int, span: tuple[int, int], known: tuple[int, int]
    ) -> Iterable[Step]:
        if span[0] >= span[1]:
            return ()
        rows = self._room.revised(reading, ledger_id, span, known, limit=DIFF_ROWS_MAX + 1)
        if len(rows) > DIFF_ROWS_MAX:
            raise InvalidError(
                f"more than {DIFF_ROWS_MAX} slices changed: that is too much to be told one by one",
                pointer="/start", code="diff-too-much", hint="a shorter period, or a later moment of knowledge",
            )  # fmt: skip
        return steps(rows, span, known).values()

    def _effect(self, step: Step, settled: tuple[int, int]) -> tuple[Sums, Moves]:
        """What a step brought, and the time it moved; where a slice reaches out of the period, its part is derived."""
        if step.within(*settled):
            return step.brought(), step.moves()
        then, before = (
            self._room.sums(step.ledger_id, *step.reach, scope=OWN, as_of=known)
            for known in (step.known, step.known - 1)
        )
        return taken(then, before), step.moves()


class _Telling:
    """How the figure stands after each step, and what is noted of it."""

    def __init__(self, kpi: Kpi, frame: _Frame) -> None:
        self._kpi, self.frame = kpi, frame

    def figure(self, held: Mapping[int, Sums]) -> Decimal | None:
        return self.of(add(nothing(), *(held[one] for one in self.frame.leaves)))

    def of(self, sums: Sums) -> Decimal | None:
        found = None if self.frame.blind else compute(self._kpi, sums, self.frame.settings)
        return None if found is None else Decimal(found).quantize(PLACES)

    def valued(self, change: Change, held: Mapping[int, Sums]) -> Change:
        change.value = self.figure(held)
        return change


def _summed[K](one: dict[K, int], other: dict[K, int]) -> dict[K, int]:
    return {key: one.get(key, 0) + other.get(key, 0) for key in [*one, *(key for key in other if key not in one)]}


def contributing(before: Decimal | None, changes: Sequence[Change]) -> list[Change]:
    """Each change with what it added to the figure that stood last; rows of steps that nobody decided are one."""
    done: list[Change] = []
    stood = before
    for change in changes:
        if change.value is not None:
            change.contribution = None if stood is None else change.value - stood
            stood = change.value
        last = done[-1] if done else None
        if last is not None and _together(last, change):
            done[-1] = _merged(last, change)
        else:
            done.append(change)
    return done


def _together(last: Change, change: Change) -> bool:
    same = last.cause.kind == change.cause.kind and change.cause.kind in TOGETHER
    return same and change.cause.at_us - last.cause.at_us < TOGETHER_US


def _merged(last: Change, change: Change) -> Change:
    both = [one for one in (last.contribution, change.contribution) if one is not None]
    return Change(
        change.cause, last.equipment | change.equipment, _summed(last.moves, change.moves),
        _summed(last.pieces, change.pieces), last.ideal_us + change.ideal_us, change.value,
        sum(both, Decimal(0)) if both else None, last.steps + change.steps,
    )  # fmt: skip
