"""A KPI shift by shift, day by day, week by week: each point is what the same period says elsewhere."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from performance_world import AREA, FILLER, World, counted, minutes, state

from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US, HOUR_US, from_rfc3339
from dovetail.core.errors import InvalidError, NotFoundError
from dovetail.core.scope import system_scope
from dovetail.db.uow import Database
from dovetail.losses.course import Courses
from dovetail.losses.course_api import course_out
from dovetail.losses.steps import steps
from dovetail.performance.service import PerformanceRoom
from dovetail.testing.clock import ManualClock
from dovetail.workcalendar.model import Calendar, ShiftPattern
from dovetail.yardsticks.model import Target

EVERYTHING = system_scope("test")
PRAGUE = ZoneInfo("Europe/Prague")
DAYS = frozenset(range(7))
SHIFTS = Calendar(
    "two-shift", (ShiftPattern("Early", 6 * 60, 14 * 60, DAYS), ShiftPattern("Late", 14 * 60, 22 * 60, DAYS))
)


def at(minute: float) -> int:
    return minutes(minute, None)[0]


@pytest.fixture
def performance(sqlite_database: Database, clock: ManualClock, bus: Bus) -> PerformanceRoom:
    """Two days from Monday 07:00 in Prague; on Tuesday nothing is known for four hours."""
    world = World(sqlite_database, calendar_of=SHIFTS)
    room = PerformanceRoom(sqlite_database, clock=clock, bus=bus, sources=world.sources())
    clock.step(at(35 * 60) - clock.now_us())
    world.say(
        FILLER,
        records=[
            state(FILLER, at(0), at(60), "Execute"),
            state(FILLER, at(60), at(180), "Held"),
            state(FILLER, at(180), at(25 * 60), "Execute"),
            state(FILLER, at(25 * 60), at(29 * 60), "NO_DATA", mode=""),
            state(FILLER, at(29 * 60), None, "Execute"),
        ],
        counts=[counted(FILLER, at(0), at(60), "good", 3000)],
        moved=(at(0), None),
    )
    while room.step():
        pass
    return room


@pytest.mark.parametrize("per", ["shift", "day", "week"])
@pytest.mark.parametrize("equipment_id", [FILLER, AREA])
def test_each_point_is_the_figure_of_its_period(performance: PerformanceRoom, per: object, equipment_id: int) -> None:
    when = (at(0), at(48 * 60))
    found = Courses(performance).course(equipment_id, "availability", when, per=per, scope=EVERYTHING)  # type: ignore[arg-type]
    assert found.points
    for point in found.points:
        alone = performance.kpis(equipment_id, point.from_us, point.to_us, scope=EVERYTHING).figures
        figure = next(one for one in alone.kpis if one.id == "availability")
        assert (point.value, point.coverage) == (figure, alone.coverage)


def test_shifts_have_their_names_and_the_running_one_ends_now(performance: PerformanceRoom) -> None:
    found = Courses(performance).course(FILLER, "availability", (at(0), at(48 * 60)), per="shift", scope=EVERYTHING)
    assert [point.name for point in found.points] == ["Early", "Late", "Early", "Late"]
    assert [point.value.value for point in found.points][:2] == [pytest.approx(5 / 7), 1.0]  # observed time alone
    assert found.points[2].coverage == pytest.approx(0.5)
    assert found.points[2].value.low is not None  # little is known of it: its bounds stand beside it
    assert found.points[-1].until_us == at(35 * 60) < found.points[-1].to_us


def test_a_target_stands_beside_each_point_from_when_it_holds(
    sqlite_database: Database, clock: ManualClock, bus: Bus
) -> None:
    world = World(sqlite_database, calendar_of=SHIFTS)
    clock.step(at(35 * 60) - clock.now_us())
    world.say(FILLER, records=[state(FILLER, at(0), None, "Execute")], moved=(at(0), None))
    held = Target(0.9, "acme/pack", at(20 * 60))
    sources = replace(
        world.sources(), targets=lambda _path, at_us: {"availability": held} if at_us >= held.since_us else {}
    )
    room = PerformanceRoom(sqlite_database, clock=clock, bus=bus, sources=sources)
    when = (at(0), at(48 * 60))
    points = Courses(room).course(FILLER, "availability", when, per="day", scope=EVERYTHING).points
    shown = course_out(
        FILLER, when, "day", Courses(room).course(FILLER, "availability", when, per="day", scope=EVERYTHING)
    )
    assert [point.value.target for point in points] == [None, 0.9]
    assert [point.meets for point in shown.items] == [None, True]


def test_what_has_not_begun_has_no_point(performance: PerformanceRoom) -> None:
    courses = Courses(performance)
    assert courses.course(FILLER, "teep", (at(40 * 60), at(90 * 60)), per="day", scope=EVERYTHING).points == []
    assert len(courses.course(FILLER, "teep", (at(0), at(90 * 60)), per="day", scope=EVERYTHING).points) == 2


def test_what_had_not_begun_when_it_was_known_has_no_point(
    sqlite_database: Database, clock: ManualClock, bus: Bus
) -> None:
    world = World(sqlite_database, calendar_of=SHIFTS)
    clock.step(at(10 * 60) - clock.now_us())
    room = PerformanceRoom(sqlite_database, clock=clock, bus=bus, sources=world.sources())
    known = world.say(FILLER, records=[state(FILLER, at(0), None, "Execute")], moved=(at(0), None))
    clock.step(at(35 * 60) - clock.now_us())
    when = (at(0), at(48 * 60))
    found = Courses(room).course(FILLER, "availability", when, per="shift", scope=EVERYTHING, as_of=known)
    assert [(one.name, one.until_us) for one in found.points] == [("Early", at(7 * 60)), ("Late", at(10 * 60))]


def test_too_many_points_and_an_unknown_kpi_are_refused_with_a_way_on(performance: PerformanceRoom) -> None:
    courses = Courses(performance)
    with pytest.raises(InvalidError, match="steps"):
        courses.course(FILLER, "teep", (at(0) - 300 * DAY_US, at(0)), per="day", scope=EVERYTHING)
    with pytest.raises(NotFoundError, match="no KPI"):
        courses.course(FILLER, "oe", (at(0), at(60)), per="day", scope=EVERYTHING)


@pytest.mark.parametrize(
    "per, start, end, hours",
    [
        ("day", "2026-10-24T10:00:00Z", "2026-10-25T10:00:00Z", [24, 25]),  # the clocks go back
        ("day", "2026-03-28T23:00:00Z", "2026-03-29T12:00:00Z", [23]),
        ("week", "2026-03-25T12:00:00Z", "2026-03-31T00:00:00Z", [167, 168]),
        ("day", "2026-06-01T22:00:00Z", "2026-06-01T22:00:01Z", [24]),
    ],
)
def test_days_and_weeks_are_those_of_the_plants_clock(per: object, start: str, end: str, hours: list[int]) -> None:
    found = steps(from_rfc3339(start), from_rfc3339(end), per, PRAGUE)  # type: ignore[arg-type]
    assert [(end_us - begin_us) / HOUR_US for begin_us, end_us in found] == hours
    assert all(before[1] == after[0] for before, after in pairwise(found))
