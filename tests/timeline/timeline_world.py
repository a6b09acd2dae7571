"""A line of two machines and a press without signals: what the signals say is written down, what people say is real."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from dovetail.accord.asked import EditTime, SplitStop, Withdraw
from dovetail.core.bus import Bus
from dovetail.core.clock import MINUTE_US, from_rfc3339, to_rfc3339
from dovetail.core.errors import NotFoundError
from dovetail.core.scope import Actor, Scope, system_scope
from dovetail.db.uow import Database, Reading
from dovetail.equipment.model import Equipment, PlantModel
from dovetail.events.states import RecordsChanged
from dovetail.insight.service import InsightRoom, Sources
from dovetail.insight.shown import EditAnswer
from dovetail.ledger.timeclass import Settings
from dovetail.operations.operation import Catalogue, Done, execute
from dovetail.performance.facts import Sources as LedgerSources
from dovetail.performance.service import PerformanceRoom
from dovetail.performance.store import moment_of
from dovetail.states.model import CountRecord, StateRecord
from dovetail.states.service import Tail
from dovetail.testing.clock import ManualClock
from dovetail.timeline.service import TimelineRoom
from dovetail.workcalendar.model import Calendar, Rota, Shift, ShiftPattern, Span, shifts_in

SYSTEM = system_scope("test")
T0 = from_rfc3339("2026-01-05T06:00:00Z")  # a Monday
ENTERPRISE, LINE, FILLER, CAPPER, PRESS, BARE = 1, 2, 3, 4, 5, 6
PACKML = {"packml": {"state": "state"}}
REASONS: Mapping[str, Mapping[str, Any]] = {
    "mechanical": {
        "name": "Mechanical",
        "category": "failure",
        "children": {"jam": {"name": "Jam", "category": "failure"}},
    },
    "setup": {"name": "Setup", "category": "setup", "children": {"wash": {"name": "Wash", "category": "setup"}}},
    "outside": {"name": "Outside", "category": "external", "children": {}},
    "dents": {"name": "Dents", "category": "quality", "children": {}},
}


def node(node_id: int, path: str, parent_id: int | None, level: str, states: Mapping[str, object] | None) -> Equipment:
    return Equipment(
        id=node_id, path=path, name=path.rpartition("/")[2].title(), level=level, parent_id=parent_id, class_name=None,
        timezone="UTC", calendar="day", standard_rate_upm=60.0, flow=("filler", "capper") if level == "ProductionLine"
        else (), constraint="filler" if level == "ProductionLine" else None, outfeed=None, states=states, counters={},
        job=None, parameters={},
    )  # fmt: skip


PLANT = PlantModel(
    equipment=[
        node(ENTERPRISE, "acme", None, "Enterprise", None),
        node(LINE, "acme/line", ENTERPRISE, "ProductionLine", None),
        node(FILLER, "acme/line/filler", LINE, "WorkUnit", {**PACKML, "micro_stop_s": 60}),
        node(CAPPER, "acme/line/capper", LINE, "WorkUnit", {**PACKML, "reasons": ["setup", "mechanical/jam"]}),
        node(PRESS, "acme/press", ENTERPRISE, "WorkUnit", {"by_hand": True}),
        node(BARE, "acme/bare", ENTERPRISE, "WorkUnit", None),
    ]
)
DAYS = frozenset(range(7))
DAY_SHIFT = Calendar("day", (ShiftPattern("Day", 6 * 60, 14 * 60, DAYS),))


def at(minute: float) -> int:
    """Minutes after T0 as µs."""
    return T0 + round(minute * MINUTE_US)


def moment(minute: float | None) -> str | None:
    """The same as the API writes it."""
    return None if minute is None else to_rfc3339(at(minute))


def said(
    equipment_id: int, start: float, end: float | None, name: str, reason: str | None = None, mode: str = "Production"
) -> StateRecord:
    """A derived record, in minutes after T0."""
    stop = None if end is None else at(end)
    return StateRecord(equipment_id, at(start), stop, name, mode, reason, name in {"STARVED", "BLOCKED"})


@dataclass
class World:
    """The rooms beneath the timeline as fakes that keep what a test says, and the timeline itself."""

    database: Database
    clock: ManualClock
    bus: Bus
    calendar: Calendar = DAY_SHIFT
    reasons: dict[str, Mapping[str, Any]] = field(default_factory=lambda: dict(REASONS))
    plant_model: PlantModel = PLANT
    before: tuple[int, PlantModel] | None = None  # until when another plant held, and which
    live: dict[int, Tail] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._records: dict[int, list[tuple[int, list[StateRecord]]]] = {}
        self.room = TimelineRoom(
            self.database,
            states=self,
            plant=lambda: self.plant_model,
            reasons=lambda _at_us: self.reasons,
            clock=self.clock,
            shown=lambda reading, equipment_id, at_us: self.insight.stop_at(reading, equipment_id, at_us),
            answer=EditAnswer,
        )
        sources = Sources(
            plant=lambda _equipment_id, _as_of: self.plant_model,
            plant_at=lambda at_us, _as_of: (
                self.before[1] if self.before and at_us < self.before[0] else self.plant_model
            ),
            timeline=self.room,
            spans=lambda equipment_id, from_us, to_us, _as_of: self.spans(equipment_id, from_us, to_us),
            shift=lambda equipment_id, name, _as_of: self.shift(equipment_id, name),
            reasons=lambda _at_us: self.reasons,
            settings=lambda _at_us, _as_of: Settings(),
            until=self.until,
        )
        self.insight = InsightRoom(self.database, clock=self.clock, sources=sources)

    # --- what a test says ------------------------------------------------------------------------------------
    def signals(self, equipment_id: int, *records: StateRecord) -> int:
        """From now on the signals say this of an equipment; told as the states room tells it. Answers `known`."""
        before = set(self._at(equipment_id, None))
        moved = before ^ set(records)
        with self.database.write(SYSTEM.actor) as uow:
            self._records.setdefault(equipment_id, []).append((uow.known, list(records)))
            if moved:
                ends = [record.t1_us for record in moved]
                to_us = None if None in ends else max(end for end in ends if end is not None)
                uow.emit(RecordsChanged(equipment_id, min(record.t0_us for record in moved), to_us, uow.known))
            return uow.known

    def minutes_pass(self, minute: float) -> None:
        """It is now so many minutes after T0."""
        self.clock.step(at(minute) - self.clock.now_us())

    # --- what people do --------------------------------------------------------------------------------------
    def edit(self, equipment_id: int, start: float, end: float | None, *, who: str = "Ada", **words: Any) -> Done[Any]:
        given = EditTime(equipment_id=equipment_id, start=moment(start), end=moment(end), **words)
        return self.do(self.room.operations.edit, given, who=who)

    def split(self, equipment_id: int, minute: float, *, who: str = "Ada", **words: Any) -> Done[Any]:
        given = SplitStop(equipment_id=equipment_id, at=moment(minute), **words)
        return self.do(self.room.operations.split, given, who=who)

    def withdraw(self, equipment_id: int, *edit_ids: int, who: str = "Ada") -> Done[Any]:
        given = Withdraw(equipment_id=equipment_id, edit_ids=edit_ids)
        return self.do(self.room.operations.withdraw, given, who=who)

    def do(self, operation: Any, given: Any, *, who: str = "Ada") -> Done[Any]:
        return execute(operation, given, database=self.database, scope=person(who))

    def undo(self, done: Done[Any], *, who: str = "Ada") -> Done[Any]:
        return Catalogue(self.room.operations.all).undo(done.audit_id, database=self.database, scope=person(who))

    def drain(self) -> None:
        """Let the room learn the ends of open edits."""
        while self.room.step():
            pass

    # --- what is seen ----------------------------------------------------------------------------------------
    def told(self, equipment_id: int, *, as_of: int | None = None) -> list[tuple[float, float | None, str, str | None]]:
        """The timeline in minutes: (start, end, state, reason)."""
        return [
            (minute(r.t0_us), None if r.t1_us is None else minute(r.t1_us), r.state, r.reason)
            for r in self.folded(equipment_id, as_of=as_of)
        ]

    def folded(self, equipment_id: int, from_us: int = 0, to_us: int = 1 << 60, *, as_of: int | None = None) -> Any:
        with self.database.read() as reading:
            return self.room.records(reading, equipment_id, from_us, to_us, scope=SYSTEM, as_of=as_of)

    def stops(self, equipment_id: int, start: float, end: float, **words: Any) -> Any:
        return self.insight.stops(equipment_id, at(start), at(end), scope=SYSTEM, **words)

    def until(self, as_of: int | None) -> int:
        """Nothing is known of what comes after."""
        with self.database.read() as reading:
            return self.clock.now_us() if as_of is None else moment_of(reading, as_of) or self.clock.now_us()

    # --- what the timeline asks ------------------------------------------------------------------------------
    def _at(self, equipment_id: int, as_of: int | None) -> list[StateRecord]:
        seen = [found for known, found in self._records.get(equipment_id, []) if as_of is None or known <= as_of]
        return seen[-1] if seen else []

    def records(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> list[StateRecord]:
        held = self._at(equipment_id, as_of)
        return [one for one in held if one.t0_us < to_us and (one.t1_us is None or one.t1_us > from_us)]

    def counts(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> list[CountRecord]:
        return []

    def tail(self, equipment_id: int, *, scope: Scope) -> Tail:
        now_us = self.clock.now_us()
        return self.live.get(equipment_id, Tail(now_us, now_us, (), ()))

    def spans(self, equipment_id: int, from_us: int, to_us: int) -> list[Span]:
        return Rota(self.calendar, ZoneInfo("UTC")).spans(from_us, to_us)

    def shifts(self, equipment_id: int, from_us: int, to_us: int) -> list[Shift]:
        found = shifts_in(self.spans(equipment_id, from_us - 2 * 86_400_000_000, to_us + 2 * 86_400_000_000))
        return [shift for shift in found if shift.t1_us > from_us and shift.t0_us < to_us]

    def shift(self, equipment_id: int, name: str) -> Shift:
        now_us = self.clock.now_us()
        near = self.shifts(equipment_id, now_us - 9 * 86_400_000_000, now_us + 86_400_000_000)
        for one in near:
            if one.id == name or (name == "current" and one.t0_us <= now_us < one.t1_us):
                return one
        raise NotFoundError("there is no such shift")


def person(name: str, *, at: Sequence[int] = (ENTERPRISE, LINE, FILLER, CAPPER, PRESS, BARE)) -> Scope:
    """Somebody who may see and edit."""
    seen = frozenset(at)
    return Scope(Actor(name.lower(), name), at={"plant.view": seen, "timeline.edit": seen})


def minute(at_us: int) -> float:
    return (at_us - T0) / MINUTE_US


def ledger_on(world: World) -> PerformanceRoom:
    class Calendar:
        def spans(self, equipment_id: int, from_us: int, to_us: int, *, as_of: int | None = None) -> Any:
            return world.spans(equipment_id, from_us, to_us)

        shifts = shift_at = spans  # type: ignore[assignment]  # nothing here asks for shifts

    class Nothing:
        def responses(self, *_given: Any, **_words: Any) -> list[Any]:
            return []

    class Plants:
        def plant(self, *, at_us: int | None = None) -> Any:
            return world.plant_model

        def changes_between(self, from_us: int, to_us: int) -> list[int]:
            return []

    sources = LedgerSources(
        equipment=Plants(),
        states=world.room,
        counting=world,
        production=Nothing(),
        calendar=Calendar(),
        categories=lambda _at_us: {"mechanical": "failure", "setup": "setup", "cleaning": "planned"},
        rate_upm=lambda _product, _path, _at_us: None,
    )
    return PerformanceRoom(world.database, clock=world.clock, bus=world.bus, sources=sources)


def drain(world: World, ledger: PerformanceRoom) -> None:
    """Both workers, as they nudge each other: ends of open edits, then slices."""
    while world.room.step() + ledger.step():
        pass
