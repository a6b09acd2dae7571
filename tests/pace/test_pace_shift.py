"""How a running shift stands against its plan: the same figures as the board and the KPIs, and where it will end."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st
from performance_world import AREA, BARE_LINE, CAPPER, FILLER, LINE, PRESS, T0, Job, World, counted, minutes, state

from dovetail.core.bus import Bus
from dovetail.core.clock import MINUTE_US
from dovetail.core.errors import NotFoundError
from dovetail.core.scope import Scope
from dovetail.db.uow import Database
from dovetail.insight.boarding import Boards
from dovetail.pace.model import Seen, pace
from dovetail.pace.running import JobEnds
from dovetail.pace.service import PaceRoom
from dovetail.pace.shown import LiveKpiOut
from dovetail.performance.service import PerformanceRoom
from dovetail.testing.clock import ManualClock
from dovetail.workcalendar.model import Break, Calendar, ShiftPattern

DAYS = frozenset(range(7))
EARLY = Calendar("two-shift", (ShiftPattern("Early", 7 * 60, 11 * 60, DAYS, (Break("Meal", 9 * 60, 9 * 60 + 30),)),))


def at(minute: float) -> int:
    return minutes(minute, None)[0]


@dataclass
class Shop:
    """The ledger on its fakes; what the pace room says of it, and the board beside it."""

    world: World
    room: PerformanceRoom
    clock: ManualClock
    everyone: Scope

    def settle(self) -> None:
        while self.room.step():
            pass

    def told(self, equipment_id: int) -> LiveKpiOut:
        self.settle()
        return self.pace().live_kpi(equipment_id, scope=self.everyone)

    def pace(self) -> PaceRoom:
        ends = JobEnds(
            self.room,
            self.world.database,
            self.clock,
            production=self.world,
            order=lambda _uow, _order, _where, as_of: None,
        )
        return PaceRoom(self.room, ends, clock=self.clock)


@pytest.fixture
def shop(sqlite_database: Database, clock: ManualClock, bus: Bus, everyone: Scope) -> Shop:
    """Early runs from 07:00 to 11:00 in Prague (06:00 UTC), with a meal at nine; it is 08:30 there."""
    world = World(sqlite_database, calendar_of=EARLY)
    clock.step(at(90) - clock.now_us())
    room = PerformanceRoom(sqlite_database, clock=clock, bus=bus, sources=world.sources())
    return Shop(world, room, clock, everyone)


def ran(shop: Shop, per_minute: int = 40) -> None:
    """An hour and a half without a stop; a piece a second is the standard rate."""
    shop.world.say(
        FILLER,
        records=[state(FILLER, at(0), None, "Execute")],
        counts=[counted(FILLER, at(n), at(n + 1), "good", per_minute) for n in range(90)],
        jobs=[Job("j1", "cola", at(0), None)],
        moved=(at(0), None),
    )


@pytest.mark.parametrize("per_minute, difference, minutes_off, projected", [
    #  a minute   pieces  minutes   of 12,600 planned: 5,400 by now, 7,200 to come
    (  40,        -1800,  -30.0,    3600 + 4800 ),
    (  60,        0,      0.0,      12_600      ),
    (  66,        540,    9.0,      5940 + 7920 ),
])  # fmt: skip
def test_a_shift_is_ahead_or_behind_in_pieces_and_minutes(
    shop: Shop, per_minute: int, difference: int, minutes_off: float, projected: int
) -> None:
    ran(shop, per_minute)
    told = shop.told(FILLER)
    assert (told.pace.planned, told.pace.due, told.pace.good) == (12_600, 5400, per_minute * 90)
    assert (told.pace.difference, told.pace.difference_min) == (difference, minutes_off)
    assert (told.pace.projected, told.pace.basis) == (projected, "plan")
    assert told.hints == []


def test_the_factors_are_those_of_the_kpis_of_the_same_shift(shop: Shop) -> None:
    ran(shop)
    told = shop.told(FILLER)
    shift = shop.room.shift(FILLER, "current", scope=shop.everyone)
    asked = shop.room.kpis(FILLER, shift.t0_us, shift.t1_us, scope=shop.everyone, shift=shift)
    assert told.kpis == asked.figures.kpis
    assert (told.counts, told.coverage) == (asked.figures.counts, asked.figures.coverage)
    assert told.shift is not None and (told.shift.name, told.start) == ("Early", "2026-01-05T06:00:00.000000Z")
    assert told.until == "2026-01-05T07:30:00.000000Z"


def test_what_is_not_settled_yet_is_told_apart(shop: Shop) -> None:
    shop.world.say(
        FILLER,
        records=[state(FILLER, at(0), at(60), "Execute"), state(FILLER, at(60), None, "Held")],
        moved=(at(0), None),
    )
    assert shop.told(FILLER).settled == "2026-01-05T07:00:00.000000Z"
    assert shop.told(PRESS).settled is None


def test_the_rest_of_a_shift_has_the_rate_of_what_runs_now(shop: Shop) -> None:
    shop.world.say(
        FILLER,
        records=[state(FILLER, at(0), None, "Execute")],
        counts=[counted(FILLER, at(n), at(n + 1), "good", 30) for n in range(90)],
        jobs=[Job("j1", "cola", at(0), at(60)), Job("j2", "lemon", at(60), None, standard_rate_upm=30.0)],
        moved=(at(0), None),
    )
    told = shop.told(FILLER).pace
    assert (told.due, told.planned) == (60 * 60 + 30 * 30, 60 * 60 + 150 * 30)
    assert (told.difference, told.difference_min) == (2700 - 4500, -60.0)
    assert told.projected == 2700 + round(2700 / 4500 * 120 * 30)


def test_time_without_data_is_held_against_nobody(shop: Shop) -> None:
    silent = [state(FILLER, at(0), at(60), "NO_DATA"), state(FILLER, at(60), None, "Execute")]
    made = [counted(FILLER, at(n), at(n + 1), "good", 60) for n in range(60, 90)]
    shop.world.say(FILLER, records=silent, counts=made, moved=(at(0), None))
    told = shop.told(FILLER).pace
    assert (told.due, told.good, told.difference, told.projected) == (1800, 1800, 0, 1800 + 7200)


def test_a_line_is_told_by_its_constraint_and_its_end(shop: Shop) -> None:
    ran(shop)
    ends = [counted(CAPPER, at(n), at(n + 1), "good", 30) for n in range(90)]
    shop.world.say(CAPPER, records=[state(CAPPER, at(0), None, "Execute")], counts=ends, moved=(at(0), None))
    told = shop.told(LINE).pace
    assert (told.good, told.difference, told.projected) == (2700, 2700 - 5400, 2700 + 3600)


@pytest.mark.parametrize("equipment_id, hint", [
    (BARE_LINE, "name its `constraint`, one of: saw, drill"),
    (AREA, "pace is told of a machine or a line"),
    (PRESS, "nothing counts good pieces, give it `counters`"),
])  # fmt: skip
def test_what_has_no_pace_says_why(shop: Shop, equipment_id: int, hint: str) -> None:
    shop.world.say(PRESS, records=[state(PRESS, at(0), None, "Execute")], moved=(at(0), None))
    told = shop.told(equipment_id)
    assert hint in " ".join(told.hints)
    assert (told.pace.difference, told.pace.projected) == (None, None)


def test_without_a_shift_nothing_is_projected(shop: Shop) -> None:
    ran(shop)
    shop.clock.step(at(250) - shop.clock.now_us())
    told = shop.told(FILLER)
    assert (told.shift, told.pace.projected, told.pace.missing) == (None, None, "no-shift")
    assert told.pace.difference == 3600 - 12_600


def test_who_does_not_see_the_machine_hears_nothing_of_it(shop: Shop) -> None:
    elsewhere = replace(shop.everyone, at={"plant.view": frozenset({PRESS})}, everything=False)
    with pytest.raises(NotFoundError):
        shop.pace().live_kpi(FILLER, scope=elsewhere)


HOUR = Seen(
    1000, 1000, due_known=2000.0, due_rest=2000.0, known_us=60 * MINUTE_US, known_busy_us=60 * MINUTE_US,
    rest_busy_us=60 * MINUTE_US, rate_upm=20.0,
)  # fmt: skip


@pytest.mark.parametrize("changed, projected, basis, missing", [
    ({},                                        2000,  "plan",  None),
    ({"due_known": None},                       2000,  "speed", None),         # no rate: as many a minute
    ({"due_known": 0.0},                        2000,  "speed", None),
    ({"good": None},                            None,  None,    "no-counter"),
    ({"known_busy_us": 14 * MINUTE_US},         None,  None,    "too-early"),
    ({"rest_busy_us": 0},                       1000,  "plan",  None),         # the break before the end
    ({"rest_busy_us": 0, "known_busy_us": 0},   None,  None,    "no-plan"),
    ({"rest_busy_us": None},                    None,  None,    "no-shift"),
    ({"good": 1200},                            2200,  "plan",  None),         # those of unknown time are no speed
])  # fmt: skip
def test_where_a_shift_ends(
    changed: dict[str, object], projected: int | None, basis: str | None, missing: str | None
) -> None:
    told = pace(replace(HOUR, **changed))  # type: ignore[arg-type]
    assert (told.projected, told.basis, told.missing) == (projected, basis, missing)


STATES = st.sampled_from(["Execute", "Held", "NO_DATA", "STARVED", "UNKNOWN"])


@budget(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lengths=st.lists(st.tuples(st.integers(1, 40), STATES, st.integers(0, 70)), min_size=1, max_size=8))
def test_the_pace_is_the_difference_that_the_board_shows(shop: Shop, lengths: list[tuple[int, str, int]]) -> None:
    records, counts, minute = [], [], 0
    for length, name, per_minute in lengths:
        records.append(state(FILLER, at(minute), at(minute + length), name))
        counts += [counted(FILLER, at(n), at(n + 1), "good", per_minute) for n in range(minute, minute + length)]
        minute += length
    shop.clock.step(at(min(minute, 239)) - shop.clock.now_us())
    shop.world.say(FILLER, records=records, counts=counts, moved=(T0, None))
    told = shop.told(FILLER).pace
    totals = Boards(shop.room).board(FILLER, "current", scope=shop.everyone).totals
    assert told.difference == totals.difference
    assert (told.planned, told.good) == (totals.planned, totals.good)
