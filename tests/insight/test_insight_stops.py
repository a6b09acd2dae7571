"""The stops of a shift as an operator answers for them: whole, cut where the plan changes, the newest first."""

from __future__ import annotations

from dataclasses import replace

import pytest
from timeline_world import CAPPER, FILLER, LINE, PLANT, SYSTEM, World, at, moment, said

from dovetail.core.bus import Bus
from dovetail.core.errors import NotFoundError
from dovetail.db.uow import Database
from dovetail.equipment.model import PlantModel
from dovetail.insight.reasons import offered
from dovetail.insight.shown import OfferedReason, offered_out
from dovetail.testing.clock import ManualClock
from dovetail.workcalendar.model import Break, Calendar, ShiftPattern

JAM, WASH = "mechanical/jam", "setup/wash"
PAUSED = Calendar(
    "day", (ShiftPattern("Day", 6 * 60, 14 * 60, frozenset(range(7)), (Break("Meal", 8 * 60, 8 * 60 + 30),)),)
)


@pytest.fixture
def world(sqlite_database: Database, clock: ManualClock, bus: Bus) -> World:
    """It is an hour into the shift."""
    made = World(sqlite_database, clock, bus)
    made.minutes_pass(60)
    return made


def seen(world: World, equipment_id: int, start: float, end: float) -> list[tuple[str, str | None, str, str | None]]:
    found = world.stops(equipment_id, start, end).items
    return [(stop.start, stop.end, stop.state, stop.reason) for stop in found]


def test_states_that_follow_each_other_are_one_stop_named_after_the_longest(world: World) -> None:
    names = [(10, 11, "Stopping"), (11, 19, "Stopped"), (19, 20, "Resetting"), (20, 21, "Starting")]
    world.signals(
        FILLER, said(FILLER, 0, 10, "Execute"), *(said(FILLER, *n) for n in names), said(FILLER, 21, None, "RUN")
    )
    assert seen(world, FILLER, 0, 60) == [(moment(10), moment(21), "Stopped", None)]


def test_another_reason_is_another_stop(world: World) -> None:
    world.signals(
        FILLER, said(FILLER, 0, 10, "Held"), said(FILLER, 10, 20, "Aborted", JAM), said(FILLER, 20, None, "Held")
    )
    assert seen(world, FILLER, 0, 60) == [
        (moment(20), None, "Held", None),
        (moment(10), moment(20), "Aborted", JAM),
        (moment(0), moment(10), "Held", None),
    ]


def test_a_stop_shows_what_its_reason_rests_on_until_a_person_gives_another(world: World) -> None:
    fault = (
        '{"by": "fault", "code": "17", "text": "Jam", "tag": 4, "at_us": 0, "others": [], "reason": "mechanical/jam"}'
    )
    stood = replace(said(FILLER, 10, 20, "Held", JAM), because=fault)
    world.signals(FILLER, said(FILLER, 0, 10, "Execute"), stood, said(FILLER, 20, None, "Execute"))
    (stop,) = world.stops(FILLER, 0, 60).items
    assert stop.because is not None
    assert (stop.because.by, stop.because.told, stop.because.text) == ("fault", "Jam", "first-out 17 Jam")
    world.edit(FILLER, 10, 20, reason=WASH)
    (stop,) = world.stops(FILLER, 0, 60).items
    assert (stop.reason, stop.because) == (WASH, None)


@pytest.mark.parametrize(
    "name, mode, is_stop",
    [
        ("Held", "Production", True),
        ("Execute", "Production", False),
        ("Execute", "Setup", True),  # it moves, and makes nothing
        ("RUN", "Manual", True),
        ("NO_DATA", "", False),  # nobody knows: no stop
        ("UNKNOWN", "", False),
    ],
)
def test_what_is_a_stop(world: World, name: str, mode: str, is_stop: bool) -> None:
    world.signals(FILLER, said(FILLER, 0, 10, name, None, mode), said(FILLER, 10, None, "RUN"))
    assert bool(seen(world, FILLER, 0, 60)) is is_stop


