"""A connection's past: each up and down once, with its cause, through restarts; and who is told when it lasts."""

from __future__ import annotations

import itertools
from contextlib import AbstractContextManager, nullcontext

import pytest
from connections_world import LINKS, World, at, plant
from hypothesis import given
from hypothesis import strategies as st

from dovetail.connections.model import LOST_BEFORE, NOT_RUNNING, Period, Seen, Step, follow, totals
from dovetail.core.clock import MINUTE_US, SECOND_US
from dovetail.core.errors import NotFoundError
from dovetail.core.scope import Actor, Scope
from dovetail.edge.model import LinkChange
from dovetail.testing.clock import DAY_ZERO_US

DOWN, BACK = "connection.down", "connection.back"


def test_up_down_and_up_again(either: World, everyone: Scope) -> None:
    either.tell("plc1", True, 1)
    either.tell("plc1", False, 60, "connection closed")
    either.tell("plc1", True, 75)
    assert either.room.step() == 3
    assert either.room.step() == 0
    assert either.past("plc1", scope=everyone) == [
        ("up", 1, 60, []),
        ("down", 60, 75, ["connection closed"]),
        ("up", 75, None, []),
    ]
    assert either.past("plc2", scope=everyone) == []


AWAY = ("down", 300, None, [NOT_RUNNING])
BEFORE = [LOST_BEFORE, NOT_RUNNING]


@pytest.mark.parametrize("told, good_through_s, lost_s, expected", [
    # what was told before the end  mark  BAD at   what stands when Dovetail runs again (at 600 s)
    ([(True, 1)],                    300, None, [("up", 1, 300, []), AWAY]),
    ([(True, 1)],                    300, 290,  [("up", 1, 290, []), ("down", 290, None, BEFORE)]),
    ([(True, 1)],                    300, 0.5,  [("up", 1, 300, []), AWAY]),  # that was before it was up
    ([(True, 1), (False, 200)],      300, 200,  [("up", 1, 200, []), ("down", 200, None, ["lost", NOT_RUNNING])]),
    ([(False, 0)],                   300, 0,    [("down", 0, None, ["lost", NOT_RUNNING])]),
    ([(True, 1)],                   None, None, [("up", 1, 1, []), ("down", 1, None, [NOT_RUNNING])]),
    ([(True, 400)],                  300, None, [("up", 400, 400, []), ("down", 400, None, [NOT_RUNNING])]),  # set back
    ([],                            None, None, []),
])  # fmt: skip
def test_dovetails_own_absence_is_an_outage(
    world: World, everyone: Scope, told, good_through_s, lost_s, expected
) -> None:
    for up, seconds in told:
        world.tell("plc1", up, seconds, "lost")
    world.room.step()
    world.marks.good_through = {"plc1": good_through_s} if good_through_s is not None else {}
    world.marks.lost = {"plc1": lost_s} if lost_s is not None else {}
    world.clock.tick(600 * SECOND_US)
    world.start()
    assert world.past("plc1", scope=everyone) == expected
    world.start()  # twice, without anything between: it stands once
    assert world.past("plc1", scope=everyone) == expected


def test_what_was_noted_but_not_committed_is_tried_again(world: World, everyone: Scope, monkeypatch) -> None:
    world.tell("plc1", True, 1)
    with monkeypatch.context() as patched, pytest.raises(RuntimeError):
        patched.setattr("dovetail.connections.store.add", _database_away)
        world.room.step()
    assert world.room.step() == 1
    assert world.past("plc1", scope=everyone) == [("up", 1, None, [])]


def _database_away(*_given: object) -> int:
    raise RuntimeError("the database is away")


def test_a_connection_that_leaves_the_plant_is_no_outage(world: World, everyone: Scope) -> None:
    world.tell("plc1", True, 1)
    world.room.step()
    world.model = plant("plc2")
    world.tell("plc1", False, 90, "changed in the plant")
    world.room.step()
    world.model = plant("plc1", "plc2")
    assert world.past("plc1", scope=everyone) == [("up", 1, 90, [])]


