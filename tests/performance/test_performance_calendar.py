"""A calendar is corrected: only the slices it plans otherwise are cut again, and the books are as if cut anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st
from performance_world import CATEGORIES, SYSTEM, World, counted, state
from sqlalchemy import or_, select

from dovetail.books.rollups import rollup_job, rollup_reason, rollup_rows
from dovetail.calendaredit.service import CalendarEditing, PutException, RemoveException
from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US, HOUR_US, MINUTE_US, from_rfc3339
from dovetail.core.errors import InvalidError, NotFoundError
from dovetail.core.scope import system_scope
from dovetail.db.uow import Database
from dovetail.equipment.service import EquipmentRoom
from dovetail.events.workcalendar import CalendarCorrected
from dovetail.house.definitions import CalendarAsKnown, calendar_room
from dovetail.house.rooms import plant_sections
from dovetail.ledger.model import Slice
from dovetail.operations.operation import Catalogue, Done, Input, Operation, execute
from dovetail.performance import store
from dovetail.performance.facts import Sources
from dovetail.performance.service import PerformanceRoom
from dovetail.testing.clock import ManualClock
from shortcuts import examples

PLANT = """
plant: {format: 1, name: Test}
equipment:
  acme: {level: Enterprise, timezone: Europe/Prague, calendar: two}
  acme/line1: {level: ProductionLine, flow: [filler, capper], constraint: filler}
  acme/line1/filler: {level: WorkUnit, tags: {state: {kind: i64}}, states: {packml: {state: state}}}
  acme/line1/capper: {level: WorkUnit, tags: {state: {kind: i64}}, states: {packml: {state: state}}}
  acme/press: {level: WorkUnit, calendar: night, tags: {state: {kind: i64}}, states: {packml: {state: state}}}
  acme/mill: {level: WorkUnit, timezone: Asia/Kolkata, tags: {state: {kind: i64}}, states: {packml: {state: state}}}
"""
CALENDARS = """
calendars:
  two:
    shifts:
      - {name: Early, start: "06:00", end: "14:00", days: [mon, tue, wed, thu, fri, sat, sun]}
      - {name: Late, start: "14:00", end: "22:00", days: [mon, tue, wed, thu, fri, sat, sun]}
  night:
    shifts: [{name: Night, start: "22:00", end: "06:00", days: [mon, tue, wed, thu, fri, sat, sun]}]