def test_a_stop_over_the_break_is_cut_there_and_planned_in_it(world: World) -> None:
    world.calendar = PAUSED  # meal from minute 120 to 150; the shift ends at minute 480
    world.minutes_pass(600)
    world.signals(FILLER, said(FILLER, 0, 100, "Execute"), said(FILLER, 100, None, "Held"))
    found = world.stops(FILLER, 0, 600)
    assert [(stop.start, stop.end, stop.planned) for stop in found.items] == [
        (moment(480), None, True),  # outside every shift
        (moment(150), moment(480), False),
        (moment(120), moment(150), True),
        (moment(100), moment(120), False),
    ]
    assert (found.stopped_s, found.unassigned_s, found.without_reason) == (350 * 60, 350 * 60, 1.0)
    assert [stop.start for stop in world.stops(FILLER, 0, 600, only="unassigned").items] == [moment(150), moment(100)]


def test_how_much_of_the_stopped_time_has_no_reason(world: World) -> None:
    world.signals(FILLER, said(FILLER, 0, 30, "Held", JAM), said(FILLER, 30, 40, "Held"), said(FILLER, 40, None, "RUN"))
    assert world.stops(FILLER, 0, 60).without_reason == 0.25
    assert world.stops(FILLER, 20, 35).without_reason == pytest.approx(1 / 3)  # inside the period asked about
    assert world.stops(FILLER, 45, 60).without_reason is None


@pytest.mark.parametrize(
    "unit, lasts, micro",
    [
        (FILLER, 1.0, True),  # its own setting says a minute
        (FILLER, 1.5, False),
        (CAPPER, 2.0, True),  # the default is two
        (CAPPER, 2.1, False),
    ],
)
def test_a_short_stop_is_a_micro_stop(world: World, unit: int, lasts: float, micro: bool) -> None:
    world.signals(unit, said(unit, 0, lasts, "Held"), said(unit, lasts, None, "RUN"))
    assert [stop.micro for stop in world.stops(unit, 0, 60).items] == [micro]


def test_a_stop_is_held_against_the_threshold_that_held_when_it_began(world: World) -> None:
    nodes = PLANT.equipment.values()
    stricter = [replace(node, states={**(node.states or {}), "micro_stop_s": 20}) for node in nodes]
    world.before, world.plant_model = (at(30), PLANT), PlantModel(equipment=stricter, tags=PLANT.tags.values())
    world.signals(
        FILLER,
        said(FILLER, 0, 10, "RUN"), said(FILLER, 10, 10.5, "Held"), said(FILLER, 10.5, 29.8, "RUN"),
        said(FILLER, 29.8, 30.3, "Held"), said(FILLER, 30.3, 40, "RUN"), said(FILLER, 40, 40.5, "Held"),
        said(FILLER, 40.5, 50, "RUN"), said(FILLER, 50, 50.25, "Held"), said(FILLER, 50.25, None, "RUN"),
    )  # fmt: skip
    assert [stop.micro for stop in reversed(world.stops(FILLER, 0, 60).items)] == [True, True, False, True]


def test_a_stop_that_still_goes_on_is_no_micro_stop_yet(world: World) -> None:
    world.signals(FILLER, said(FILLER, 59.5, None, "Held"))
    [stop] = world.stops(FILLER, 0, 60).items
    assert (stop.end, stop.micro, stop.duration_s) == (None, False, 30)


def test_a_stop_that_reaches_out_of_the_period_is_shown_whole(world: World) -> None:
    world.signals(
        FILLER,
        said(FILLER, -500, -400, "RUN"),
        said(FILLER, -400, -5, "Stopped"),
        said(FILLER, -5, 5, "Idle"),
        said(FILLER, 5, 30, "Held"),
        said(FILLER, 30, None, "RUN"),
    )
    # before the shift it is planned, and another stop
    assert seen(world, FILLER, 0, 10) == [(moment(0), moment(30), "Held", None)]
    world.calendar = Calendar("never", ())
    assert seen(world, FILLER, 0, 10) == [(moment(-400), moment(30), "Stopped", None)]