def test_renamed_keeps_its_past(world: World, everyone: Scope) -> None:
    world.tell("plc1", True, 1)
    world.room.step()
    LINKS["filler"] = LINKS["plc1"]
    world.model = plant("filler")
    try:
        assert world.past("filler", scope=everyone) == [("up", 1, None, [])]
    finally:
        del LINKS["filler"]


# --- who is told ------------------------------------------------------------------------------------------------


def test_down_for_five_minutes_is_told_once_and_its_end_too(either: World) -> None:
    either.tell("plc1", True, 0)
    either.until(1)
    either.tell("plc1", False, 58, "connection closed")  # noticed two seconds late: the outage counts from its begin
    either.until(5.9)
    assert either.events() == []
    either.until(5.97)
    assert either.events() == [(DOWN, "plc1", 58)]
    either.until(30)
    either.tell("plc1", True, 1_800)
    either.until(31)
    assert either.events() == [(DOWN, "plc1", 58), (BACK, "plc1", 1_800)]


@pytest.mark.parametrize("after_min, down_min, expected", [
    (5, 4.9, []),
    (5, 5.1, [DOWN, BACK]),
    (0, 60.0, []),        # never
    (0.5, 1.0, [DOWN, BACK]),
    (10, 9.0, []),
])  # fmt: skip
def test_how_long_is_too_long_is_said_in_the_plant(world: World, after_min, down_min, expected) -> None:
    world.model = plant("plc1", "plc2", after_min=after_min)
    world.tell("plc1", False, 0, "nobody answers")
    for minute in range(int(down_min) + 1):
        world.until(minute)
    world.until(down_min)
    world.tell("plc1", True, down_min * 60)
    world.until(down_min + 1)
    assert [kind for kind, _, _ in world.events()] == expected