"""
BEGIN = from_rfc3339("2026-03-27T12:00:00Z")
NOW = from_rfc3339("2026-03-30T10:00:00Z")  # noon in Brno, the day after the clock went forward
EVERY_MIN = 97  # a state record
NAMES = ("Execute", "Held", "Execute", "NO_DATA", "Idle")
SCOPE = system_scope("test")


class Plant:
    """A plant with real definitions and a real ledger, in which a test says what the machines did."""

    def __init__(self, database: Database, clock: ManualClock, bus: Bus) -> None:
        self.database, self.clock = database, clock
        self.equipment = EquipmentRoom(database, clock, bus, plant_sections())
        self.equipment.apply(
            {"plant.yaml": PLANT.encode(), "calendars.yaml": CALENDARS.encode()}, scope=SCOPE, valid_from_us=BEGIN
        )
        plant = self.equipment.plant
        self.calendar = calendar_room(database, bus, self.equipment)
        self.editing = CalendarEditing(self.calendar, self.equipment)
        self.world = World(database)
        sources = Sources(
            equipment=self.equipment,
            states=self.world,
            counting=self.world,
            production=self.world,
            calendar=self.calendar,
            categories=lambda _at: CATEGORIES,
            rate_upm=lambda _product, _path, _at: 60.0,
            earlier=lambda known: replace(sources, calendar=CalendarAsKnown(self.calendar, known)),
        )
        self.ledger = PerformanceRoom(database, clock=clock, bus=bus, sources=sources)
        self.ids = {node.path.rpartition("/")[2]: node.id for node in plant().equipment.values()}

    def live(self, every_min: int) -> None:
        """The machines have changed state every so many minutes since BEGIN, and made pieces; all of it is settled."""
        for number, name in enumerate(("filler", "capper", "press", "mill")):
            edges = range(BEGIN + number * MINUTE_US, NOW - HOUR_US, every_min * MINUTE_US)
            who = self.ids[name]
            records = [state(who, a, b, NAMES[n % 5]) for n, (a, b) in enumerate(pairwise(edges))]
            records.append(state(who, edges[-1], None, "Execute"))
            counts = [counted(who, a, b, "good", 7 + n) for n, (a, b) in enumerate(pairwise(edges)) if n % 3 == 0]
            self.world.say(who, records=records, counts=counts, moved=(BEGIN, None))
        self.settle()

    def settle(self) -> None:
        while self.ledger.step():
            pass

    def do[I: Input, O: Any](self, operation: Operation[I, O], given: I, reason: str | None = None) -> Done[O]:
        self.clock.tick(MINUTE_US)
        done = execute(operation, given, database=self.database, scope=SCOPE, reason=reason)
        self.settle()
        return done

    def except_on(self, calendar: str, day: str, exception: Any, reason: str | None = "told so") -> Done[Any]:
        given = PutException.model_validate({"calendar": calendar, "date": day, "exception": exception})
        return self.do(self.editing.put_exception, given, reason)

    def held(self, name: str, as_of: int | None = None) -> list[Slice]:
        with self.database.read() as reading:
            return [one for _, one in store.overlapping(reading, self.ids[name], 0, 1 << 60, as_of=as_of)]

    def known(self) -> int:
        with self.database.read() as reading:
            return reading.known_now()

    def revised(self, since: int) -> list[tuple[int, int, int]]:
        """(equipment, t0, t1) of every row that was closed or added by knowledge after `since`."""
        c = store.slice_table.c
        query = select(c.equipment_id, c.t0_us, c.t1_us).where(or_(c.known_from > since, c.known_to > since))
        with self.database.read() as reading:
            return [(row[0], row[1], row[2]) for row in reading.connection.execute(query)]

    def books(self) -> list[object]:
        """Every slice and every rollup row."""
        with self.database.read() as reading:
            tables = (rollup_job, rollup_reason)
            sums = [rollup_rows(reading, who, table) for who in sorted(self.ids.values()) for table in tables]
        return [*(self.held(name) for name in sorted(self.ids)), sums]

    def cut_anew(self) -> None:
        """Forget the ledger and cut it from the facts as they are known now."""
        with self.database.write(SYSTEM) as uow:
            for table in (store.slice_job, store.slice_table, rollup_job, rollup_reason):
                uow.connection.execute(table.delete())
        for name in ("filler", "capper", "line1", "press", "mill"):
            self.ledger.settle(self.ids[name], BEGIN)


@pytest.fixture
def plant(sqlite_database: Database, bus: Bus) -> Plant:
    clock = ManualClock(NOW)
    sqlite_database.clock = clock
    made = Plant(sqlite_database, clock, bus)
    made.live(every_min=EVERY_MIN)
    return made


CLOSED: list[object] = []


def test_an_exception_for_tomorrow_touches_nothing_that_is_settled(plant: Plant) -> None:
    before, known = plant.books(), plant.known()
    done = plant.except_on("two", "2026-03-31", CLOSED, reason=None)  # nothing of the past: no reason is asked for
    assert done.output.corrected == []
    assert plant.revised(known) == []
    assert plant.books() == before
    tomorrow = from_rfc3339("2026-03-31T08:00:00Z")
    assert plant.calendar.shift_at(plant.ids["filler"], tomorrow) is None
    assert plant.calendar.shift_at(plant.ids["press"], tomorrow + 14 * HOUR_US) is not None


def test_a_new_pattern_touches_nothing_that_is_settled(plant: Plant) -> None:
    before, known = plant.books(), plant.known()
    other = CALENDARS.replace('"14:00"', '"13:00"')
    plant.equipment.apply({"plant.yaml": PLANT.encode(), "calendars.yaml": other.encode()}, scope=SCOPE)
    plant.settle()
    assert plant.revised(known) == []
    assert plant.books() == before


@pytest.mark.parametrize("day, exception, hours", [
    #  what is said of the day                     hours of the filler planned otherwise, from UTC
    ("2026-03-28", CLOSED,                         [(5, 21)]),
    ("2026-03-29", CLOSED,                         [(4, 20)]),     # summer time since that night
    ("2026-03-28", [{"name": "Early", "start": "06:00", "end": "12:00"}], [(11, 21)]),
    ("2026-03-28", {"add": [{"name": "Extra", "start": "22:00", "end": "24:00"}]}, [(21, 23)]),
    ("2026-03-28", {"down": [{"start": "08:00", "end": "09:00"}]}, [(7, 8)]),
    ("2026-03-28", {"down": [{"start": "08:00", "end": "09:00"}, {"start": "13:30", "end": "14:30"}]},
     [(7, 8), (12.5, 13.5)]),
])  # fmt: skip
def test_a_correction_of_a_past_day_cuts_again_exactly_what_it_plans_otherwise(
    plant: Plant, day: str, exception: Any, hours: list[tuple[float, float]]
) -> None:
    known = plant.known()
    was = plant.held("filler")
    done = plant.except_on("two", day, exception)
    midnight = from_rfc3339(f"{day}T00:00:00Z")
    stretches = [(midnight + round(a * HOUR_US), midnight + round(b * HOUR_US)) for a, b in hours]
    revised = plant.revised(known)
    for who, t0_us, t1_us in revised:
        assert any(_near(t0_us, t1_us, stretch, EVERY_MIN) for stretch in _shifted(plant, who, stretches))
    touched = {who for who, _, _ in revised}
    assert touched == {plant.ids[name] for name in ("filler", "capper", "line1", "mill")}
    assert {moved.equipment_id for moved in done.output.corrected} >= touched
    assert plant.held("filler", as_of=known) == was  # what was known before can still be read
    assert plant.held("filler") != was
    books = plant.books()
    plant.cut_anew()
    assert plant.books() == books


def _near(t0_us: int, t1_us: int, stretch: tuple[int, int], record_min: int) -> bool:
    """Whether a slice touches a stretch, or lies in the state record at its edge: its pieces are shared out anew."""
    reach_us = record_min * MINUTE_US
    return t0_us <= stretch[1] + reach_us and t1_us >= stretch[0] - reach_us


def _shifted(plant: Plant, who: int, stretches: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The mill stands in Kolkata, where the same wall time is earlier."""
    earlier = {plant.ids["mill"]: (3.5, 4.5)}.get(who, (0.0, 0.0))
    return [(a - round(h * HOUR_US), b - round(h * HOUR_US)) for a, b in stretches for h in earlier]