def test_a_line_has_the_stops_of_its_machines_that_are_seen(world: World) -> None:
    world.signals(FILLER, said(FILLER, 0, 10, "Held"), said(FILLER, 10, None, "RUN"))
    world.signals(CAPPER, said(CAPPER, 5, 15, "STARVED"), said(CAPPER, 15, None, "RUN"))
    assert [(stop.equipment_id, stop.external) for stop in world.stops(LINE, 0, 60).items] == [
        (CAPPER, True),
        (FILLER, False),
    ]


def test_the_stops_of_a_shift_by_its_name(world: World) -> None:
    world.signals(FILLER, said(FILLER, 0, 10, "Held"), said(FILLER, 10, None, "RUN"))
    found = world.insight.stops_of_shift(FILLER, "current", scope=SYSTEM)
    assert found.shift is not None
    again = world.insight.stops_of_shift(FILLER, found.shift.id, scope=SYSTEM)
    assert (found, len(found.items), found.start) == (again, 1, moment(0))
    with pytest.raises(NotFoundError):
        world.insight.stops_of_shift(FILLER, "day/2026-01-05/Night", scope=SYSTEM)
    world.minutes_pass(700)
    assert world.insight.stops_of_shift(FILLER, "current", scope=SYSTEM).shift is None  # the last eight hours


DEEP = {
    "mechanical": {
        "name": "Mechanical",
        "category": "failure",
        "children": {
            "infeed": {
                "name": "Infeed",
                "category": "failure",
                "children": {
                    "jam": {"name": "Jam", "category": "failure"},
                    "belt": {"name": "Belt", "category": "failure"},
                },
            },
            "motor": {"name": "Motor", "category": "failure"},
        },
    },
    "setup": {"name": "Setup", "category": "setup", "children": {}},
}


@pytest.mark.parametrize("wanted, keys", [
    ([], ["mechanical/infeed/jam", "mechanical/infeed/belt", "mechanical/motor", "setup"]),
    (["mechanical"], ["mechanical/infeed/jam", "mechanical/infeed/belt", "mechanical/motor"]),
    (["mechanical/infeed", "setup"], ["mechanical/infeed/jam", "mechanical/infeed/belt", "setup"]),
    (["mechanical/infeed/jam", "infeed"], ["mechanical/infeed/jam"]),
])  # fmt: skip
def test_an_equipment_offers_reasons_of_any_level_with_all_below(wanted: list[str], keys: list[str]) -> None:
    def leaves(items: list[OfferedReason]) -> list[str]:
        return [key for one in items for key in (leaves(one.children) or [one.key])]

    assert leaves(offered_out(offered(DEEP, wanted))) == keys


def test_reasons_are_offered_by_equipment_with_the_last_used_and_the_machines_own(world: World) -> None:
    world.signals(CAPPER, said(CAPPER, 0, 50, "RUN"), said(CAPPER, 50, None, "Aborted", JAM))
    world.edit(CAPPER, 10, 20, reason=JAM)
    world.edit(CAPPER, 20, 30, reason=WASH)
    world.edit(CAPPER, 30, 40, reason=JAM)
    found = world.insight.offered(CAPPER, scope=SYSTEM)
    keys = [(group.key, [child.key for child in group.children]) for group in found.items]
    assert keys == [("mechanical", [JAM]), ("setup", [WASH])]
    assert (found.last_used, found.suggested) == ([JAM, WASH], JAM)
    every = world.insight.offered(FILLER, scope=SYSTEM, at_us=at(10))
    assert [group.key for group in every.items] == ["mechanical", "setup", "outside"]  # dents are why pieces are scrap
    assert (every.last_used, every.suggested) == ([], None)
