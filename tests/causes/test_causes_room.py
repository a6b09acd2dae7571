"""Why a small line lost time: rows that sum to the ledger, single stops, and what was known before."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from performance_world import BARE_LINE, CAPPER, FILLER, LINE, PRESS, World, minutes, state

from dovetail.causes.model import Found
from dovetail.causes.service import CausesRoom
from dovetail.causes.shown import causes_out
from dovetail.core.bus import Bus
from dovetail.core.clock import MINUTE_US
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
def room(world: World, clock: ManualClock, bus: Bus) -> Iterator[CausesRoom]:
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
    yield CausesRoom(performance, stretches=lambda *_: _stops(world))


def _stops(world: World) -> list[Stop]:
    return [
        Stop(unit, record.t0_us, record.t1_us, record.state, record.mode, record.reason, record.external, None, "rule",
             False, None)
        for unit in (FILLER, CAPPER)
        for record in world._records.at(unit, None)
        if record.state not in ("Execute", "NO_DATA")
    ]  # fmt: skip


def rows(found: Found) -> list[tuple[int, str, str | None, float, float | None]]:
    return [
        (row.unit_id, row.role, row.reason, row.lost_us / MINUTE_US, row.lost_units)
        for row in causes_out(found, [], None).rows
    ]


def test_every_lost_minute_of_a_line_has_one_cause(room: CausesRoom) -> None:
    found = room.found(LINE, at(0), at(120), scope=EVERYTHING)
    assert rows(found) == [
        (FILLER, "own", MOTOR, 20.0, 1200.0),
        (CAPPER, "own", JAM, 17.0, 1020.0),
        (FILLER, "no_data", None, 10.0, 600.0),
    ]
    shown = causes_out(found, room.bottlenecks(found), None)
    assert shown.lost_us == sum(row.lost_us for row in shown.rows) == 47 * MINUTE_US
    assert shown.busy_us == 120 * MINUTE_US


def test_a_unit_that_is_asked_for_itself_has_causes_too(room: CausesRoom) -> None:
    found = room.found(CAPPER, at(0), at(120), scope=EVERYTHING)
    assert rows(found) == [(CAPPER, "own", JAM, 20.0, 1200.0), (FILLER, "own", MOTOR, 15.0, 900.0)]


def test_half_a_stop_in_a_period_is_still_put_down_to_what_began_before(room: CausesRoom) -> None:
    found = room.found(LINE, at(51), at(60), scope=EVERYTHING)
    assert rows(found) == [(CAPPER, "own", JAM, 1.0, 60.0)]
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
    now = rows(room.found(LINE, at(0), at(60), scope=EVERYTHING))
    then = rows(room.found(LINE, at(0), at(60), scope=EVERYTHING, as_of=before))
    assert (now, then) == ([(CAPPER, "own", MOTOR, 17.0, 1020.0)], [(CAPPER, "own", JAM, 17.0, 1020.0)])


def test_what_may_not_be_seen_is_outside(room: CausesRoom) -> None:
    filler_only = Scope(Actor("user", "u-1", "Ann"), {"plant.view": frozenset({FILLER})})
    found = room.found(FILLER, at(0), at(60), scope=filler_only)
    assert rows(found) == [(FILLER, "outside", BLOCKED, 17.0, 1020.0)]
    assert found.partial


@pytest.mark.parametrize(
    "equipment_id, code, says",
    [(BARE_LINE, "no-ledger", "constraint"), (999, "not-found", "")],
)
def test_what_has_no_causes_says_what_to_configure(room: CausesRoom, equipment_id: int, code: str, says: str) -> None:
    with pytest.raises(DovetailError) as refused:
        room.found(equipment_id, at(0), at(60), scope=EVERYTHING)
    assert refused.value.code == code
    assert says in (refused.value.hint or "")


def test_a_machine_in_no_line_is_a_line_of_its_own(room: CausesRoom, world: World) -> None:
    world.say(PRESS, records=told(PRESS, (0, 60, "Execute", None), (60, 120, "Held", JAM)), moved=(at(0), at(120)))
    found = room.found(PRESS, at(0), at(120), scope=EVERYTHING)
    assert rows(found) == [(PRESS, "own", JAM, 60.0, 600.0)]
    assert room.bottlenecks(found) == []