@pytest.mark.parametrize("restart_min", [1, 4, 6, 20])
def test_told_once_although_dovetail_restarts(world: World, restart_min: float) -> None:
    """Down at 0, five minutes allowed; Dovetail is away for 30 s from `restart_min` on; back at minute 30."""
    world.tell("plc1", False, 0, "nobody answers")
    for minute in range(restart_min + 1):
        world.until(minute)
    world.marks.good_through = {"plc1": restart_min * 60}
    world.clock.tick(MINUTE_US // 2)
    world.start()
    world.tell("plc1", False, restart_min * 60 + 31, "nobody answers")
    for minute in range(restart_min + 1, 30):
        world.until(minute)
    world.tell("plc1", True, 1_800)
    world.until(31)
    assert world.events() == [(DOWN, "plc1", 0), (BACK, "plc1", 1_800)]


def test_an_hour_without_dovetail_is_told_when_it_is_over(world: World) -> None:
    world.tell("plc1", True, 0)
    world.room.step()
    world.marks.good_through = {"plc1": 600}
    world.until(70)
    world.start()
    world.tell("plc1", True, 70 * 60 + 1)
    world.room.step()
    assert world.events() == [(DOWN, "plc1", 600), (BACK, "plc1", 4_201)]


@pytest.mark.parametrize("step_s, expected", [(3_600, []), (-3_600, []), (0, [])])
def test_a_clock_that_is_set_tells_nothing(world: World, step_s, expected) -> None:
    """Two minutes down are two minutes down, whatever the wall clock does meanwhile."""
    world.tell("plc1", False, 0, "nobody answers")
    world.until(1)
    world.clock.step(step_s * SECOND_US)
    world.until(2)
    world.room.note(LinkChange(LINKS["plc1"][0], "plc1", True, world.clock.now_us(), ""))
    world.until(3)
    assert world.events() == expected


def test_taken_out_of_the_plant_while_down_ends_the_alert(world: World) -> None:
    world.tell("plc1", False, 0, "nobody answers")
    world.until(1)
    world.until(6)
    world.model = plant("plc2")
    world.until(10)
    assert world.events() == [(DOWN, "plc1", 0), (BACK, "plc1", 600)]


# --- totals -----------------------------------------------------------------------------------------------------


def period(up, t0_s, t1_s):
    return Period(0, 1, "plc1", up, at(t0_s), None if t1_s is None else at(t1_s))


@pytest.mark.parametrize("from_s, to_s, up_s, down_s, outages, longest_s, availability", [
    #  [0,100) up   [100,110) down   [110,200) up   [200,205) down   [205, …) up
    (0,    300,     285, 15,  2, 10, 0.95),
    (0,    100,     100,  0,  0,  0, 1.0),
    (105,  110,       0,  5,  1,  5, 0.0),
    (-100, 100,     100,  0,  0,  0, 1.0),   # before it was first seen nothing is known
    (-200, -100,      0,  0,  0,  0, None),
    (203,  250,      45,  2,  1,  2, 45 / 47),
])  # fmt: skip
def test_totals(from_s, to_s, up_s, down_s, outages, longest_s, availability) -> None:
    edges = [(True, 0, 100), (False, 100, 110), (True, 110, 200), (False, 200, 205), (True, 205, None)]
    all_of_it = [period(*one) for one in edges]
    touching = [one for one in all_of_it if one.t0_us < at(to_s) and (one.t1_us is None or one.t1_us > at(from_s))]
    found = totals(touching, at(from_s), at(to_s))
    assert (found.up_us / SECOND_US, found.down_us / SECOND_US) == (up_s, down_s)
    assert (found.outages, found.longest_us / SECOND_US) == (outages, longest_s)
    assert found.availability == (None if availability is None else pytest.approx(availability))


_STORY = st.lists(st.tuples(st.booleans(), st.integers(-1_000, 1_000)), max_size=30)


@given(_STORY)
def test_the_past_has_no_hole_and_no_overlap(story) -> None:
    """Whatever is told, with whatever clock: each period begins where the one before ended, and none is negative."""
    done: list[Period] = []
    held: Period | None = None
    for up, seconds in story:
        step: Step = follow(held, Seen(1, "plc1", up, at(seconds), "why"))
        done += [step.closed] if step.closed is not None else []
        held = step.begun or step.kept
    every = [*done, *([held] if held is not None else [])]
    assert all(one.t1_us is None or one.t1_us >= one.t0_us for one in every)
    assert all(before.t1_us == after.t0_us for before, after in itertools.pairwise(every))
    assert all(before.up != after.up for before, after in itertools.pairwise(every))
    assert sum(one.t1_us is None for one in every) == (1 if story else 0)


# --- who sees it ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("equipment, name, outcome", [
    ({1}, "plc1", nullcontext()),
    ({2}, "plc1", pytest.raises(NotFoundError)),     # the same as if it did not exist
    ({1, 2}, "plc3", pytest.raises(NotFoundError)),
])  # fmt: skip
def test_history_is_for_those_who_see_what_the_link_feeds(
    world: World, equipment: set[int], name: str, outcome: AbstractContextManager[object]
) -> None:
    world.tell("plc1", True, 1)
    world.room.step()
    scope = Scope(Actor("p1", "Ada"), at={"plant.view": frozenset(equipment)})
    with outcome:
        assert world.past(name, scope=scope) == [("up", 1, None, [])]


def test_pages_lead_through_everything_once(either: World, everyone: Scope) -> None:
    for n in range(25):
        either.tell("plc1", n % 2 == 0, 10 * n)
    either.room.step()
    found = either.room.history("plc1", at(0), at(10_000), scope=everyone, limit=7)
    for _ in range(3):
        before = (found[-1].t0_us, found[-1].id)
        found += either.room.history("plc1", at(0), at(10_000), scope=everyone, before=before, limit=7)
    assert [one.t0_us for one in found] == [DAY_ZERO_US + 10 * n * SECOND_US for n in reversed(range(25))]
    outages = either.room.history("plc1", at(0), at(10_000), scope=everyone, up=False, limit=100)
    assert len(outages) == 12
