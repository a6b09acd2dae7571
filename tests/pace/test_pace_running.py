"""How far a running job is and when it will be done: its order's pieces, its product's past, the calendar ahead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from performance_world import CAPPER, FILLER, LINE, World, counted, minutes, state

from dovetail.core.bus import Bus
from dovetail.core.clock import HOUR_US, MINUTE_US
from dovetail.core.scope import Scope
from dovetail.db.uow import Database, Reading
from dovetail.pace.running import JobEnds
from dovetail.pace.shown import JobPaceOut
from dovetail.performance.service import PerformanceRoom
from dovetail.testing.clock import ManualClock
from dovetail.workcalendar.model import Break, Calendar, ShiftPattern

EARLY = Calendar(
    "two-shift", (ShiftPattern("Early", 7 * 60, 15 * 60, frozenset(range(7)), (Break("Meal", 11 * 60, 11 * 60 + 30),)),)
)


def at(minute: float) -> int:
    return minutes(minute, None)[0]


@dataclass(frozen=True, slots=True)
class Ran:
    """A job response with its order."""

    id: str
    product: str
    job_order: str | None
    t0_us: int
    t1_us: int | None
    standard_rate_upm: float | None = None
    crew: str | None = None
    share_ppm: int | None = None


@dataclass(frozen=True)
class Order:
    quantity: int | None


@dataclass
class Shop:
    world: World
    room: PerformanceRoom
    clock: ManualClock

    def job(self, orders: Mapping[str, int | None], equipment_id: int = FILLER, times_of: int = FILLER) -> JobPaceOut:
        while self.room.step():
            pass

        def order_of(_reading: Reading, name: str, _equipment_id: int, /, *, as_of: int | None) -> Order | None:
            return Order(orders[name]) if name in orders else None

        ends = JobEnds(self.room, self.world.database, self.clock, production=self.world, order=order_of)
        (told,) = ends.running(equipment_id, times_of, self.clock.now_us())
        return told


@pytest.fixture
def shop(sqlite_database: Database, clock: ManualClock, bus: Bus) -> Shop:
    """Early runs from 07:00 to 15:00 in Prague (06:00 UTC), with a meal at eleven; it is 10:00 there."""
    world = World(sqlite_database, calendar_of=EARLY)
    clock.step(at(180) - clock.now_us())
    return Shop(world, PerformanceRoom(sqlite_database, clock=clock, bus=bus, sources=world.sources()), clock)


def ran(shop: Shop, *, jobs: list[Ran], good: range = range(180)) -> None:
    made = [counted(FILLER, at(n), at(n + 1), "good", 60) for n in good]
    shop.world.say(FILLER, records=[state(FILLER, at(0), None, "Execute")], counts=made, jobs=jobs, moved=(at(0), None))


COLA = Ran("j2", "cola", "PO-2", at(150), None)
BEFORE = Ran("j1", "cola", "PO-1", at(0), at(150))


def test_the_end_is_told_with_its_range_and_what_it_rests_on(shop: Shop) -> None:
    ran(shop, jobs=[BEFORE, COLA])
    told = shop.job({"PO-2": 1800 + 2400})
    assert (told.quantity, told.made, told.missing) == (4200, 1800, None)
    assert told.expected_end == told.earliest == told.latest == "2026-01-05T09:40:00.000000Z"  # 60 a minute, no stop
    assert told.rests_on is not None and told.rests_on.stretches == 8


def test_a_break_makes_it_later(shop: Shop) -> None:
    ran(shop, jobs=[BEFORE, COLA])
    assert shop.job({"PO-2": 1800 + 4800}).expected_end == "2026-01-05T10:50:00.000000Z"


def test_its_stops_make_it_uncertain(shop: Shop) -> None:
    stops = [state(FILLER, at(n), at(n + 5), "Held") for n in range(0, 120, 20)]
    runs = [state(FILLER, at(n + 5), at(n + 20), "Execute") for n in range(0, 120, 20)]
    records = sorted([*stops, *runs], key=lambda one: one.t0_us)
    records.append(state(FILLER, at(120), None, "Execute"))
    made = [counted(FILLER, at(n), at(n + 1), "good", 60) for n in range(180) if n >= 120 or n % 20 >= 5]
    shop.world.say(FILLER, records=records, counts=made, jobs=[BEFORE, COLA], moved=(at(0), None))
    told = shop.job({"PO-2": 1800 + 600})
    assert told.earliest is not None and told.expected_end is not None and told.latest is not None
    assert told.earliest < told.latest
    assert told.earliest <= told.expected_end <= told.latest


@pytest.mark.parametrize("orders, product, missing", [
    ({},                      "cola",  "no-quantity"),
    ({"PO-2": None},          "cola",  "no-quantity"),
    ({"PO-2": 1800},          "cola",  "made"),
    ({"PO-2": 3000},          "lemon", "too-little"),  # half an hour of it
    ({"PO-2": 100_000},       "cola",  None),
    ({"PO-2": 110_000},       "cola",  "too-little"),  # ten times what was made of it
])  # fmt: skip
def test_what_cannot_be_said_says_why(
    shop: Shop, orders: dict[str, int | None], product: str, missing: str | None
) -> None:
    ran(shop, jobs=[BEFORE, Ran("j2", product, "PO-2", at(150), None)])
    assert shop.job(orders).missing == missing


def test_time_without_data_tells_nothing_of_the_speed(shop: Shop) -> None:
    records = [state(FILLER, at(0), at(60), "NO_DATA"), state(FILLER, at(60), None, "Execute")]
    made = [counted(FILLER, at(n), at(n + 1), "good", 60) for n in range(60, 180)]
    shop.world.say(FILLER, records=records, counts=made, jobs=[BEFORE, COLA], moved=(at(0), None))
    assert shop.job({"PO-2": 1800 + 600}).expected_end == "2026-01-05T09:10:00.000000Z"


def test_an_order_that_was_handed_over_is_one(shop: Shop) -> None:
    ran(shop, jobs=[Ran("j1", "cola", "PO-2", at(60), at(150)), COLA], good=range(60, 180))
    assert shop.job({"PO-2": 9000}).made == 120 * 60


def test_of_two_beside_each_other_each_needs_its_share_of_the_time(shop: Shop) -> None:
    beside = [
        Ran("j2", "cola", "PO-2", at(60), None, share_ppm=500_000),
        Ran("j3", "lemon", None, at(60), None, share_ppm=500_000),
    ]
    ran(shop, jobs=[Ran("j1", "cola", "PO-1", at(0), at(60)), *beside])
    while shop.room.step():
        pass
    ends = JobEnds(
        shop.room, shop.world.database, shop.clock, production=shop.world, order=lambda *_, as_of: Order(3600 + 600)
    )
    told = next(one for one in ends.running(FILLER, FILLER, shop.clock.now_us()) if one.job_response_id == "j2")
    assert told.made == 3600
    assert told.expected_end == "2026-01-05T09:20:00.000000Z"  # ten minutes of its own, half of the machine


def test_a_line_counts_its_end_and_times_its_constraint(shop: Shop) -> None:
    ran(shop, jobs=[BEFORE, COLA])
    ends = [counted(CAPPER, at(n), at(n + 1), "good", 30) for n in range(180)]
    shop.world.say(CAPPER, records=[state(CAPPER, at(0), None, "Execute")], counts=ends, moved=(at(0), None))
    told = shop.job({"PO-2": 1500}, LINE, FILLER)
    assert (told.made, told.expected_end) == (900, "2026-01-05T09:20:00.000000Z")


def test_the_past_is_not_read_anew_each_time(shop: Shop, everyone: Scope) -> None:
    ran(shop, jobs=[BEFORE, COLA])
    asked: list[int] = []
    slices = shop.room.slices
    shop.room.slices = lambda *given, **words: asked.append(given[1]) or slices(*given, **words)  # type: ignore[method-assign]
    while shop.room.step():
        pass
    ends = JobEnds(
        shop.room, shop.world.database, shop.clock, production=shop.world, order=lambda *_, as_of: Order(9000)
    )
    ends.running(FILLER, FILLER, shop.clock.now_us())
    first = len(asked)
    shop.clock.tick(9 * MINUTE_US)
    ends.running(FILLER, FILLER, shop.clock.now_us())
    assert (first, len(asked) - first) == (3, 1)
    shop.clock.tick(HOUR_US)
    ends.running(FILLER, FILLER, shop.clock.now_us())
    assert len(asked) - first == 4