def test_a_correction_is_counted_in_slices(plant: Plant) -> None:
    """An hour planned down in one shift: of four days of slices, those under the hour, no more."""
    known, all_of_them = plant.known(), len(plant.held("capper"))
    plant.except_on("two", "2026-03-28", {"down": [{"start": "08:00", "end": "09:00"}]})
    mine = [row for row in plant.revised(known) if row[0] == plant.ids["capper"]]
    assert all_of_them > 40
    assert len(mine) <= 8  # two or three slices closed, and cut in up to five
    hour = from_rfc3339("2026-03-28T07:00:00Z")
    pieces = plant.ledger.slices(plant.ids["capper"], hour, hour + HOUR_US, scope=SCOPE)
    assert sum(piece.elapsed_us for piece in pieces) == HOUR_US
    assert all(piece.plan == "PLANNED_DOWN" or piece.unplanned for piece in pieces)  # it may have run all the same


def test_the_past_needs_a_reason_and_without_one_nothing_happens(plant: Plant) -> None:
    books, version = plant.books(), plant.equipment.plant().version
    with pytest.raises(InvalidError, match="needs a reason") as refused:
        plant.except_on("two", "2026-03-28", CLOSED, reason=" ")
    assert (refused.value.code, refused.value.pointer) == ("reason-missing", "/reason")
    assert (plant.books(), plant.equipment.plant().version) == (books, version)


def test_today_is_past_until_now_and_planned_from_now_on(plant: Plant) -> None:
    trial = {"start": "20:00", "end": "21:00", "name": "Trial"}
    plant.except_on("two", "2026-03-30", {"down": [trial]}, reason=None)  # this evening, at noon
    early = {"name": "Early", "start": "05:00", "end": "14:00"}
    with pytest.raises(InvalidError, match="needs a reason"):
        plant.except_on("two", "2026-03-30", [early], reason=None)  # it began at five
    assert plant.except_on("two", "2026-03-30", [early]).output.corrected != []


def test_an_undo_brings_the_old_books_back(plant: Plant) -> None:
    operations: list[Any] = plant.editing.operations
    books = plant.books()
    first = plant.except_on("two", "2026-03-28", CLOSED)
    second = plant.except_on("two", "2026-03-28", [{"name": "Late", "start": "15:00", "end": "20:00"}])
    after_first = first.output.version
    assert plant.books() != books
    catalogue = Catalogue(operations)
    catalogue.undo(second.audit_id, database=plant.database, scope=SCOPE, reason="a slip")
    plant.settle()
    undone = catalogue.undo(first.audit_id, database=plant.database, scope=SCOPE, reason="a slip")
    plant.settle()
    assert plant.books() == books
    assert undone.output.model_dump()["version"] != after_first
    assert "exceptions" not in plant.equipment.export(scope=SCOPE)[1]["calendars.yaml"]
    with pytest.raises(NotFoundError):
        plant.do(plant.editing.remove_exception, RemoveException(calendar="two", date="2026-03-28"))


