"""The shift board: what each hour should have made and what it made, on days of 23, 24 and 25 hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from performance_world import AREA, BARE_LINE, CAPPER, FILLER, LINE, PRESS, T0, Job, World, counted, minutes, state

from dovetail.core.bus import Bus
from dovetail.core.clock import HOUR_US, MINUTE_US, from_rfc3339, to_datetime
from dovetail.core.errors import NotFoundError
from dovetail.core.scope import Scope
from dovetail.db.uow import Database
from dovetail.insight.board import Plan, hours, lost, rate_of, whole
from dovetail.insight.boarding import Boards
from dovetail.performance.service import PerformanceRoom
from dovetail.testing.clock import ManualClock
from dovetail.workcalendar.model import Break, Calendar, ShiftPattern, Span

DAYS = frozenset(range(7))
EARLY = Calendar("two-shift", (ShiftPattern("Early", 7 * 60, 11 * 60, DAYS, (Break("Meal", 9 * 60, 9 * 60 + 30),)),))
WHOLE_DAY = Calendar("whole", (ShiftPattern("Day", 0, 24 * 60, DAYS),))


def at(minute: float) -> int:
    return minutes(minute, None)[0]


@dataclass
class Kitchen:
    """The ledger on its fakes, and the boards over it."""

    world: World
    room: PerformanceRoom
    boards: Boards
    clock: ManualClock
    everyone: Scope

    def board(self, equipment_id: int, shift: str = "current"):  # BoardOut, as every test sees
        while self.room.step():
            pass
        return self.boards.board(equipment_id, shift, scope=self.everyone)


@pytest.fixture
def kitchen(sqlite_database: Database, clock: ManualClock, bus: Bus, everyone: Scope) -> Kitchen:
    """Early runs from 07:00 to 11:00 in Prague (06:00 UTC), with a meal at nine; it is 08:30 there."""
    world = World(sqlite_database, calendar_of=EARLY)
    clock.step(at(90) - clock.now_us())
    room = PerformanceRoom(sqlite_database, clock=clock, bus=bus, sources=world.sources())
    return Kitchen(world, room, Boards(room), clock, everyone)


def ran(kitchen: Kitchen) -> None:
    """A run with two stops; a piece a second is the standard rate, and forty a minute were made."""
    kitchen.world.say(
        FILLER,
        records=[
            state(FILLER, at(0), at(30), "Execute"),
            state(FILLER, at(30), at(42), "Held", reason="mechanical/jam"),
            state(FILLER, at(42), at(60), "Execute"),
            state(FILLER, at(60), at(65), "Held"),
            state(FILLER, at(65), None, "Execute"),
        ],
        counts=[counted(FILLER, at(n), at(n + 1), "good", 40) for n in [*range(30), *range(42, 60), *range(65, 90)]],
        jobs=[Job("j1", "cola", at(0), None)],
        moved=(at(0), None),
    )


def test_each_hour_shows_what_was_due_and_what_was_made(kitchen: Kitchen) -> None:
    ran(kitchen)
    board = kitchen.board(FILLER)
    assert board.shift is not None and board.shift.name == "Early"
    rows = [(h.planned, h.target_so_far, h.good, h.provisional) for h in board.hours]
    assert rows == [
        (3600, 3600, 48 * 40, False),
        (3600, 1800, 25 * 40, True),  # half of the hour is over
        (1800, None, None, True),  # the meal takes half of it
        (3600, None, None, True),
    ]
    assert (board.totals.planned, board.totals.target_so_far, board.totals.good) == (12_600, 5400, 73 * 40)
    assert [[(s.reason, s.minutes) for s in hour.stops] for hour in board.hours[:2]] == [
        [("mechanical/jam", 12.0)],
        [(None, 5.0)],
    ]
    first = board.hours[0]
    assert first.availability == pytest.approx(48 / 60)
    assert first.oee == pytest.approx(48 * 40 / 3600)
    assert board.hours[3].oee is None
    assert board.hints == []


SILENT = "NO_DATA"
UNKNOWN = (None, None, 0.0)


@pytest.mark.parametrize("records, pieces, hours, total", [
    # known from, until, as          pieces in       good, difference, covered by the hour         of the shift
    ([(0, None, "Execute")],         range(90),      [(2400, -1200, 1.0), (1200, -600, 1.0)],      (3600, -1800, 1.0)),
    ([(0, None, SILENT)],            (),             [UNKNOWN, UNKNOWN],                           UNKNOWN),
    ([],                             (),             [UNKNOWN, UNKNOWN],                           UNKNOWN),
    ([(60, None, "Execute")],        range(60, 90),  [UNKNOWN, (1200, -600, 1.0)],                 (1200, -600, 1 / 3)),
    ([(45, None, "Execute")],        range(45, 90),  [(600, -300, 0.25), (1200, -600, 1.0)],       (1800, -900, 0.5)),
    ([(0, None, "Held")],            (),             [(0, -3600, 1.0), (0, -1800, 1.0)],           (0, -5400, 1.0)),
    ([(0, None, SILENT)],            (10, 70),       [(40, None, 0.0), (40, None, 0.0)],           (80, None, 0.0)),
])  # fmt: skip
def test_a_number_from_no_data_never_looks_like_a_zero(
    kitchen: Kitchen, records: list[tuple[float, float | None, str]], pieces: range, hours: object, total: object
) -> None:
    said = [state(FILLER, at(begin), None if end is None else at(end), name) for begin, end, name in records]
    made = [counted(FILLER, at(n), at(n + 1), "good", 40) for n in pieces]
    kitchen.world.say(FILLER, records=said, counts=made, moved=(at(0), None))
    board = kitchen.board(FILLER)
    assert [(one.good, one.difference, one.covered) for one in board.hours[:2]] == hours
    assert (board.totals.good, board.totals.difference, board.totals.covered) == total
    assert [(one.good, one.scrap, one.covered) for one in board.hours[2:]] == [(None, None, None)] * 2


@pytest.mark.parametrize("entered, good, scrap, difference", [
    ((),           None, None, None),  # nothing counts, nobody said: no zero, and nobody is behind
    (("good",),    40,   None, -5360),
    (("scrap",),   None, 40,   None),
])  # fmt: skip
def test_pieces_that_nothing_counts_are_not_zero(
    kitchen: Kitchen, entered: tuple[str, ...], good: int | None, scrap: int | None, difference: int | None
) -> None:
    said = [counted(PRESS, at(10), at(11), kind, 40) for kind in entered]
    rate = [Job("j1", "cola", at(-60), None, standard_rate_upm=60.0)]
    kitchen.world.say(
        PRESS, records=[state(PRESS, at(0), None, "Execute")], counts=said, jobs=rate, moved=(at(0), None)
    )
    board = kitchen.board(PRESS)
    totals = board.totals
    assert (totals.good, totals.scrap, totals.rework, totals.difference) == (good, scrap, None, difference)
    assert board.hours[1].good == (None if good is None else 0)
    assert totals.oee is None or entered == ("good",)


def test_a_line_is_known_only_where_its_constraint_and_its_end_are(kitchen: Kitchen) -> None:
    ran(kitchen)
    ends = [counted(CAPPER, at(n), at(n + 1), "good", 10) for n in range(30, 60)]
    silent = [
        state(CAPPER, at(0), at(30), SILENT),
        state(CAPPER, at(30), at(60), "Execute"),
        state(CAPPER, at(60), None, SILENT),
    ]
    kitchen.world.say(CAPPER, records=silent, counts=ends, moved=(at(0), None))
    board = kitchen.board(LINE)
    first, second = board.hours[:2]
    assert (first.good, first.difference, first.covered) == (300, 300 - 1800, 0.5)
    assert (second.good, second.difference, second.covered) == (None, None, 0.0)
    assert (board.totals.good, board.totals.difference, board.totals.covered) == (300, 300 - 1800, 1 / 3)


def test_the_plan_follows_the_rate_of_what_runs(kitchen: Kitchen) -> None:
    kitchen.world.rates["cola", "acme/pack/line1/filler"] = 30.0
    kitchen.world.say(
        FILLER,
        records=[state(FILLER, at(0), None, "Execute")],
        jobs=[Job("j1", "cola", at(0), at(30)), Job("j2", "lemon", at(30), None, standard_rate_upm=90.0)],
        moved=(at(0), None),
    )
    board = kitchen.board(FILLER)
    assert [hour.planned for hour in board.hours] == [30 * 30 + 30 * 90, 60 * 90, 30 * 90, 60 * 90]


def test_a_line_has_the_plan_of_its_constraint_and_the_good_pieces_of_its_end(kitchen: Kitchen) -> None:
    ran(kitchen)
    ends = [counted(CAPPER, at(n), at(n + 1), "good", 10) for n in range(60)]
    kitchen.world.say(CAPPER, records=[state(CAPPER, at(0), None, "Execute")], counts=ends, moved=(at(0), None))
    board = kitchen.board(LINE)
    assert (board.hours[0].planned, board.hours[0].good) == (3600, 600)
    assert board.hours[0].stops[0].reason == "mechanical/jam"


def test_without_a_rate_nothing_is_planned_and_the_board_says_what_is_missing(kitchen: Kitchen) -> None:
    ran(kitchen)
    kitchen.world.plant_model = type(kitchen.world.plant_model)(
        equipment=[
            type(node)(**{name: getattr(node, name) for name in node.__slots__} | {"standard_rate_upm": None})
            for node in kitchen.world.plant_model.equipment.values()
        ]
    )
    board = kitchen.board(FILLER)
    assert [hour.planned for hour in board.hours] == [None] * 4
    assert (board.totals.planned, board.totals.good) == (None, 73 * 40)
    assert board.hints == ["acme/pack/line1/filler: give it, or its product, a standard rate"]


@pytest.mark.parametrize(
    "equipment_id, hint",
    [(BARE_LINE, "name its `constraint`, one of: saw, drill"), (AREA, "a board is kept of a machine or a line")],
)
def test_what_has_no_board_says_why(kitchen: Kitchen, equipment_id: int, hint: str) -> None:
    board = kitchen.board(equipment_id)
    assert board.hours == []
    assert hint in " ".join(board.hints)


def test_between_shifts_the_last_eight_hours_are_shown(kitchen: Kitchen) -> None:
    ran(kitchen)
    kitchen.clock.step(at(250) - kitchen.clock.now_us())  # ten past eleven, local: the shift is over
    board = kitchen.board(FILLER)
    assert (board.shift, len(board.hours)) == (None, 8)
    assert [hour.planned for hour in board.hours][-5:] == [3600, 3600, 1800, 3600, 0]
    yesterday = kitchen.board(FILLER, "two-shift/2026-01-04/Early")
    assert [(hour.good, hour.covered) for hour in yesterday.hours] == [(None, 0.0)] * 4  # no data is not a zero
    assert (yesterday.totals.good, yesterday.totals.difference, yesterday.totals.covered) == (None, None, 0.0)
    with pytest.raises(NotFoundError):
        kitchen.board(FILLER, "two-shift/2026-01-05/Night")


@pytest.mark.parametrize(
    "day, rows, planned",
    [
        ("2026-03-29", 23, 23 * 3600),  # the clock goes forward
        ("2026-06-01", 24, 24 * 3600),
        ("2026-10-25", 25, 25 * 3600),  # and back
    ],
)
def test_a_day_with_a_clock_change_has_a_row_for_each_hour_of_it(
    kitchen: Kitchen, day: str, rows: int, planned: int
) -> None:
    kitchen.world.calendar_of = WHOLE_DAY
    noon_us = from_rfc3339(f"{day}T12:00:00Z")
    kitchen.clock.step(noon_us - kitchen.clock.now_us())
    kitchen.world.say(
        FILLER, records=[state(FILLER, noon_us - 30 * HOUR_US, None, "Execute")], moved=(noon_us - 30 * HOUR_US, None)
    )
    board = kitchen.board(FILLER)
    assert (len(board.hours), board.totals.planned) == (rows, planned)
    assert all(one.end == two.start for one, two in pairwise(board.hours))


# --- its parts --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "zone, begin, end, expected",
    [
        ("UTC", "06:30", "09:00", ["06:30", "07:00", "08:00"]),
        ("Asia/Kolkata", "06:30", "09:00", ["06:30", "07:30", "08:30"]),  # half an hour off: its hours are its own
        ("UTC", "06:00", "06:00", []),
    ],
)
def test_hours_are_those_of_the_clock_on_the_wall(zone: str, begin: str, end: str, expected: list[str]) -> None:
    found = hours(from_rfc3339(f"2026-01-05T{begin}:00Z"), from_rfc3339(f"2026-01-05T{end}:00Z"), ZoneInfo(zone))
    assert [f"{to_datetime(t0):%H:%M}" for t0, _ in found] == expected


def test_hours_of_a_night_in_which_half_an_hour_comes_twice_have_no_hole() -> None:
    zone = ZoneInfo("Australia/Lord_Howe")
    night = datetime(2026, 4, 5, 0, tzinfo=zone)
    begin_us = round(night.timestamp() * 1_000_000)
    found = hours(begin_us, begin_us + 6 * HOUR_US, zone)
    assert all(one[1] == two[0] for one, two in pairwise(found))
    assert all(0 < t1 - t0 <= HOUR_US for t0, t1 in found)
    assert (found[0][0], found[-1][1]) == (begin_us, begin_us + 6 * HOUR_US)


@dataclass(frozen=True)
class Share:
    rate_upm: float | None
    share_ppm: int = 1_000_000


@dataclass(frozen=True)
class Piece:
    t0_us: int
    t1_us: int
    state: str = "Execute"
    cls: str = "APT"
    reason: str | None = None
    shares: tuple[Share, ...] = (Share(60.0),)


def test_two_jobs_at_once_are_due_by_their_shares() -> None:
    both = Piece(0, 1, shares=(Share(60.0, 250_000), Share(20.0, 750_000)))
    assert rate_of(both) == 30.0
    assert rate_of(Piece(0, 1, shares=(Share(60.0, 500_000), Share(None, 500_000)))) is None


def test_where_nothing_ran_yet_the_rate_is_that_of_before() -> None:
    spans = [Span(T0, T0 + 10 * HOUR_US, "BUSY")]
    plan = Plan(spans, [Piece(T0 + HOUR_US, T0 + 2 * HOUR_US, shares=(Share(1.0),))], 60.0)
    assert plan.planned(T0, T0 + HOUR_US) == 60.0  # the first rate there is
    assert plan.planned(T0 + 5 * HOUR_US, T0 + 6 * HOUR_US) == 60.0
    assert Plan(spans, [], 2.0).planned(T0, T0 + HOUR_US) == 120.0
    assert Plan(spans, [], None).planned(T0, T0 + HOUR_US) is None
    assert Plan([], [], None).planned(T0, T0 + HOUR_US) == 0.0  # nothing is planned: nothing is due


def test_the_rows_add_up_to_the_total() -> None:
    parts = [10 / 3] * 7
    assert sum(row or 0 for row in whole(parts)) == round(sum(parts))


def test_what_cost_most_time_comes_first_and_time_without_data_is_not_among_it() -> None:
    def piece(start: int, length: int, cls: str, reason: str | None) -> Piece:
        return Piece(start * MINUTE_US, (start + length) * MINUTE_US, cls=cls, reason=reason)

    pieces = [
        piece(0, 3, "ADET", "a"), piece(3, 9, "NODT", None), piece(12, 2, "AUST", "b"), piece(14, 4, "ADET", None),
        piece(18, 1, "ADOT", "c"), piece(19, 2, "ADET", "b"), piece(21, 30, "APT", None),
    ]  # fmt: skip
    assert [(one.reason, one.minutes) for one in lost(pieces)] == [(None, 4.0), ("b", 4.0), ("a", 3.0)]
