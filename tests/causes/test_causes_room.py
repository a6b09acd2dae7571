"""Why a small line lost time: rows that sum to the ledger, single stops, and what was known before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from performance_world import BARE_LINE, CAPPER, FILLER, LINE, PRESS, World, minutes, state

from dovetail.causes import summing
from dovetail.causes.service import CausesRoom
from dovetail.causes.shown import causes_out
from dovetail.causes.summing import Summary, lasted
from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US, MINUTE_US
from dovetail.core.errors import DovetailError
from dovetail.core.scope import Actor, Scope, system_scope
from dovetail.db.uow import Database
from dovetail.insight.stops import Stop
from dovetail.performance.service import PerformanceRoom
from dovetail.states.model import StateRecord
from dovetail.testing.clock import ManualClock

EVERYTHING = system_scope("test")
JAM, MOTOR = "mechanical/jam", "mechanical/motor"
STARVED, BLOCKED = "external/starved", "external/blocked"


def at(minute: float) -> int:
    return minutes(minute, None)[0]


def told(unit: int, *parts: tuple[float, float, str, str | None]) -> list[StateRecord]:
    return [state(unit, at(t0), at(t1), name, reason=reason) for t0, t1, name, reason in parts]


@pytest.fixture
def world(sqlite_database: Database) -> World:
    return World(sqlite_database)


@pytest.fixture
def room(world: World, clock: ManualClock, bus: Bus) -> CausesRoom:
    return lived(world, clock, bus)


def lived(world: World, clock: ManualClock, bus: Bus) -> CausesRoom:
    """Two hours of filler and capper, 60 a minute: the capper's jam stops the filler, its own jam stops it later."""
    performance = PerformanceRoom(world.database, clock=clock, bus=bus, sources=world.sources())
    clock.step(at(120) - clock.now_us())
    capper = told(
        CAPPER, (0, 30, "Execute", None), (30, 50, "Held", JAM), (50, 80, "Execute", None),
        (80, 95, "Suspended", STARVED), (95, 120, "Execute", None),
    )  # fmt: skip
    filler = told(
        FILLER, (0, 35, "Execute", None), (35, 52, "Suspended", BLOCKED), (52, 75, "Execute", None),
        (75, 95, "Held", MOTOR), (95, 110, "Execute", None), (110, 120, "NO_DATA", None),
    )  # fmt: skip
    world.say(CAPPER, records=capper, moved=(at(0), at(120)))
    world.say(FILLER, records=filler, moved=(at(0), at(120)))
    while performance.step():
        pass
    return CausesRoom(performance, stretches=lambda *_: _stops(world))


def _stops(world: World) -> list[Stop]:
    return [
        Stop(unit, record.t0_us, record.t1_us, record.state, record.mode, record.reason, record.external, None, "rule",
             False, None)
        for unit in (FILLER, CAPPER)
        for record in world._records.at(unit, None)
        if record.state not in ("Execute", "NO_DATA")
    ]  # fmt: skip


def rows(found: Summary) -> list[tuple[int, str, str | None, float, float | None]]:
    return [
        (row.unit_id, row.role, row.reason, row.lost_us / MINUTE_US, row.lost_units)
        for row in causes_out(found, None).rows
    ]


def test_every_lost_minute_of_a_line_has_one_cause(room: CausesRoom) -> None:
    found = room.summed(LINE, at(0), at(120), scope=EVERYTHING)
    assert rows(found) == [
        (FILLER, "own", MOTOR, 20.0, 1200.0),
        (CAPPER, "own", JAM, 17.0, 1020.0),
        (FILLER, "no_data", None, 10.0, 600.0),
    ]
    shown = causes_out(found, None)
    assert shown.lost_us == sum(row.lost_us for row in shown.rows) == 47 * MINUTE_US
    assert shown.busy_us == 120 * MINUTE_US


def test_a_unit_that_is_asked_for_itself_has_causes_too(room: CausesRoom) -> None:
    found = room.summed(CAPPER, at(0), at(120), scope=EVERYTHING)
    assert rows(found) == [(CAPPER, "own", JAM, 20.0, 1200.0), (FILLER, "own", MOTOR, 15.0, 900.0)]


