"""The ledger follows what becomes known: only what moved is rewritten, in any order to the same books, and
yesterday's books can still be read."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st
from performance_world import CAPPER, FILLER, LINE, PLANT, SYSTEM, T0, Job, World, counted, minutes, state
from sqlalchemy import func, select, update

from dovetail.books.rollups import rollup_job, rollup_reason, rollup_rows
from dovetail.books.summing import rollups
from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US, HOUR_US, MINUTE_US
from dovetail.core.scope import Scope, system_scope
from dovetail.db.uow import Database
from dovetail.equipment.model import PlantModel
from dovetail.events.performance import LedgerSettled
from dovetail.ledger.columns import STORED_NAMES, add, nothing, sum_slices
from dovetail.ledger.model import Slice
from dovetail.ledger.timeclass import Settings
from dovetail.ledger.tracks import Facts
from dovetail.performance import settling, store
from dovetail.performance.facts import Gathering
from dovetail.performance.service import PerformanceRoom
from dovetail.states.model import CountRecord, StateRecord
from dovetail.states.service import Tail
from dovetail.testing.clock import ManualClock
from dovetail.workcalendar.model import Calendar, ShiftPattern
from shortcuts import examples

DAYS = frozenset(range(7))
TWO_SHIFT = Calendar(
    "two-shift", (ShiftPattern("Early", 6 * 60, 14 * 60, DAYS), ShiftPattern("Late", 14 * 60, 22 * 60, DAYS))
)


def at(minute: float) -> int:
    return minutes(minute, None)[0]


def make(database: Database, clock: ManualClock, bus: Bus) -> tuple[World, PerformanceRoom]:
    world = World(database, calendar_of=TWO_SHIFT)
    return world, PerformanceRoom(database, clock=clock, bus=bus, sources=world.sources())


def held(database: Database, equipment_id: int, *, as_of: int | None = None) -> list[Slice]:
    with database.read() as reading:
        return [piece for _, piece in store.overlapping(reading, equipment_id, 0, 1 << 60, as_of=as_of)]


def rows_ever(database: Database) -> int:
    with database.read() as reading:
        return reading.connection.scalar(select(func.count()).select_from(store.slice_table)) or 0


RECORDS = [
    state(FILLER, at(0), at(20), "Execute"),
    state(FILLER, at(20), at(30), "Held", reason="mechanical/jam"),
    state(FILLER, at(30), None, "Execute"),
]
COUNTS = [counted(FILLER, at(n), at(n + 1), "good", 60) for n in range(20)]


def test_slices_are_held_up_to_the_open_record_and_the_tail_is_derived(
    database: Database, clock: ManualClock, bus: Bus, everyone: Scope
) -> None:
    world, room = make(database, clock, bus)
    heard: list[LedgerSettled] = []
    bus.subscribe(LedgerSettled, heard.append)
    clock.tick(40 * MINUTE_US)
    known = world.say(FILLER, records=RECORDS, counts=COUNTS, moved=(at(0), None))
    assert room.step() == 1
    assert [(piece.state, piece.t1_us) for piece in held(database, FILLER)] == [("Execute", at(20)), ("Held", at(30))]
    assert heard == [LedgerSettled(LINE, at(0), at(30), known), LedgerSettled(FILLER, at(0), at(30), known)]
    shown = room.slices(FILLER, at(10), at(60), scope=everyone)
    assert [(piece.state, piece.t0_us, piece.t1_us) for piece in shown] == [
        ("Execute", at(10), at(20)),  # cut at the question's beginning, with the pieces counted since
        ("Held", at(20), at(30)),
        ("Execute", at(30), at(40)),  # up to now
    ]
    assert [piece.pieces.good for piece in shown] == [600, 0, 0]
    assert room.step() == 0


def test_only_rows_that_differ_are_rewritten(database: Database, clock: ManualClock, bus: Bus) -> None:
    world, room = make(database, clock, bus)
    clock.tick(40 * MINUTE_US)
    world.say(FILLER, records=RECORDS, counts=COUNTS, moved=(at(0), None))
    room.step()
    before = rows_ever(database)
    world.say(FILLER, records=RECORDS, counts=COUNTS, moved=(at(0), None))  # derived again: the same
    room.step()
    assert rows_ever(database) == before
    other = [RECORDS[0], state(FILLER, at(20), at(30), "Held", reason="setup/format"), RECORDS[2]]
    world.say(FILLER, records=other, moved=(at(20), at(30)))
    room.step()
    assert rows_ever(database) == before + 2  # one slice of the filler, one of its line
    assert [piece.cls for piece in held(database, FILLER)] == ["APT", "AUST"]


@pytest.mark.parametrize("minutes_of, transactions, good", [
    # counted in   written        of the ended and the open record
    ((30.5, 32),   1,             [0, 60]),   # that it was dealt with: nothing held can move
    ((30, 32),     2,             [0, 60]),   # at its very beginning: both ledgers are looked at
    ((29, 31),     2,             [0, 60]),   # begun before it: only what produced has made them
])  # fmt: skip
def test_pieces_counted_in_the_open_record_settle_nothing(
    database: Database, clock: ManualClock, bus: Bus, everyone: Scope, minutes_of, transactions, good
) -> None:
    world, room = make(database, clock, bus)
    clock.tick(40 * MINUTE_US)
    world.say(FILLER, records=RECORDS, counts=COUNTS, moved=(at(0), None))
    room.step()
    begin_us, end_us = map(at, minutes_of)
    fresh = counted(FILLER, begin_us, end_us, "good", 60, spread=True)
    said = world.say(FILLER, counts=[*COUNTS, fresh], moved=(begin_us, end_us))
    assert room.step() == 1
    with database.read() as reading:
        assert reading.known_now() - said == transactions
    shown = room.slices(FILLER, at(20), at(60), scope=everyone)
    assert [piece.pieces.good for piece in shown] == good


def test_months_in_which_a_machine_only_went_on_are_not_written_day_by_day(
    database: Database, clock: ManualClock, bus: Bus
) -> None:
    world, room = make(database, clock, bus)
    clock.tick(300 * DAY_US)
    said = world.say(FILLER, records=RECORDS, counts=COUNTS, moved=(at(0), None))
    assert room.step() == 1
    with database.read() as reading:
        assert reading.known_now() - said == 2  # a day of the filler, a day of its line
    assert [piece.t1_us for piece in held(database, LINE)] == [at(20), at(30)]
    end_us = at(30) + 10 * DAY_US  # long ago; what stands since then goes on
    ended = [*RECORDS[:2], state(FILLER, at(30), end_us, "Execute"), state(FILLER, end_us, None, "Held")]
    world.say(FILLER, records=ended, moved=(at(30), None))
    room.step()
    assert max(piece.t1_us for piece in held(database, LINE)) == end_us  # now it ended: all of it is written


@pytest.mark.parametrize("told", ["from its begin", "from its end"])
def test_a_record_of_many_days_costs_each_day_what_a_day_costs(
    sqlite_database: Database, clock: ManualClock, bus: Bus, everyone: Scope, monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    cut, looked_at = settling.cut, list[tuple[int, int]]()

    def counted_cut(facts: Facts, from_us: int, to_us: int, **how: Any) -> list[Slice]:
        made = cut(facts, from_us, to_us, **how)
        looked_at.append((len(made), len(facts.counts)))
        return made

    monkeypatch.setattr(settling, "cut", counted_cut)
    world, room = make(sqlite_database, clock, bus)
    days, end_us = 20, at(60) + 20 * DAY_US
    clock.tick(end_us - at(0) + HOUR_US)
    world.say(FILLER, records=RECORDS, counts=COUNTS, moved=(at(0), None))
    room.step()
    looked_at.clear()
    ended = [*RECORDS[:2], state(FILLER, at(30), end_us, "Execute"), state(FILLER, end_us, None, "Held")]
    pieces = [counted(FILLER, at(60) + n * HOUR_US, at(60) + (n + 1) * HOUR_US, "good", 7) for n in range(24 * days)]
    begin_us = {"from its begin": at(30), "from its end": end_us}[told]
    world.say(FILLER, records=ended, counts=[*COUNTS, *pieces], moved=(begin_us, None))
    room.step()
    assert max(slices for slices, _ in looked_at) <= 2 * 4 + 3  # of the shifts of two days, and what lies beside
    assert sum(counts for _, counts in looked_at) <= 3 * len(pieces)
    now, whole = held(sqlite_database, FILLER), room.gathering.derive
    with sqlite_database.read() as reading:
        lo_us, hi_us, records, counts = room.gathering.close_over(reading, FILLER, at(0), end_us, as_of=None)
        facts = room.gathering.facts(reading, FILLER, (lo_us, hi_us), (records, counts), as_of=None)
        assert [replace(one, known_from=0) for one in now] == cut(facts, lo_us, hi_us, settings=room.gathering.settings)
        for day in (0, 9, days - 1):  # whoever asks of a day in it is told the same
            part = at(35) + day * DAY_US, at(35) + (day + 1) * DAY_US
            same = whole(reading, FILLER, *part)
            assert sum_slices(same) == sum_slices(room.slices(FILLER, *part, scope=everyone))


def three_shifts(from_h: int) -> Calendar:
    begins = [60 * (from_h + 8 * n) for n in range(3)]
    return Calendar("day", tuple(ShiftPattern(str(n), at, at + 480, DAYS) for n, at in enumerate(begins)))


def test_a_record_of_many_days_is_not_gone_through_edge_by_edge_where_all_edges_have_moved(
    sqlite_database: Database, clock: ManualClock, bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, room = make(sqlite_database, clock, bus)
    world.calendar_of = three_shifts(6)
    end_us = at(30) + 30 * DAY_US
    clock.tick(end_us - at(0) + HOUR_US)
    ended = [*RECORDS[:2], state(FILLER, at(30), end_us, "Execute"), state(FILLER, end_us, None, "Held")]
    world.say(FILLER, records=ended, moved=(at(0), None))
    room.step()
    world.calendar_of = three_shifts(5)  # somebody says so of the past: no slice ends where one ended
    looked, close_over = list[int](), Gathering.close_over

    def counted_looks(self: Gathering, reading: Any, equipment_id: int, *period: int, **how: Any) -> Any:
        looked.append(period[1] - period[0])
        return close_over(self, reading, equipment_id, *period, **how)

    monkeypatch.setattr(Gathering, "close_over", counted_looks)
    room.settle(FILLER, at(60), at(120))
    assert len(looked) < 60  # edge by edge it was 162
    with sqlite_database.read() as reading:
        lo_us, hi_us, records, counts = close_over(room.gathering, reading, FILLER, at(0), end_us, as_of=None)
        facts = room.gathering.facts(reading, FILLER, (lo_us, hi_us), (records, counts), as_of=None)
    whole = settling.cut(facts, lo_us, hi_us, settings=room.gathering.settings)
    assert [replace(one, known_from=0) for one in held(sqlite_database, FILLER)] == whole


def test_an_answer_as_of_then_is_what_was_known_then(
    database: Database, clock: ManualClock, bus: Bus, everyone: Scope
) -> None:
    world, room = make(database, clock, bus)
    clock.tick(40 * MINUTE_US)
    first = world.say(FILLER, records=RECORDS, counts=COUNTS, moved=(at(0), None))
    clock.tick(5 * MINUTE_US)
    edited = [RECORDS[0], state(FILLER, at(20), at(30), "Held", reason="setup/format"), RECORDS[2]]
    second = world.say(FILLER, records=edited, jobs=[Job("j1", "cola", at(0), None)], moved=(at(20), at(30)))
    room.step()
    then = room.kpis(FILLER, at(0), at(60), scope=everyone, as_of=first)
    now = room.kpis(FILLER, at(0), at(60), scope=everyone, as_of=second)
    assert (then.until_us, now.until_us) == (at(40), at(45))  # nothing was known of what came later
    assert [piece.reason for piece in held(database, FILLER, as_of=first)] == [None, "mechanical/jam"]
    assert (then.sums["adet_us"], then.sums["aust_us"]) == (10 * MINUTE_US, 0)
    assert (now.sums["adet_us"], now.sums["aust_us"]) == (0, 10 * MINUTE_US)
    assert [piece.product for piece in room.slices(FILLER, at(0), at(40), scope=everyone, as_of=first)] == [None] * 3


def test_a_record_that_opens_earlier_takes_back_what_was_held(database: Database, clock: ManualClock, bus: Bus) -> None:
    world, room = make(database, clock, bus)
    clock.tick(40 * MINUTE_US)
    world.say(FILLER, records=RECORDS, moved=(at(0), None))
    room.step()
    world.say(FILLER, records=[state(FILLER, at(0), None, "Execute")], moved=(at(20), None))  # late: it never stopped
    room.step()
    assert held(database, FILLER) == []


def test_slices_beyond_a_record_that_now_goes_on_are_taken_back(
    database: Database, clock: ManualClock, bus: Bus
) -> None:
    world, room = make(database, clock, bus)
    clock.tick(60 * MINUTE_US)
    edges = [0, 20, 30, 40]
    records = [state(FILLER, at(a), at(b), name) for (a, b), name in zip(pairwise(edges), NAMES, strict=False)]
    world.say(FILLER, records=[*records, state(FILLER, at(40), None, "Idle")], moved=(at(0), None))
    room.step()
    assert len(held(database, FILLER)) == 3
    world.say(FILLER, records=[state(FILLER, at(0), None, "Execute")], moved=(at(0), at(10)))
    room.step()
    assert held(database, FILLER) == []


def test_news_that_begin_at_the_new_record_still_settle_the_one_that_ended(
    database: Database, clock: ManualClock, bus: Bus
) -> None:
    world, room = make(database, clock, bus)
    clock.tick(60 * MINUTE_US)
    world.say(FILLER, records=[state(FILLER, at(0), None, "Execute")], moved=(at(0), None))
    room.step()
    for edges in ([0, 20], [0, 20, 30], [0, 20, 30, 45]):
        names = [*zip(pairwise(edges), NAMES, strict=False)]
        ended = [state(FILLER, at(a), at(b), name) for (a, b), name in names]
        opened = state(FILLER, at(edges[-1]), None, NAMES[len(names)])
        world.say(FILLER, records=[*ended, opened], moved=(at(edges[-1]), None))
        room.step()
        assert [piece.t1_us for piece in held(database, FILLER)] == [at(edge) for edge in edges[1:]]


def test_history_brought_in_below_joins_without_a_hole(database: Database, clock: ManualClock, bus: Bus) -> None:
    world, room = make(database, clock, bus)
    clock.tick(40 * MINUTE_US)
    world.say(FILLER, records=RECORDS[1:], moved=(at(20), None))
    room.step()
    past = [state(FILLER, at(-6000), at(-3000), "Execute"), state(FILLER, at(-3000), at(20), "Idle")]
    world.say(FILLER, records=[*past, *RECORDS[1:]], moved=(at(-6000), at(20)))
    room.step()
    found = held(database, FILLER)
    assert (found[0].t0_us, found[-1].t1_us) == (at(-6000), at(30))
    assert all(one.t1_us == two.t0_us for one, two in pairwise(found))


def test_the_live_state_stands_at_the_end_until_it_is_settled(
    database: Database, clock: ManualClock, bus: Bus, everyone: Scope
) -> None:
    world, room = make(database, clock, bus)
    clock.tick(40 * MINUTE_US)
    world.say(FILLER, records=RECORDS, moved=(at(0), None))
    room.step()
    decided = (state(FILLER, at(30), at(36), "Execute"), state(FILLER, at(36), None, "NO_DATA"))
    told = counted(FILLER, at(30), at(35), "good", 290)
    world.live[FILLER] = Tail(at(36), at(40), decided, (told,))
    tail = room.slices(FILLER, at(30), at(60), scope=everyone)
    assert [(piece.state, piece.t0_us, piece.pieces.good) for piece in tail] == [
        ("Execute", at(30), 290),
        ("NO_DATA", at(36), 0),
    ]
    world.say(FILLER, counts=[*COUNTS, told], moved=(at(30), at(36)))  # recorded by now: not counted twice
    room.step()
    assert room.sums(FILLER, at(30), at(60), scope=everyone)["good"] == 290
    assert held(database, FILLER)[-1].t1_us == at(30)


def test_pieces_at_the_end_of_a_line_count_before_they_are_recorded(
    database: Database, clock: ManualClock, bus: Bus, everyone: Scope
) -> None:
    world, room = make(database, clock, bus)
    clock.tick(40 * MINUTE_US)
    world.say(FILLER, records=RECORDS, moved=(at(0), None))  # the constraint stands since 06:30
    world.say(CAPPER, counts=[counted(CAPPER, at(0), at(28), "good", 280, tag=501)], moved=(at(0), at(28)))
    room.step()
    fresh = counted(CAPPER, at(28), at(35), "good", 70, tag=501)
    world.live[CAPPER] = Tail(at(35), at(40), (), (fresh,))
    assert held(database, LINE)[-1].t1_us == at(30)  # a slice is held in which some of those pieces were made
    live = room.sums(LINE, at(0), at(40), scope=everyone)
    pieces = [piece.pieces.good for piece in room.slices(LINE, at(0), at(40), scope=everyone)]
    assert (live["good"], live["elapsed_us"], sum(pieces)) == (350, 40 * MINUTE_US, 350)
    world.say(CAPPER, counts=[counted(CAPPER, at(0), at(28), "good", 280, tag=501), fresh], moved=(at(28), at(35)))
    room.step()
    assert room.sums(LINE, at(0), at(40), scope=everyone)["good"] == 350


def test_a_new_plant_version_settles_from_where_it_is_valid(database: Database, clock: ManualClock, bus: Bus) -> None:
    world, room = make(database, clock, bus)
    clock.tick(40 * MINUTE_US)
    world.say(FILLER, records=RECORDS, jobs=[Job("j1", "cola", at(0), None)], moved=(at(0), None))
    room.step()
    world.rates["cola", "acme/pack/line1/filler"] = 120.0
    world.apply(at(10))
    room.step()
    assert [piece.rate_upm for piece in held(database, FILLER)] == [120.0, 120.0]  # the fake has one rate for ever


# --- properties ------------------------------------------------------------------------------------------------

NAMES = ["Execute", "Held", "Stopped", "NO_DATA", "Idle"]
QUANTITY = st.integers(-5, 999)


@st.composite
def stories(draw: st.DrawFn) -> list[tuple[list[StateRecord], list[CountRecord], list[Job], int]]:
    """What is known of two days, growing and corrected: each chapter's facts, and from which minute they moved."""
    chapters: list[tuple[list[StateRecord], list[CountRecord], list[Job], int]] = []
    names: list[tuple[int, str]] = [(0, "Idle")]
    counts: list[CountRecord] = []
    jobs: list[Job] = []
    for _ in range(draw(st.integers(1, 6))):
        late = draw(st.integers(0, 300))
        moved = max(0, names[-1][0] - late)
        names = [edge for edge in names if edge[0] <= moved]
        steps = draw(st.lists(st.integers(1, 400), min_size=0, max_size=4))
        for step in steps:
            names.append((names[-1][0] + step, draw(st.sampled_from(NAMES))))
        counts = [count for count in counts if count.t1_us <= at(moved)]
        start, length = draw(st.integers(moved, moved + 200)), draw(st.integers(1, 300))
        begin, end = min(start, names[-1][0]), min(start + length, names[-1][0])
        counted_now = counted(
            FILLER, at(begin), at(end), "good", draw(st.integers(-5, 999)), spread=draw(st.booleans())
        )
        counts = counts + [counted_now] * (begin < end)
        job = Job(f"j{len(chapters)}", "cola", at(draw(st.integers(0, 900))), draw(st.sampled_from([None, at(950)])))
        jobs = [*jobs, job][-2:]
        edges = [*(minute for minute, _ in names), None]
        records = [
            state(FILLER, at(t0), None if t1 is None else at(t1), name)
            for (t0, name), t1 in zip(names, edges[1:], strict=True)
        ]
        chapters.append((records, list(counts), list(jobs), min(moved, begin)))
    return chapters


