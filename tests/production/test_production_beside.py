"""Jobs beside each other, jobs that ran in the past, and a job that the next crew goes on with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from production_plant import PLANT, World, world

from dovetail.core.bus import Bus
from dovetail.core.clock import to_rfc3339
from dovetail.core.errors import ConflictError, InvalidError
from dovetail.core.scope import system_scope
from dovetail.core.shares import shares
from dovetail.db.uow import Database
from dovetail.events.production import JobResponseChanged
from dovetail.operations.operation import Catalogue, Done, execute
from dovetail.production.model import JobResponse, moved
from dovetail.testing.clock import ManualClock


@pytest.fixture
def plant(database: Database, clock: ManualClock, bus: Bus, tmp_path: Path) -> Iterator[World]:
    with world(database, clock, bus, folder=tmp_path / "historian") as made:
        made.now(100)
        yield made


@pytest.fixture
def plant_on_file(sqlite_database: Database, clock: ManualClock, bus: Bus, tmp_path: Path) -> Iterator[World]:
    with world(sqlite_database, clock, bus, folder=tmp_path / "historian") as made:
        made.now(100)
        yield made


def do(plant: World, name: str, given: Mapping[str, Any]) -> Done[Any]:
    operation = Catalogue(list(plant.production.operations)).find(name)
    return execute(operation, operation.input.model_validate(given), database=plant.database, scope=system_scope())


def start(plant: World, at: float, *, path: str = "capper", until: float | None = None, **more: Any) -> Done[Any]:
    given = {"equipment_id": plant.id(path), "product": "cola", "started_at": to_rfc3339(plant.at(at)), **more}
    return do(plant, "job.start", given if until is None else {**given, "ended_at": to_rfc3339(plant.at(until))})


def undo(plant: World, audit_id: int) -> None:
    Catalogue(list(plant.production.operations)).undo(audit_id, database=plant.database, scope=system_scope())


def test_a_second_job_runs_beside_the_first_where_it_is_asked_for(plant: World) -> None:
    first = start(plant, 10, job_order="PO-1")
    with pytest.raises(ConflictError, match="Capper runs PO-1") as refused:
        start(plant, 20, job_order="PO-2")
    assert refused.value.hint == "end it first, or start `beside` it"
    second = start(plant, 20, job_order="PO-2", product="water", beside=True, share_ppm=250_000)
    assert plant.jobs("capper") == ["10-… cola PO-1", "20-… water PO-2"]
    item = second.output.items[0]
    assert (item.beside, item.share_ppm, first.output.items[0].share_ppm) == (True, 250_000, None)
    do(plant, "job.end", {"job_response_id": first.output.id, "ended_at": to_rfc3339(plant.at(30))})
    with pytest.raises(ConflictError, match="Capper runs PO-2"):
        start(plant, 40)
    undo(plant, second.audit_id)
    assert plant.jobs("capper") == ["10-30 cola PO-1"]


@pytest.mark.parametrize("running, asked, says", [
    ([None, 400_000],   600_000,  "have 400000 of 1000000"),  # nothing would be left for the first
    ([600_000],         500_000,  "have 600000 of 1000000"),
    ([500_000, 500_000], None,    "have 1000000 of 1000000"),
])  # fmt: skip
def test_the_shares_leave_something_for_each(plant_on_file: World, running, asked, says) -> None:
    plant = plant_on_file
    for share in running:
        start(plant, 10, beside=True, share_ppm=share)
    with pytest.raises(InvalidError, match=says):
        start(plant, 20, beside=True, share_ppm=asked)


def test_plant_code_says_how_many_run_beside_each_other(plant: World) -> None:
    first = start(plant, 10)
    with pytest.raises(ConflictError, match="Capper runs cola"):
        start(plant, 15)  # nobody asked for it to run beside
    start(plant, 20, beside=True, job_order="PO-2")
    third = start(plant, 30, beside=True)
    with pytest.raises(ConflictError, match="Capper runs 3 jobs at a time, and so many run already") as refused:
        start(plant, 40, beside=True)
    assert refused.value.code == "jobs-at-once"
    assert str(refused.value.hint).endswith("`job: {at_once: 4}` at acme/line1/capper")
    ended = do(plant, "job.end", {"job_response_id": first.output.id, "ended_at": to_rfc3339(plant.at(50))})
    start(plant, 60, beside=True)
    with pytest.raises(ConflictError, match="so many run already"):
        undo(plant, ended.audit_id)  # the place is taken by now
    fewer = PLANT.replace("job: {at_once: 3}", "job: {at_once: 1}")
    plant.now(200)
    plant.equipment.apply({"plant.yaml": fewer.encode()}, scope=system_scope())
    plant.now(300)
    with pytest.raises(ConflictError, match="runs one job at a time"):
        start(plant, 250, beside=True)
    do(plant, "job.end", {"job_response_id": third.output.id, "ended_at": to_rfc3339(plant.at(70))})
    start(plant, 80, until=90, beside=True)  # as it was then


def test_a_share_counts_only_while_the_jobs_run_together(plant_on_file: World) -> None:
    plant = plant_on_file
    start(plant, 10, until=20, share_ppm=700_000)
    start(plant, 20, until=30, share_ppm=700_000)
    start(plant, 5, until=40, share_ppm=300_000)
    assert plant.jobs("capper") == ["5-40 cola", "10-20 cola", "20-30 cola"]


def test_a_job_that_ran_between_two_others_is_entered_afterwards(plant: World, bus: Bus) -> None:
    start(plant, 10, until=20, job_order="A")
    start(plant, 40, job_order="C")
    heard: list[JobResponseChanged] = []
    bus.subscribe(JobResponseChanged, heard.append)
    start(plant, 20, until=40, job_order="B")
    assert plant.jobs("capper") == ["10-20 cola A", "20-40 cola B", "40-… cola C"]
    assert [(event.from_us, event.to_us) for event in heard] == [(plant.at(20), plant.at(40))]
    with pytest.raises(ConflictError, match=r"ran A \(cola\) from"):
        start(plant, 15, until=18)
    with pytest.raises(InvalidError, match="cannot end before it starts"):
        start(plant, 9, until=9)


def test_the_machines_own_signal_leaves_a_job_beside_it_alone(plant_on_file: World) -> None:
    plant = plant_on_file
    plant.signal(10, "recipe", "cola")
    plant.step()
    start(plant, 20, path="filler", product="water", beside=True)
    plant.signal(30, "recipe", "juice")
    plant.signal(25, "recipe", "beer")  # late
    plant.step()
    assert plant.jobs("filler") == ["10-25 cola", "20-… water", "25-30 beer", "30-… juice"]


def test_what_the_machine_says_it_runs_is_not_held_to_how_many_may_run(plant_on_file: World) -> None:
    plant = plant_on_file
    for minute in (10, 11):
        start(plant, minute, path="filler", product="water", beside=True)
    with pytest.raises(ConflictError, match="2 jobs at a time"):
        start(plant, 20, path="filler", beside=True)
    plant.signal(30, "recipe", "juice")
    plant.step()
    assert plant.jobs("filler") == ["10-… water", "11-… water", "30-… juice"]


def test_the_tags_say_all_that_runs_and_the_rate_at_which_it_comes(plant_on_file: World) -> None:
    plant = plant_on_file
    start(plant, 10, path="filler", standard_rate_upm=80.0)
    start(plant, 20, path="filler", product="water", share_ppm=250_000, standard_rate_upm=40.0)
    plant.step()
    assert plant.says("filler", 15) == ("cola", 80.0)
    assert plant.says("filler", 25) == ("cola,water", 70.0)


def test_the_next_crew_goes_on_with_a_job_and_its_note(plant: World, bus: Bus) -> None:
    begun = start(plant, 10, job_order="PO-1", lot="L7", crew="A", share_ppm=900_000)
    heard: list[JobResponseChanged] = []
    bus.subscribe(JobResponseChanged, heard.append)
    given = {"job_response_id": begun.output.id, "crew": "B", "handed_over_at": to_rfc3339(plant.at(60))}
    done = do(plant, "job.hand_over", {**given, "note": "valve 3 sticks"})
    (item,) = done.output.items
    assert plant.jobs("capper") == ["10-60 cola PO-1", "60-… cola PO-1"]
    assert (item.crew, item.note, item.lot, item.share_ppm, item.follows, item.run_id) == (
        "B", "valve 3 sticks", "L7", 900_000, begun.output.id, begun.output.id,
    )  # fmt: skip
    assert {(event.from_us, event.to_us) for event in heard} == {(plant.at(60), None)}
    with pytest.raises(ConflictError, match="ended already"):
        do(plant, "job.hand_over", given)
    undo(plant, done.audit_id)
    assert plant.jobs("capper") == ["10-… cola PO-1"]
    assert plant.jobs("capper", as_of=done.known) == ["10-60 cola PO-1", "60-… cola PO-1"]


def test_a_line_is_handed_over_at_once_and_taken_back_after_its_end(plant: World) -> None:
    begun = start(plant, 10, path="line1", crew="A")
    at = {"handed_over_at": to_rfc3339(plant.at(60))}
    done = do(plant, "job.hand_over", {"job_response_id": begun.output.id, "note": "all well", **at})
    assert [(item.crew, item.note) for item in done.output.items] == [("A", "all well")] * 2
    do(plant, "job.end", {"job_response_id": begun.output.id, "ended_at": to_rfc3339(plant.at(80))})
    assert plant.jobs("filler") == ["10-60 cola", "60-80 cola"]
    undo(plant, done.audit_id)
    assert plant.jobs("filler") == plant.jobs("capper") == ["10-80 cola"]


def test_a_hand_over_says_something(plant_on_file: World) -> None:
    begun = start(plant_on_file, 10)
    with pytest.raises(InvalidError, match="leave them a note"):
        do(plant_on_file, "job.hand_over", {"job_response_id": begun.output.id})
    with pytest.raises(InvalidError, match="was not handed over"):
        do(plant_on_file, "job.take_back_hand_over", {"job_response_ids": [begun.output.id]})


JOB = JobResponse("j", 5, None, "cola", None, 10, 20, None, None, 1, None, "j", 5, "person", "person")
OPEN = replace(JOB, t1_us=None, ended_by=None)


@pytest.mark.parametrize("before, after, period", [
    (None,  JOB,                            (10, 20)),
    (None,  OPEN,                           (10, None)),
    (OPEN,  JOB,                            (20, None)),  # it ended
    (JOB,   OPEN,                           (20, None)),  # it did not
    (JOB,   replace(JOB, t1_us=15),         (15, 20)),
    (JOB,   replace(JOB, known_from=9),     (20, 20)),    # nothing changed
    (JOB,   replace(JOB, product="water"),  (10, 20)),
    (JOB,   replace(OPEN, t0_us=12),        (10, None)),
    (JOB,   None,                           (10, 20)),
])  # fmt: skip
def test_what_of_the_time_another_job_response_changes(before, after, period) -> None:
    assert moved(before, after) == period


@pytest.mark.parametrize("given, expected", [
    ([None],                        [1_000_000]),
    ([None, None, None],            [333_334, 333_333, 333_333]),
    ([250_000, None],               [250_000, 750_000]),
    ([250_000, None, None],         [250_000, 375_000, 375_000]),
    ([250_000, 250_000],            [500_000, 500_000]),
    ([1, 2],                        [333_333, 666_667]),
    ([1_000_000],                   [1_000_000]),
    ([40_000],                      [1_000_000]),  # the others have ended
    ([1_000_000, None],             [999_998, 2]),  # refused at the start; here nobody is forgotten
])  # fmt: skip
def test_shares_come_to_the_whole(given, expected) -> None:
    assert shares(given) == expected
    assert sum(expected) == 1_000_000