def test_half_a_stop_in_a_period_is_still_put_down_to_what_began_before(room: CausesRoom) -> None:
    assert rows(room.summed(LINE, at(51), at(60), scope=EVERYTHING)) == [(CAPPER, "own", JAM, 1.0, 60.0)]
    found = room.found(LINE, at(51), at(60), scope=EVERYTHING)
    assert [link.unit for link in found.pieces[0][0].trail] == [FILLER, CAPPER]


def test_what_a_stop_cost_and_what_would_have_been_lost_anyway(room: CausesRoom, world: World) -> None:
    stops = {(one.unit, one.t0_us): one for one in room.stops(LINE, at(0), at(120), scope=EVERYTHING)}
    jam = stops[CAPPER, at(30)]
    assert (jam.without.gained_us, jam.without.gained_units) == (17 * MINUTE_US, 1020.0)
    wait = stops[FILLER, at(35)]
    assert (wait.initial.cause.unit, wait.key.cause.reason, wait.line_lost_us) == (CAPPER, JAM, 0)
    overlapping = told(CAPPER, (0, 60, "Execute", None), (60, 85, "Aborted", JAM), (85, 120, "Execute", None))
    world.say(CAPPER, records=overlapping, moved=(at(0), at(120)))
    motor = {(one.unit, one.t0_us): one for one in room.stops(LINE, at(0), at(120), scope=EVERYTHING)}[FILLER, at(75)]
    assert (motor.without.lost_us, motor.without.gained_units) == (20 * MINUTE_US, 600.0)
    assert motor.without.anyway == {CAPPER: 10 * MINUTE_US}


def test_a_stop_costs_the_same_whichever_time_is_asked_for_that_it_touches(room: CausesRoom) -> None:
    motor, during = (
        {(one.unit, one.t0_us): one for one in room.stops(LINE, at(t0), at(t1), scope=EVERYTHING)}[FILLER, at(75)]
        for t0, t1 in ((0, 120), (80, 82))
    )
    assert motor == during


def test_the_causes_are_those_that_were_known(room: CausesRoom, world: World) -> None:
    before = world.say(CAPPER, moved=(at(0), at(1)), records=world._records.at(CAPPER, None))
    late = told(CAPPER, (0, 30, "Execute", None), (30, 50, "Aborted", MOTOR), (50, 120, "Execute", None))
    world.say(CAPPER, records=late, moved=(at(0), at(120)))
    now = rows(room.summed(LINE, at(0), at(60), scope=EVERYTHING))
    then = rows(room.summed(LINE, at(0), at(60), scope=EVERYTHING, as_of=before))
    assert (now, then) == ([(CAPPER, "own", MOTOR, 17.0, 1020.0)], [(CAPPER, "own", JAM, 17.0, 1020.0)])


def test_what_may_not_be_seen_is_outside(room: CausesRoom) -> None:
    filler_only = Scope(Actor("user", "u-1", "Ann"), {"plant.view": frozenset({FILLER})})
    found = room.summed(FILLER, at(0), at(60), scope=filler_only)
    assert rows(found) == [(FILLER, "outside", BLOCKED, 17.0, 1020.0)]
    assert found.partial


@pytest.mark.parametrize(
    "equipment_id, code, says",
    [(BARE_LINE, "no-ledger", "constraint"), (999, "not-found", "")],
)
def test_what_has_no_causes_says_what_to_configure(room: CausesRoom, equipment_id: int, code: str, says: str) -> None:
    with pytest.raises(DovetailError) as refused:
        room.summed(equipment_id, at(0), at(60), scope=EVERYTHING)
    assert refused.value.code == code
    assert says in (refused.value.hint or "")


def test_a_machine_in_no_line_is_a_line_of_its_own(room: CausesRoom, world: World) -> None:
    world.say(PRESS, records=told(PRESS, (0, 60, "Execute", None), (60, 120, "Held", JAM)), moved=(at(0), at(120)))
    found = room.summed(PRESS, at(0), at(120), scope=EVERYTHING)
    assert rows(found) == [(PRESS, "own", JAM, 60.0, 600.0)]
    assert found.holding == []


