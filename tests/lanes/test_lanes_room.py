"""The machines of a line beside each other, in the order of the flow, with what people said of them marked."""

from __future__ import annotations

import pytest
from timeline_world import CAPPER, ENTERPRISE, FILLER, LINE, PRESS, SYSTEM, World, at, said

from dovetail.core.bus import Bus
from dovetail.core.errors import ConflictError, NotFoundError
from dovetail.core.scope import Actor, Scope
from dovetail.db.uow import Database
from dovetail.lanes.model import CHANGED, COMMENTED, EDITED, OPEN, PERSON, PRODUCES, STANDS, VOID
from dovetail.lanes.service import LanesRoom
from dovetail.testing.clock import ManualClock

JAM = "mechanical/jam"


@pytest.fixture
def world(sqlite_database: Database, clock: ManualClock, bus: Bus) -> World:
    """It is an hour into the shift; the filler jammed, its cable was cut, and it runs again."""
    made = World(sqlite_database, clock, bus)
    made.minutes_pass(60)
    made.signals(
        FILLER, said(FILLER, 0, 10, "Execute"), said(FILLER, 10, 20, "Held"), said(FILLER, 20, 30, "NO_DATA", mode=""),
        said(FILLER, 30, None, "Execute"),
    )  # fmt: skip
    made.signals(CAPPER, said(CAPPER, 0, None, "Idle"))
    return made


@pytest.fixture
def room(world: World) -> LanesRoom:
    plant = world.plant_model
    return LanesRoom(world.database, plant=lambda *_asked: plant, timeline=world.room, until=world.until)


def test_the_machines_stand_in_the_order_of_the_flow(room: LanesRoom) -> None:
    found = room.picture(LINE, at(0), at(60), px=600, scope=SYSTEM)
    assert [unit for unit, _ in found.lanes] == [FILLER, CAPPER]
    kinds = [[found.looks[look].kind for look in lane.look] for _, lane in found.lanes]
    assert kinds == [[PRODUCES, STANDS, VOID, PRODUCES], [STANDS]]  # no data is neither idle nor stopped
    assert [int(lane.marks[-1]) & OPEN for _, lane in found.lanes] == [OPEN, OPEN]
    assert (found.records, found.partial, found.until_us) == (5, False, at(60))


def test_what_people_said_is_marked_and_so_is_late_evidence(world: World, room: LanesRoom) -> None:
    world.edit(FILLER, 10, 20, reason=JAM, comment="belt off")
    [(_, lane)] = room.picture(FILLER, at(0), at(60), px=600, scope=SYSTEM).lanes
    assert lane.marks.tolist()[:2] == [0, EDITED | PERSON | COMMENTED]
    world.signals(FILLER, said(FILLER, 0, 15, "Execute"), said(FILLER, 15, 20, "Held"), said(FILLER, 20, None, "RUN"))
    [(_, lane)] = room.picture(FILLER, at(0), at(60), px=600, scope=SYSTEM).lanes
    assert all(int(marks) & CHANGED for marks in lane.marks[1:-1])


def test_one_moment_with_what_is_needed_to_correct_it(world: World, room: LanesRoom) -> None:
    found = room.around(FILLER, at(15), scope=SYSTEM)
    assert [one and one.state for one in (found.before, found.record, found.after)] == ["Execute", "Held", "NO_DATA"]
    world.edit(FILLER, 10, 20, reason=JAM, seen=found.version)
    with pytest.raises(ConflictError):
        world.edit(FILLER, 10, 30, what="merge", state="Held", seen=found.version, who="Ben")
    seen = room.around(FILLER, at(15), scope=SYSTEM).version
    world.edit(FILLER, 10, 30, what="merge", state="Held", reason=JAM, seen=seen, who="Ben")
    merged = room.around(FILLER, at(15), scope=SYSTEM).record
    assert (merged.t0_us, merged.t1_us, merged.reason) == (at(10), at(30), JAM)


@pytest.mark.parametrize("minute, before, after", [(5, None, "Held"), (45, "NO_DATA", None)])
def test_at_the_ends_there_is_no_neighbour(
    room: LanesRoom, minute: float, before: str | None, after: str | None
) -> None:
    found = room.around(FILLER, at(minute), scope=SYSTEM)
    assert (found.before and found.before.state, found.after and found.after.state) == (before, after)


def test_of_what_nobody_ever_heard_nothing_is_told(room: LanesRoom) -> None:
    assert len(room.picture(PRESS, at(0), at(60), px=600, scope=SYSTEM).lanes[0][1]) == 0
    with pytest.raises(NotFoundError):
        room.around(PRESS, at(15), scope=SYSTEM)


def test_what_a_person_may_not_see_is_left_out_and_that_is_said(world: World, room: LanesRoom) -> None:
    seen = Scope(actor=Actor("u1", "Ada"), at={"plant.view": frozenset({ENTERPRISE, LINE, CAPPER})})
    found = room.picture(LINE, at(0), at(60), px=600, scope=seen)
    assert ([unit for unit, _ in found.lanes], found.partial) == ([CAPPER], True)