def test_what_the_files_said_too_late_for_the_past_is_made_to_hold_by_entering_it(plant: Plant, bus: Bus) -> None:
    """Plant code with an exception of a past date leaves the past; entering the same exception corrects it."""
    heard: list[CalendarCorrected] = []
    bus.subscribe(CalendarCorrected, heard.append)
    known = plant.known()
    files = {
        "plant.yaml": PLANT,
        "calendars.yaml": CALENDARS.replace("  night:", '    exceptions: {"2026-03-28": []}\n  night:'),
    }
    documents = {name: text.encode() for name, text in files.items()}
    plan = plant.equipment.plan(documents, scope=SCOPE)
    assert plan.impact == ("two: 2026-03-28 is past and keeps its shifts; `dovetail calendar except` corrects it",)
    plant.equipment.apply(documents, scope=SCOPE)
    plant.settle()
    assert plant.revised(known) == []
    version = plant.equipment.plant().version
    plant.except_on("two", "2026-03-28", CLOSED)
    assert plant.equipment.plant().version == version  # the files say it already
    assert len(heard) == 1
    assert plant.revised(known) != []
    books = plant.books()
    plant.cut_anew()
    assert plant.books() == books


EXCEPTIONS = st.sampled_from([
    [],
    [{"name": "Odd", "start": "23:00", "end": "05:00"}],
    [{"name": "Early", "start": "06:00", "end": "11:00", "crew": "A"}],
    {"add": [{"name": "Extra", "start": "22:30", "end": "23:30"}]},
    {"down": [{"start": "01:30", "end": "03:30"}, {"start": "10:00", "end": "15:00"}]},
    {"until": "2026-03-31", "shifts": []},
    None,
])  # fmt: skip
DAYS = st.integers(0, 5).map(lambda n: (date(2026, 3, 27) + timedelta(days=n)).isoformat())
EDITS = st.lists(st.tuples(st.sampled_from(["two", "night"]), DAYS, EXCEPTIONS), min_size=1, max_size=4)


@budget(max_examples=examples(6), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(edits=EDITS)
def test_whatever_is_corrected_the_books_are_those_cut_anew(edits: list[tuple[str, str, Any]]) -> None:
    with TemporaryDirectory() as folder:
        clock, bus = ManualClock(NOW), Bus()
        heard: list[CalendarCorrected] = []
        bus.subscribe(CalendarCorrected, heard.append)
        database = Database(f"sqlite:///{Path(folder) / 'records.db'}", clock=clock, bus=bus)
        database.create_for_tests()
        plant = Plant(database, clock, bus)
        plant.live(every_min=389)
        for calendar, day, exception in edits:
            known = plant.known()
            heard.clear()
            _try(plant, calendar, day, exception)
            told = [stretch for event in heard for stretch in event.stretches]
            line = {plant.ids["line1"]: plant.ids["filler"]}  # its times are the filler's
            assert all(
                any(line.get(who, who) == mine and _near(t0_us, t1_us, (a, b), 389) for mine, a, b in told)
                for who, t0_us, t1_us in plant.revised(known)
            )
        books = plant.books()
        plant.cut_anew()
        assert plant.books() == books
        assert all(a.t1_us == b.t0_us for a, b in pairwise(plant.held("filler")))
        database.close()


def _try(plant: Plant, calendar: str, day: str, exception: Any) -> None:
    """Enter it, or take it away; what the rules refuse (an overlap with the night before) changes nothing."""
    remove = RemoveException(calendar=calendar, date=day)
    try:
        plant.do(plant.editing.remove_exception, remove, "r") if exception is None else plant.except_on(
            calendar, day, exception
        )
    except (InvalidError, NotFoundError):
        plant.settle()


@pytest.mark.parametrize("day", ["2026-03-28", "2026-03-29"])
def test_a_correction_on_both_databases(database: Database, bus: Bus, day: str) -> None:
    clock = ManualClock(NOW)
    database.clock = clock
    plant = Plant(database, clock, bus)
    plant.live(every_min=431)
    was, known = plant.held("filler"), plant.known()
    plant.except_on("two", day, {"add": [{"name": "Extra", "start": "22:00", "end": "24:00"}]})
    assert (plant.held("filler", as_of=known), plant.held("filler") != was) == (was, True)
    books = plant.books()
    plant.cut_anew()
    assert plant.books() == books


def test_a_correction_of_many_machines_is_told_by_one_event(plant: Plant, bus: Bus) -> None:
    """Half of a transaction's events must never be taken for all of it, however many machines a calendar has."""
    heard: list[CalendarCorrected] = []
    bus.subscribe(CalendarCorrected, heard.append)
    plant.except_on("two", "2026-03-27", {"until": "2026-03-29", "shifts": []})
    (event,) = heard
    assert sorted({who for who, _, _ in event.stretches}) == sorted(
        plant.ids[name] for name in ("acme", "line1", "filler", "capper", "mill")
    )
    assert all(BEGIN <= a < b <= NOW + DAY_US for _, a, b in event.stretches)
