"""What cost most over a long time: the sums of whole shifts answer as every slice does, whatever was known when."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st
from performance_world import CAPPER, FILLER, LINE, SYSTEM, T0, Job, World, minutes, state

from dovetail.books.rollups import rollup_reason
from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US, HOUR_US, MINUTE_US
from dovetail.core.scope import system_scope
from dovetail.db.uow import Database
from dovetail.ledger.losing import beginnings
from dovetail.losses.model import Bar, By, Wanted, bars, lost_of
from dovetail.losses.service import Asked, LossesRoom
from dovetail.performance.service import PerformanceRoom
from dovetail.performance.store import slice_recut
from dovetail.testing.clock import ManualClock
from dovetail.workcalendar.model import Calendar, ShiftPattern
from shortcuts import examples

ALL = system_scope("test")
JAM, WASH, CLEAN = "mechanical/jam", "setup/wash", "planned/clean"
REASONS = (None, JAM, JAM, WASH, CLEAN, "mechanical")
BYS: tuple[By, ...] = ("reason", "product", "shift", "crew", "equipment")
EVERY = frozenset(range(7))
# between 20:00 and 04:00 no shift; the night of a day and its noon lie in one bucket with a shift between them
SHIFTS = Calendar(
    "gaps", (ShiftPattern("Early", 4 * 60, 12 * 60, EVERY), ShiftPattern("Late", 12 * 60, 20 * 60, EVERY))
)
# the capper goes by hours of its own, under one name that both have
OTHER = Calendar(
    "own", (ShiftPattern("Early", 6 * 60 + 30, 17 * 60, EVERY), ShiftPattern("Night", 21 * 60, 3 * 60, EVERY))
)
STORY_MIN = 6 * 24 * 60


def at(minute: float) -> int:
    return minutes(minute, None)[0]


def lived(world: World, room: PerformanceRoom, chance: random.Random) -> None:
    """Six days of two machines: runs, stops, hours without data, jobs of two crews, some side by side."""
    for unit in (FILLER, CAPPER):
        edges = sorted({0, *chance.sample(range(10, STORY_MIN), chance.randint(5, 60))})
        names = [chance.choice(("Execute", "Held", "Held", "Stopped", "NO_DATA", "BLOCKED")) for _ in edges]
        records = [
            state(unit, at(t0), None if t1 is None else at(t1), name, reason=chance.choice(REASONS))
            for (t0, t1), name in zip(pairwise([*edges, None]), names, strict=True)
        ]
        cuts = sorted({0, *chance.sample(range(10, STORY_MIN), 4)})
        jobs = [
            Job(f"{unit}-{n}", chance.choice(("cola", "water", None)), at(t0), at(t1), chance.choice((60.0, None)),
                chance.choice(("red", "blue")))
            for n, (t0, t1) in enumerate(pairwise([*cuts, STORY_MIN]))
        ]  # fmt: skip
        begin = chance.randrange(STORY_MIN - 600)
        jobs.append(Job(f"{unit}-beside", "juice", at(begin), at(begin + 500), 30.0, "red"))
        world.say(unit, records=records, jobs=jobs, moved=(at(0), None))
        while room.step():
            pass


@contextmanager
def plant() -> Iterator[tuple[World, PerformanceRoom]]:
    with TemporaryDirectory() as folder:
        clock, bus = ManualClock(T0 + STORY_MIN * MINUTE_US + HOUR_US), Bus()
        database = Database(f"sqlite:///{Path(folder) / 'records.db'}", clock=clock, bus=bus)
        database.create_for_tests()
        world = World(database, calendar_of=SHIFTS, calendars={CAPPER: OTHER})
        yield world, PerformanceRoom(database, clock=clock, bus=bus, sources=world.sources())
        database.close()


def slice_by_slice(room: PerformanceRoom, asked: Asked, by: By) -> list[Bar]:
    """What each slice of the period says."""
    told = [
        one
        for unit in (FILLER, CAPPER)
        for one in lost_of(
            beginnings(room.slices(unit, asked.from_us, asked.to_us, scope=ALL, as_of=asked.as_of)),
            planned=asked.planned,
        )
    ]
    return bars((one for one in told if asked.wanted.fits(one)), by, "minutes")


def check(room: PerformanceRoom, asked: Asked, known: int) -> None:
    """Sums of shifts, slices in SQL, slices one by one and the list of stretches: one answer."""
    losses = LossesRoom(room)
    for by in BYS:
        wanted = slice_by_slice(room, asked, by)
        now = losses.pareto(asked, by=by, measure="minutes", scope=ALL)
        then = losses.pareto(replace(asked, as_of=known), by=by, measure="minutes", scope=ALL)
        assert (now.bars, then.bars, then.times) == (wanted, wanted, now.times)
    first = losses.losses(asked, scope=ALL, limit=7)
    rest = losses.losses(asked, scope=ALL, after=first.next, limit=10_000) if first.next else first
    pages = [*first.items, *(rest.items if first.next else [])]
    assert bars(pages, "equipment", "minutes") == slice_by_slice(room, asked, "equipment")
    assert [one.t0_us for one in pages] == sorted(one.t0_us for one in pages)


WANTED = st.builds(
    Wanted,
    reason=st.sampled_from([None, None, JAM, "mechanical", "-"]),
    product=st.sampled_from([None, None, "cola", "juice", "-"]),
    shift=st.sampled_from([None, None, "Early", "-"]),
    crew=st.sampled_from([None, None, "red", "-"]),
    equipment=st.sampled_from([None, None, FILLER]),
)


@budget(max_examples=examples(16), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 1 << 32),
    periods=st.lists(st.tuples(st.integers(-100, 2000), st.integers(2900, 7200), WANTED, st.booleans()), min_size=2),
)
def test_the_sums_of_shifts_say_what_every_slice_says(seed: int, periods: list[tuple[int, int, Wanted, bool]]) -> None:
    with plant() as (world, room):
        lived(world, room, random.Random(seed))
        with room.database.read() as reading:
            known = reading.known_now()
        for start, lasts, wanted, planned in periods[:4]:
            check(room, Asked(LINE, at(start), at(start + lasts), wanted, planned), known)


@pytest.fixture
def story(database: Database, clock: ManualClock, bus: Bus) -> tuple[World, PerformanceRoom]:
    """One of the stories, on either store."""
    clock.step(at(STORY_MIN) + HOUR_US - clock.now_us())
    world = World(database, calendar_of=SHIFTS)
    room = PerformanceRoom(database, clock=clock, bus=bus, sources=world.sources())
    lived(world, room, random.Random(11))
    return world, room


def test_on_either_store_and_as_it_was_known(story: tuple[World, PerformanceRoom]) -> None:
    world, room = story
    with room.database.read() as reading:
        known = reading.known_now()
    week = Asked(LINE, at(0), at(STORY_MIN), Wanted())
    for asked in (week, replace(week, from_us=at(700), wanted=Wanted(crew="red")), replace(week, planned=True)):
        check(room, asked, known)
    before = slice_by_slice(room, week, "reason")
    world.say(FILLER, records=[state(FILLER, at(0), None, "Held", reason=WASH)], moved=(at(0), None))
    while room.step():
        pass
    losses = LossesRoom(room)
    assert losses.pareto(replace(week, as_of=known), by="reason", measure="minutes", scope=ALL).bars == before
    now = losses.pareto(week, by="reason", measure="minutes", scope=ALL)
    assert now.bars == slice_by_slice(room, week, "reason") != before


def test_a_stop_over_a_shifts_end_begins_again_when_its_first_half_gets_another_reason(
    database: Database, clock: ManualClock, bus: Bus
) -> None:
    clock.step(at(STORY_MIN) - clock.now_us())
    world = World(database, calendar_of=SHIFTS)
    room = PerformanceRoom(database, clock=clock, bus=bus, sources=world.sources())
    edge = 6 * 60  # 12:00 UTC: noon in the plant is 11:00 UTC, five hours after T0
    over = [
        state(FILLER, at(0), at(edge - 90), "Execute"),
        state(FILLER, at(edge - 90), at(edge - 60), "Held", reason=JAM),
        state(FILLER, at(edge - 60), at(edge), "Held", reason=JAM),
        state(FILLER, at(edge), None, "Execute"),
    ]
    period = Asked(FILLER, at(0), at(4 * 24 * 60), Wanted())

    def told() -> list[tuple[str | int | None, int]]:
        found = LossesRoom(room).pareto(period, by="shift", measure="minutes", scope=ALL)
        return sorted((str(bar.key), bar.stops) for bar in found.bars)

    world.say(FILLER, records=over, moved=(at(0), None))
    while room.step():
        pass
    assert told() == [("Early", 1), ("Late", 0)]
    world.say(
        FILLER,
        records=[*over[:1], replace(over[1], reason=WASH), *over[2:]],
        moved=(at(edge - 90), at(edge - 60)),
    )
    while room.step():
        pass
    assert told() == [("Early", 1), ("Late", 1)]


def test_while_an_upgrade_sums_anew_the_slices_answer(story: tuple[World, PerformanceRoom]) -> None:
    _, room = story
    with room.database.write(SYSTEM) as uow:  # as an older version left it
        uow.connection.execute(rollup_reason.update().values(begun=0, theoretical_mu=0, rated_us=0))
        uow.connection.execute(slice_recut.insert().values(equipment_id=FILLER, reached_us=at(0)))
        uow.connection.execute(slice_recut.insert().values(equipment_id=CAPPER, reached_us=at(0)))
    week = Asked(LINE, at(0), at(STORY_MIN), Wanted())
    fresh = PerformanceRoom(room.database, clock=room.clock, bus=Bus(), sources=room.sources)
    wanted = slice_by_slice(room, week, "product")
    assert LossesRoom(fresh).pareto(week, by="product", measure="minutes", scope=ALL).bars == wanted
    while fresh.step():
        pass
    assert LossesRoom(fresh).pareto(week, by="product", measure="minutes", scope=ALL).bars == wanted


def test_a_long_past_is_read_machine_by_machine_and_says_how_far_it_is(
    sqlite_database: Database, clock: ManualClock, bus: Bus
) -> None:
    told: list[int] = []

    @contextmanager
    def watching(total: int) -> Iterator[Callable[[int], None]]:
        told.append(total)
        yield told.append

    room = PerformanceRoom(sqlite_database, clock=clock, bus=bus, sources=World(sqlite_database).sources())
    losses = LossesRoom(room, watching=watching)
    year = Asked(LINE, clock.now_us() - 365 * DAY_US, clock.now_us(), Wanted(), as_of=0)
    losses.pareto(year, by="reason", measure="minutes", scope=ALL)
    assert told == [2, 1, 2]