def all_pieces(room: CausesRoom, from_us: int, *, limit: int, as_of: int | None = None) -> list[tuple[int, int, int]]:
    """(begin, end, unit it comes from) of every stretch up to minute 120, page by page."""
    told: list[tuple[int, int, int]] = []
    after_us: int | None = from_us
    while after_us is not None:
        page = room.pieces(
            LINE, (from_us, at(120)), fits=lambda cause: cause.role == "own", after_us=after_us, limit=limit,
            scope=EVERYTHING, as_of=as_of,
        )  # fmt: skip
        told += [(piece.t0_us, piece.t1_us, piece.cause.unit) for piece, _ in page.items]
        after_us = page.next_us
    return told


@pytest.mark.parametrize("step_min", [7, 31, 60])  # edges within stops, within waits, and between
def test_a_long_period_comes_part_by_part_to_what_it_comes_to_as_one(
    room: CausesRoom, monkeypatch: pytest.MonkeyPatch, step_min: int
) -> None:
    whole, pieces = room.summed(LINE, at(0), at(120), scope=EVERYTHING), all_pieces(room, at(0), limit=9)
    monkeypatch.setattr(summing, "LONGEST_US", 0)
    monkeypatch.setattr(summing, "STEP_US", step_min * MINUTE_US)
    parts, one_by_one = room.summed(LINE, at(0), at(120), scope=EVERYTHING), all_pieces(room, at(0), limit=1)
    assert rows(parts) == rows(whole)
    assert [row.stops for row in parts.rows] == [row.stops for row in whole.rows]
    assert (parts.lost_us, parts.produced_us, parts.slow_us) == (whole.lost_us, whole.produced_us, whole.slow_us)
    assert sum(t1_us - t0_us for t0_us, t1_us, _ in one_by_one) == sum(t1_us - t0_us for t0_us, t1_us, _ in pieces)
    assert [t0_us for t0_us, _, _ in one_by_one] == sorted({t0_us for t0_us, _, _ in one_by_one})


def test_who_held_a_long_period_back_is_kept_as_one_for_each(room: CausesRoom) -> None:
    summary = room.summed(LINE, at(0), at(120), scope=EVERYTHING)
    shown, every = causes_out(summary, None).bottlenecks, summary.holding
    summary.holding = lasted(every * 50)
    often = causes_out(summary, None).bottlenecks
    assert [(one.unit_id, one.sole_us, one.share) for one in often] == [
        (one.unit_id, 50 * one.sole_us, one.share) for one in shown
    ]
    assert len(summary.holding) <= len(every)


def test_months_as_known_then_and_now_on_either_store(database: Database, clock: ManualClock, bus: Bus) -> None:
    world = World(database)
    told_done: list[int] = []

    @contextmanager
    def watching(steps: int) -> Iterator[Callable[[int], None]]:
        assert steps <= 9
        yield told_done.append

    room = lived(world, clock, bus).seen_by(watching)
    with database.read() as reading:
        before = reading.known_now()
    late = told(CAPPER, (0, 30, "Execute", None), (30, 50, "Aborted", MOTOR), (50, 120, "Execute", None))
    world.say(CAPPER, records=late, moved=(at(0), at(120)))
    months_ago = at(120) - 60 * DAY_US
    now, then = (
        [row for row in rows(room.summed(LINE, months_ago, at(120), scope=EVERYTHING, as_of=known)) if row[1] == "own"]
        for known in (None, before)
    )
    assert told_done == [*range(1, 10)] * 2
    assert now == [(FILLER, "own", MOTOR, 20.0, 1200.0), (CAPPER, "own", MOTOR, 17.0, 1020.0)]
    assert then == [(FILLER, "own", MOTOR, 20.0, 1200.0), (CAPPER, "own", JAM, 17.0, 1020.0)]
    assert [unit for _, _, unit in all_pieces(room, months_ago, limit=1, as_of=before)] == [CAPPER, CAPPER, FILLER]
