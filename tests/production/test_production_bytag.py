"""What a machine's product and order signals mean as jobs: read off tables, whatever the order in which they arrive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from production_plant import World, restarted, world

from dovetail.core.bus import Bus
from dovetail.core.quality import BAD_NOT_CONNECTED
from dovetail.core.scope import system_scope
from dovetail.db.uow import Database
from dovetail.events.production import JobResponseChanged
from dovetail.operations.operation import execute
from dovetail.production.bytag import Seen, starts
from dovetail.production.operations import CancelJob, EndJob, StartJob
from dovetail.testing.clock import ManualClock
from shortcuts import examples

S = 1_000_000


@pytest.fixture
def plant(sqlite_database: Database, clock: ManualClock, bus: Bus, tmp_path: Path) -> Iterator[World]:
    with world(sqlite_database, clock, bus, folder=tmp_path / "historian") as made:
        yield made


@pytest.fixture
def plant_on_both(database: Database, clock: ManualClock, bus: Bus, tmp_path: Path) -> Iterator[World]:
    with world(database, clock, bus, folder=tmp_path / "historian") as made:
        yield made


@pytest.mark.parametrize("products, orders, expected", [
    #  (second, text) of the product's tag, of the order's tag           jobs: second product order
    ([(0, "cola")], [], ["0 cola -"]),
    ([(0, "cola"), (60, "water")], [], ["0 cola -", "60 water -"]),
    ([(0, "cola"), (30, "cola"), (60, "cola")], [], ["0 cola -"]),                # said again is no change
    ([(0, "cola"), (30, ""), (60, "cola")], [], ["0 cola -"]),                    # the display was blank for a while
    ([(0, "cola"), (30, ""), (60, "water")], [], ["0 cola -", "60 water -"]),
    ([(0, "cola"), (0, "water")], [], ["0 water -"]),                             # the last to arrive at one moment
    ([(0, "cola")], [(0, "1")], ["0 cola 1"]),
    ([(0, "cola")], [(3, "1")], ["0 cola 1"]),                                    # written one after the other
    ([(3, "cola")], [(0, "1")], ["3 cola 1"]),
    ([(0, "cola")], [(0, "1"), (60, "2")], ["0 cola 1", "60 cola 2"]),            # the next order of the same product
    ([(0, "cola"), (61, "water")], [(0, "1"), (60, "2")], ["0 cola 1", "61 water 2"]),
    ([(0, "cola"), (60, "water")], [(0, "1"), (61, "2")], ["0 cola 1", "60 water 2"]),
    ([(0, "cola"), (60, "water")], [(0, "1"), (66, "2")], ["0 cola 1", "60 water 1", "66 water 2"]),
    ([], [(0, "1")], []),                                                         # an order of nothing is no job
])  # fmt: skip
def test_which_jobs_the_signals_start(
    products: list[tuple[int, str]], orders: list[tuple[int, str]], expected: list[str]
) -> None:
    seen = [[(second * S, text) for second, text in samples] for samples in (products, orders)]
    found = starts(seen[0], seen[1], product_before=None, order_before=None)
    assert [f"{job.t0_us // S} {job.product} {job.job_order or '-'}" for job in found] == expected


def test_what_was_held_before_does_not_start_a_job_again() -> None:
    assert starts([(0, "cola")], [], product_before="cola", order_before=None) == []


def test_the_machine_starts_and_ends_its_jobs(plant: World) -> None:
    plant.now(60)
    plant.signal(10, "recipe", "cola")
    plant.step()
    assert plant.jobs("filler") == ["10-… cola"]
    plant.signal(30, "recipe", " water ")
    plant.signal(31, "recipe", "water")
    plant.step()
    assert plant.jobs("filler") == ["10-30 cola", "30-… water"]
    assert plant.jobs("capper") == []


def test_a_lost_link_ends_no_job(plant: World) -> None:
    plant.signal(10, "recipe", "cola")
    plant.signal(20, "recipe", None, quality=BAD_NOT_CONNECTED)
    plant.signal(25, "recipe", "cola")
    plant.step()
    assert plant.jobs("filler") == ["10-… cola"]


def test_an_order_before_its_product_starts_one_job_also_when_read_apart(plant: World) -> None:
    plant.signal(10, "recipe", "cola")
    plant.signal(10, "order", 1)
    plant.step()
    plant.signal(30, "order", 2)
    plant.step()
    assert plant.jobs("filler") == ["10-30 cola 1", "30-… cola 2"]
    plant.signal(30.05, "recipe", "water")
    plant.step()
    assert plant.jobs("filler") == ["10-30.05 cola 1", "30.05-… water 2"]


def test_a_late_sample_puts_its_job_between_the_others(plant_on_both: World) -> None:
    plant = plant_on_both
    plant.signal(10, "recipe", "cola")
    plant.signal(50, "recipe", "cola")
    plant.step()
    assert plant.jobs("filler") == ["10-… cola"]
    plant.signal(30, "recipe", "water")  # waited out an outage in the gateway
    plant.step()
    assert plant.jobs("filler") == ["10-30 cola", "30-50 water", "50-… cola"]
    plant.signal(5, "recipe", "cola")
    plant.step()
    assert plant.jobs("filler") == ["5-30 cola", "30-50 water", "50-… cola"]


def test_a_text_that_no_record_holds_as_it_is_keeps_nobody_from_reading_on(plant_on_both: World) -> None:
    plant = plant_on_both
    plant.signal(10, "recipe", "cola\0left behind")
    plant.signal(20, "recipe", "x" * 500)
    plant.signal(30, "recipe", "water")
    plant.step()
    assert plant.jobs("filler") == ["10-20 cola", f"20-30 {'x' * 400}", "30-… water"]


def test_what_people_did_stays(plant: World) -> None:
    """A person ended the machine's job and ran another; the machine's next change ends that."""
    plant.signal(10, "recipe", "cola")
    plant.step()
    plant.now(20)
    jobs, scope = plant.production.jobs, system_scope()
    with plant.database.read() as reading:
        filler = plant.id("filler")
        (running,) = plant.production.responses(reading, filler, plant.at(15), plant.at(16), scope=scope)
    execute(jobs.end, EndJob(job_response_id=running.id), database=plant.database, scope=scope)
    plant.now(25)
    execute(jobs.start, StartJob(equipment_id=filler, product="water"), database=plant.database, scope=scope)
    plant.signal(26, "recipe", "cola")  # says what it said before: no change
    plant.step()
    assert plant.jobs("filler") == ["10-20 cola", "25-… water"]
    plant.signal(40, "recipe", "juice")
    plant.step()
    assert plant.jobs("filler") == ["10-20 cola", "25-40 water", "40-… juice"]
    plant.signal(12, "recipe", "lemonade")  # late: before what the person ended
    plant.signal(14, "recipe", "cola")
    plant.step()
    assert plant.jobs("filler") == ["10-12 cola", "12-14 lemonade", "14-25 cola", "25-40 water", "40-… juice"]


def test_the_machine_says_what_a_person_has_started_already(plant: World) -> None:
    plant.now(20)
    start = StartJob(equipment_id=plant.id("filler"), product="cola", job_order="PO-1")
    execute(plant.production.jobs.start, start, database=plant.database, scope=system_scope())
    plant.signal(21, "recipe", "cola")
    plant.step()
    assert plant.jobs("filler") == ["20-… cola PO-1"]


def test_a_job_by_tag_cannot_be_cancelled(plant: World) -> None:
    plant.signal(10, "recipe", "cola")
    plant.step()
    with plant.database.read() as reading:
        window = (plant.at(15), plant.at(16))
        (running,) = plant.production.responses(reading, plant.id("filler"), *window, scope=system_scope())
    with pytest.raises(Exception, match="own signal"):
        execute(
            plant.production.jobs.cancel,
            CancelJob(job_response_id=running.id),
            database=plant.database,
            scope=system_scope(),
        )


def test_reading_everything_again_changes_nothing(plant: World, bus: Bus) -> None:
    plant.signal(10, "recipe", "cola")
    plant.signal(30, "recipe", "water")
    plant.step()
    heard: list[JobResponseChanged] = []
    bus.subscribe(JobResponseChanged, heard.append)
    frames = [frame for frame in plant.historian.frames if frame.source == "plc"]
    again = restarted(plant)
    assert again.step(100) >= 0
    plant.historian.put([replace(frame, epoch=2) for frame in frames])  # doubled on their way
    again.step(100)
    assert heard == []
    assert plant.jobs("filler") == ["10-30 cola", "30-… water"]


def test_rows_released_unread_are_made_good_from_the_chunks(plant: World) -> None:
    """The head kept no row for us: the last days are read by time, and what follows from the head again."""
    plant.step()
    plant.now(60)
    plant.signal(10, "recipe", "cola")
    plant.signal(30, "recipe", "water")
    _, last = plant.historian.head_bounds()
    plant.historian.consumer_at("production", last)  # as when a limit forces the head to let go
    plant.historian.seal_once()
    assert plant.historian.head_bounds()[0] == last
    plant.signal(50, "recipe", "juice")
    again = restarted(plant)
    again.step(10)
    assert plant.jobs("filler") == ["10-30 cola", "30-50 water", "50-… juice"]


def test_rows_without_a_job_are_kept_until_a_position_is_written_down(plant: World) -> None:
    plant.signal(10, "recipe", "cola")
    plant.step()
    told = plant.historian.head_bounds()[1]
    plant.signal(20, "recipe", "cola")  # the same again: nothing to write
    plant.step()
    plant.historian.seal_once()
    assert plant.historian.head_bounds()[0] < told + 1


TEXTS = st.sampled_from(["cola", "water", ""])


@settings(max_examples=examples(8), deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 40), TEXTS), min_size=1, max_size=8, unique_by=lambda seen: seen[0]),
    st.lists(st.tuples(st.integers(0, 40), st.integers(1, 3)), max_size=5, unique_by=lambda seen: seen[0]),
    st.randoms(use_true_random=False),
    st.integers(1, 4),
)
def test_late_shuffled_and_chopped_signals_give_the_same_jobs(
    tmp_path_factory: pytest.TempPathFactory,
    products: list[tuple[int, str]],
    orders: list[tuple[int, int]],
    random: object,
    limit: int,
) -> None:
    """Signals 3 s apart and more, so that order and product fall within and outside of what counts as together."""
    signals = [(ts * 0.05, "recipe", text) for ts, text in products]
    signals += [(ts * 0.05, "order", number) for ts, number in orders]
    told: list[list[str]] = []
    for order in (None, random):
        clock, bus = ManualClock(), Bus()
        folder = tmp_path_factory.mktemp("jobs")
        database = Database(f"sqlite:///{folder / 'records.db'}", clock=clock, bus=bus)
        database.create_for_tests()
        with world(database, clock, bus, folder=folder / "historian") as plant:
            clock.tick(3_600 * S)
            told.append(_play(plant, signals, order, limit))
        database.close()
    assert told[0] == told[1]


def _play(plant: World, signals: list[tuple[float, str, object]], random: object, limit: int) -> list[str]:
    ordered = sorted(signals, key=lambda signal: signal[:2])
    getattr(random, "shuffle", lambda _: None)(ordered)
    for minute, name, value in ordered:
        plant.signal(minute + 1, name, value)  # type: ignore[arg-type]
        plant.production.step(limit)
    plant.step()
    return plant.jobs("filler")


@given(
    st.lists(st.tuples(st.integers(0, 100), TEXTS), max_size=10),
    st.lists(st.tuples(st.integers(0, 100), TEXTS), max_size=10),
)
def test_starts_are_in_order_and_each_says_something_new(products: list[Seen], orders: list[Seen]) -> None:
    found = starts(
        sorted((ts * S, text) for ts, text in products),
        sorted((ts * S, text) for ts, text in orders),
        product_before=None,
        order_before=None,
    )
    times = [job.t0_us for job in found]
    assert times == sorted(set(times))
    assert all((a.product, a.job_order) != (b.product, b.job_order) for a, b in pairwise(found))


# --- what people correct -----------------------------------------------------------------------------------------
RAN = ["0-10 cola", "10-… water"]


@pytest.mark.parametrize(
    "verb, said, expected",
    [
        ("amend", {"start": 9, "end": 11, "value": "juice"}, ["0-10 cola", "10-… juice"]),
        ("delete", {"start": 9, "end": 11}, ["0-… cola"]),
        ("amend", {"start": 0, "end": 1, "value": "juice"}, ["0-10 juice", "10-… water"]),
        ("amend", {"start": 9, "end": 11, "quality": "bad"}, ["0-… cola"]),  # what is bad says nothing
    ],
)
def test_jobs_follow_a_corrected_product_and_go_back(
    plant_on_both: World, verb: str, said: dict[str, object], expected: list[str]
) -> None:
    plant = plant_on_both
    plant.now(30)
    for minute, product in ((0, "cola"), (10, "water")):
        plant.signal(minute, "recipe", product)
    plant.step()
    assert plant.jobs("filler") == RAN
    made = plant.correct(verb, "recipe", **said)
    plant.step()
    assert plant.jobs("filler") == expected
    assert plant.jobs("filler", as_of=made.known - 1) == RAN
    plant.take_back(made)
    plant.step()
    assert plant.jobs("filler") == RAN


def test_what_a_person_said_of_a_job_stands_when_its_signal_is_corrected(plant: World) -> None:
    plant.now(30)
    plant.signal(0, "recipe", "cola")
    plant.step()
    with plant.database.read() as reading:
        filler, span = plant.id("filler"), (plant.at(0), plant.at(30))
        (running,) = plant.production.responses(reading, filler, *span, scope=system_scope())
    given = StartJob(equipment_id=filler, product="water", ends=(running.id,))
    execute(plant.production.jobs.start, given, database=plant.database, scope=system_scope())
    plant.correct("amend", "recipe", start=0, end=1, value="juice")
    plant.step()
    assert plant.jobs("filler") == ["0-30 juice", "30-… water"]  # what ran until then was misread, not that it ended


def test_a_correction_that_was_not_heard_before_a_stop_is_heard_after_it(plant: World) -> None:
    plant.now(30)
    for minute, product in ((0, "cola"), (10, "water")):
        plant.signal(minute, "recipe", product)
    plant.step()
    plant.correct("delete", "recipe", start=9, end=11)
    room = restarted(plant)
    while room.step(3):
        pass
    assert plant.jobs("filler") == ["0-… cola"]