@budget(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(story=stories(), step_after=st.lists(st.booleans(), min_size=6, max_size=6))
def test_settling_as_it_comes_gives_the_same_books_as_settling_at_once(
    story: list[tuple[list[StateRecord], list[CountRecord], list[Job], int]], step_after: list[bool]
) -> None:
    with TemporaryDirectory() as folder:
        clock, bus = ManualClock(T0 + 48 * HOUR_US), Bus()
        database = Database(f"sqlite:///{Path(folder) / 'records.db'}", clock=clock, bus=bus)
        database.create_for_tests()
        world, room = make(database, clock, bus)
        for (records, counts, jobs, moved), step in zip(story, step_after, strict=False):
            world.say(FILLER, records=records, counts=counts, moved=(at(moved), None))
            world.say(FILLER, jobs=jobs, moved=(T0, None))
            room.step(limit=500 if step else 1)
        while room.step():
            pass
        incremental = held(database, FILLER)
        with database.read() as reading:
            kept = [rollup_rows(reading, FILLER, table) for table in (rollup_job, rollup_reason)]
        with database.write(SYSTEM) as uow:
            for table in (store.slice_job, store.slice_table, rollup_job, rollup_reason):
                uow.connection.execute(table.delete())
        room.settle(FILLER, T0, None)
        assert held(database, FILLER) == incremental
        with database.read() as reading:
            anew = [rollup_rows(reading, FILLER, table) for table in (rollup_job, rollup_reason)]
        assert anew == kept
        summed = add(*(nothing() | row for row in rollups(incremental)[0]))
        assert summed["elapsed_us"] == sum(piece.elapsed_us for piece in incremental)
        assert {name: summed[name] for name in STORED_NAMES} == {
            name: count for name, count in sum_slices(incremental).items() if name in STORED_NAMES
        }
        database.close()


@pytest.mark.parametrize("days", [3, 9])
def test_a_long_period_from_rollups_is_the_sum_of_its_slices(
    sqlite_database: Database, clock: ManualClock, bus: Bus, days: int, everyone: Scope
) -> None:
    world, room = make(sqlite_database, clock, bus)
    edges = range(0, days * 1440, 47)
    names = ["Execute", "Held", "Execute", "Stopped", "NO_DATA"]
    records = [state(FILLER, at(m), at(m + 47), names[n % 5]) for n, m in enumerate(edges)]
    counts = [counted(FILLER, at(m), at(m + 20), "good", 900 + n) for n, m in enumerate(edges)]
    clock.tick(days * 24 * HOUR_US)
    world.say(FILLER, records=records, counts=counts, moved=(at(0), None))
    room.step()
    for begin, end in ((0, days * 1440), (33, days * 1440 - 100), (701, 3000)):
        by_rollup = room.sums(FILLER, at(begin), at(end), scope=everyone)
        assert by_rollup == sum_slices(room.slices(FILLER, at(begin), at(end), scope=everyone))
    known = world.say(FILLER, moved=(at(0), None))
    past = room.sums(FILLER, at(0), at(days * 1440), scope=system_scope(), as_of=known)
    assert past == room.sums(FILLER, at(0), at(days * 1440), scope=everyone)


def test_a_stop_that_turns_out_short_changes_what_was_held_of_its_beginning(
    database: Database, clock: ManualClock, bus: Bus
) -> None:
    world, room = make(database, clock, bus)
    clock.tick(40 * MINUTE_US)
    begun = [
        state(FILLER, at(0), at(20), "Execute"),
        state(FILLER, at(20), at(20.5), "Holding"),
        state(FILLER, at(20.5), None, "Held"),
    ]
    world.say(FILLER, records=begun, moved=(at(0), None))
    room.step()
    assert [(piece.state, piece.short, piece.stops) for piece in held(database, FILLER)] == [
        ("Execute", False, 0),
        ("Holding", False, 1),
    ]
    ended = [*begun[:2], state(FILLER, at(20.5), at(21.5), "Held"), state(FILLER, at(21.5), None, "Execute")]
    world.say(FILLER, records=ended, moved=(at(20.5), None))
    room.step()
    assert [(piece.state, piece.short, piece.stops) for piece in held(database, FILLER)] == [
        ("Execute", False, 0),
        ("Holding", True, 1),
        ("Held", True, 0),
    ]


def test_what_was_cut_before_an_upgrade_is_cut_again_day_by_day_after_a_restart(
    database: Database, clock: ManualClock, bus: Bus, everyone: Scope
) -> None:
    world, room = make(database, clock, bus)
    days = 3
    clock.tick(days * 24 * HOUR_US)
    stops = [
        state(FILLER, at(day * 1440 + 60 * n + part), at(day * 1440 + 60 * n + end), name)
        for day in range(days)
        for n in range(24)
        for part, end, name in ((0, 50, "Execute"), (50, 51, "Held"), (51, 60, "Aborted"))
    ]
    world.say(FILLER, records=[*stops, state(FILLER, at(days * 1440), None, "Execute")], moved=(at(0), None))
    while room.step():
        pass
    wanted = room.sums(FILLER, at(0), at(days * 1440), scope=everyone)
    with database.write(SYSTEM) as uow:  # as an older version left it
        uow.connection.execute(update(store.slice_table).values(stops=0, failures=0, failing=False, short=False))
        uow.connection.execute(update(rollup_job).values(failures=0, busy_mu=0))
        for equipment_id in (LINE, FILLER, 99):  # one is not in the plant any more
            uow.connection.execute(store.slice_recut.insert().values(equipment_id=equipment_id, reached_us=at(0)))
    steps = 0
    while PerformanceRoom(database, clock=clock, bus=bus, sources=world.sources()).step():  # killed after each
        steps += 1
    assert room.sums(FILLER, at(0), at(days * 1440), scope=everyone) == wanted
    assert (wanted["failures"] > 0, steps) == (True, 2 * (days + 1) + 1)


def test_the_sums_of_a_machine_that_was_taken_out_are_made_anew_after_an_upgrade(
    database: Database, clock: ManualClock, bus: Bus
) -> None:
    world, room = make(database, clock, bus)
    clock.tick(3 * DAY_US)
    ran = [state(FILLER, at(0), at(3000), "Execute"), state(FILLER, at(3000), None, "Held")]
    world.say(FILLER, records=ran, moved=(at(0), None))
    while room.step():
        pass

    def summed() -> int | None:
        with database.read() as reading:
            rated = select(func.sum(rollup_job.c.busy_rated_us)).where(rollup_job.c.equipment_id == FILLER)
            return reading.connection.scalar(rated)

    wanted, before = summed(), held(database, FILLER)
    world.plant_model = PlantModel(equipment=[one for one in PLANT.equipment.values() if one.id not in (LINE, FILLER)])
    with database.write(SYSTEM) as uow:  # as an older version left it
        uow.connection.execute(update(rollup_job).values(busy_rated_us=0))
        uow.connection.execute(store.slice_recut.insert().values(equipment_id=FILLER, reached_us=at(0)))
    while PerformanceRoom(database, clock=clock, bus=bus, sources=world.sources()).step():
        pass
    assert wanted
    assert (summed(), held(database, FILLER)) == (wanted, before)


def test_a_change_of_conventions_cuts_again_from_when_it_holds_and_leaves_the_past(
    database: Database, clock: ManualClock, bus: Bus, everyone: Scope
) -> None:
    world = World(database, calendar_of=TWO_SHIFT)
    since: list[int] = []

    def settings(at_us: int) -> Settings:
        return Settings(micro_stop="speed") if since and at_us >= since[0] else Settings()

    room = PerformanceRoom(database, clock=clock, bus=bus, sources=replace(world.sources(), settings=settings))
    clock.tick(120 * MINUTE_US)
    stops = [
        state(FILLER, at(n + t0), at(n + t1), name)
        for n in range(0, 120, 20)
        for t0, t1, name in ((0, 18, "Execute"), (18, 19, "Holding"), (19, 20, "Held"))
    ]
    world.say(FILLER, records=[*stops, state(FILLER, at(120), None, "Execute")], moved=(at(0), None))
    room.step()
    before = held(database, FILLER)
    since.append(at(59))  # between the two records of one short stop
    world.apply(at(59))
    while room.step():
        pass
    after = held(database, FILLER)
    assert [piece for piece in after if piece.t1_us <= at(58)] == [piece for piece in before if piece.t1_us <= at(58)]
    sums = [room.sums(FILLER, *map(at, period), scope=everyone) for period in ((0, 59), (59, 120))]
    assert [one["apt_us"] / MINUTE_US for one in sums] == [54, 61]  # three runs of 18 min; all of the rest
    assert [one["short_stops"] for one in sums] == [3, 3]
    room.settle(FILLER, at(0))  # and cut all at once: the same
    assert held(database, FILLER) == after
    assert room.kpis(FILLER, at(0), at(59), scope=everyone).figures.kpis[0].convention.count("micro_stop: delay") == 1
    assert room.settings.micro_stop == "speed"
