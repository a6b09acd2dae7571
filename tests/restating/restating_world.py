"""A plant after the day of a scenario, whose past is told again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from dovetail.core.clock import MINUTE_US, to_rfc3339
from dovetail.core.scope import Scope
from dovetail.ledger.model import Slice
from dovetail.operations.operation import execute
from dovetail.performance.facts import Gathering
from dovetail.restating.model import Plan
from dovetail.restating.service import Restate, RestatementOut, UndoRestatement
from dovetail.scenariofiles.document import OWN_PLANT
from dovetail.scenarios.play import played_out
from dovetail.scenarios.stage import OWN, Opened, Stage, on_sqlite
from scenario_here import Change, scenario


@dataclass
class House:
    """The rooms after that day, and what people may do there now."""

    stage: Stage
    from_us: int
    until_us: int

    @property
    def room(self) -> Any:
        return self.stage.rooms.restating

    @property
    def unit(self) -> int:
        return next(node.id for node in self.stage.rooms.equipment.plant().equipment.values() if node.states)

    def apply(self, code: bytes) -> None:
        self.stage.clock.set(self.stage.clock.now_us() + MINUTE_US)
        self.stage.rooms.equipment.apply({OWN_PLANT: code}, scope=OWN)
        self.stage.work()

    def asked(self, from_us: int | None = None, to_us: int | None = None, **more: Any) -> Restate:
        start, end = self.from_us if from_us is None else from_us, self.until_us if to_us is None else to_us
        return Restate(start=to_rfc3339(start), end=to_rfc3339(end), **more)

    def plan(self, asked: Restate | None = None) -> Plan:
        return self.room.plan(asked or self.asked())

    def do(self, operation: Any, given: Any, *, scope: Scope = OWN, reason: str | None = "as it was") -> Any:
        done = execute(operation, given, database=self.stage.database, scope=scope, reason=reason)
        self.stage.work()
        return done.output

    def restate(self, asked: Restate | None = None) -> RestatementOut:
        return self.do(self.room.make, asked or self.asked())

    def undo(self, made: RestatementOut) -> RestatementOut:
        return self.do(self.room.undo, UndoRestatement(restatement_id=made.id))

    def seen(self, as_of: int | None = None) -> Any:
        """What is held of the machine and what pages show of it, as known at a moment."""
        performance, period = self.stage.rooms.performance, (self.from_us, self.until_us)
        slices = performance.slices(self.unit, *period, scope=OWN, as_of=as_of)
        found = performance.kpis(self.unit, *period, scope=OWN, as_of=as_of)
        return (
            plain(slices),
            found.figures.times,
            found.figures.counts,
            {kpi.id: kpi.value for kpi in found.figures.kpis},
        )

    def known(self) -> int:
        with self.stage.database.read() as reading:
            return reading.known_now()

    def cut_anew(self) -> list[Any]:
        """The whole ledger from the facts, in one piece, as somebody would who never held any slice."""
        performance = self.stage.rooms.performance
        gathering = Gathering(performance.sources, performance.gathering.settings)
        with self.stage.database.read() as reading:
            return plain(gathering.derive(reading, self.unit, self.from_us, self.until_us))


def plain(slices: Iterable[Slice]) -> list[Slice]:
    """Slices as another day that went the same way has them: their jobs have other ids."""
    unnamed = [(one, tuple(replace(share, job_response_id=None) for share in one.shares)) for one in slices]
    return [replace(one, shares=shares, known_from=0, known_to=None) for one, shares in unnamed]


@contextmanager
def played(name: str, *changes: Change, records: Opened = on_sqlite) -> Iterator[House]:
    with played_out(scenario(name, *changes), records=records) as (_, script, now):
        assert script is not None
        yield House(now, script.from_us, min(script.until_us, now.clock.now_us()))
