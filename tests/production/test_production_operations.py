"""People start and end jobs, make mistakes and take them back; who may not, sees nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from production_plant import World, world

from dovetail.core.bus import Bus
from dovetail.core.clock import to_rfc3339
from dovetail.core.errors import ConflictError, InvalidError, NotFoundError, RefusedError
from dovetail.core.scope import Actor, Scope, system_scope
from dovetail.db.uow import Database
from dovetail.events.production import JobResponseChanged
from dovetail.operations.operation import Catalogue, Done, execute
from dovetail.production.operations import CancelJob, EndJob, JobRun, ReopenJob, StartJob
from dovetail.testing.clock import ManualClock


@pytest.fixture
def plant(database: Database, clock: ManualClock, bus: Bus, tmp_path: Path) -> Iterator[World]:
    with world(database, clock, bus, folder=tmp_path / "historian") as made:
        yield made


@pytest.fixture
def plant_on_file(sqlite_database: Database, clock: ManualClock, bus: Bus, tmp_path: Path) -> Iterator[World]:
    """On SQLite only: for what the stores have no part in."""
    with world(sqlite_database, clock, bus, folder=tmp_path / "historian") as made:
        yield made


def start(
    plant: World, path: str = "capper", *, at: float | None = None, key: str | None = None, **more: object
) -> Done[JobRun]:
    given = {"equipment_id": plant.id(path), "product": "cola", **more}
    if at is not None:
        given["started_at"] = to_rfc3339(plant.at(at))
    operation = plant.production.jobs.start
    return execute(
        operation, StartJob.model_validate(given), database=plant.database, scope=system_scope(), idempotency_key=key
    )


def end(plant: World, job_response_id: str, *, at: float | None = None) -> Done[JobRun]:
    given = EndJob(job_response_id=job_response_id, ended_at=None if at is None else to_rfc3339(plant.at(at)))
    return execute(plant.production.jobs.end, given, database=plant.database, scope=system_scope())


def undo(plant: World, audit_id: int) -> None:
    catalogue = Catalogue(list(plant.production.operations))
    catalogue.undo(audit_id, database=plant.database, scope=system_scope())


def test_a_job_runs_from_its_start_to_its_end(plant: World, bus: Bus) -> None:
    heard: list[JobResponseChanged] = []
    bus.subscribe(JobResponseChanged, heard.append)
    plant.now(10)
    begun = start(plant, job_order="PO-1", lot="L7", standard_rate_upm=95.0)
    assert plant.jobs("capper") == ["10-… cola PO-1"]
    plant.now(40)
    ended = end(plant, begun.output.id)
    assert plant.jobs("capper") == ["10-40 cola PO-1"]
    assert plant.jobs("capper", as_of=begun.known) == ["10-… cola PO-1"]
    capper, job = plant.id("capper"), begun.output.id
    assert heard == [
        JobResponseChanged(capper, job, plant.at(10), begun.known),
        JobResponseChanged(capper, job, plant.at(40), ended.known),
    ]
    assert (ended.output.items[0].lot, ended.output.items[0].standard_rate_upm) == ("L7", 95.0)


@pytest.mark.parametrize("path, before", [("capper", ["10-… cola"]), ("line1", ["10-… cola", "10-… cola"])])
def test_a_change_of_jobs_is_one_act_and_taken_back_as_one(plant: World, path: str, before: list[str]) -> None:
    plant.now(10)
    first = start(plant, path)
    plant.now(40)
    changed = start(plant, path, product="water", at=40, ends=(first.output.id,))
    assert sorted(plant.jobs(path)) == sorted(
        [*(job.replace("…", "40") for job in before), *("40-… water" for _ in before)]
    )
    assert {job.product for job in changed.output.ended} == {"cola"}
    undo(plant, changed.audit_id)
    assert plant.jobs(path) == before


@pytest.mark.parametrize(
    "wrong, code", [({"product": "colla"}, "product-unknown"), ({"ends_at": "filler"}, "not-found")]
)
def test_a_refused_change_of_jobs_leaves_what_runs(plant: World, wrong: dict[str, str], code: str) -> None:
    plant.now(10)
    own, elsewhere = start(plant), start(plant, "filler")
    plant.now(40)
    named = {"capper": own, "filler": elsewhere}[wrong.get("ends_at", "capper")].output.id
    given = {"product": wrong.get("product", "water"), "ends": (named,)}
    with pytest.raises((InvalidError, NotFoundError)) as refused:
        start(plant, at=40, **given)
    assert refused.value.code == code
    assert (plant.jobs("capper"), plant.jobs("filler")) == (["10-… cola"], ["10-… cola"])


def test_what_ended_meanwhile_does_not_hinder_the_next_job(plant: World) -> None:
    plant.now(10)
    first = start(plant)
    plant.now(30)
    end(plant, first.output.id)
    plant.now(40)
    start(plant, product="water", at=40, ends=(first.output.id,))
    assert plant.jobs("capper") == ["10-30 cola", "40-… water"]


def test_a_job_on_a_line_is_one_on_each_of_its_work_units(plant: World) -> None:
    plant.now(10)
    begun = start(plant, "line1", job_order="PO-1")
    assert plant.jobs("filler") == plant.jobs("capper") == ["10-… cola PO-1"]
    assert plant.jobs("line1") == ["10-… cola PO-1", "10-… cola PO-1"]
    assert len({job.id for job in begun.output.items} | {begun.output.id}) == 3
    plant.now(20)
    end(plant, begun.output.items[0].id)  # the filler has nothing left to fill
    plant.now(30)
    rest = end(plant, begun.output.id)
    assert sorted(plant.jobs("line1")) == ["10-20 cola PO-1", "10-30 cola PO-1"]
    undo(plant, rest.audit_id)  # only what this end ended
    assert sorted(plant.jobs("line1")) == ["10-20 cola PO-1", "10-… cola PO-1"]


def test_a_start_on_a_line_is_all_or_nothing(plant: World) -> None:
    plant.now(10)
    start(plant, "capper")
    with pytest.raises(ConflictError, match="Capper runs cola since"):
        start(plant, "line1")
    assert plant.jobs("filler") == []


def test_starts_and_ends_can_be_taken_back(plant: World) -> None:
    plant.now(10)
    begun = start(plant)
    plant.now(40)
    ended = end(plant, begun.output.id)
    undo(plant, ended.audit_id)
    assert plant.jobs("capper") == ["10-… cola"]
    undo(plant, begun.audit_id)
    assert plant.jobs("capper") == []
    assert plant.jobs("capper", as_of=ended.known) == ["10-40 cola"]  # what was known stays


def test_an_end_cannot_be_taken_back_once_another_job_has_begun(plant: World) -> None:
    plant.now(10)
    first = start(plant)
    plant.now(20)
    ended = end(plant, first.output.id)
    start(plant, product="water")
    with pytest.raises(ConflictError, match="Capper runs water since"):
        undo(plant, ended.audit_id)
    reopen = ReopenJob(job_response_ids=(plant_running(plant),))
    with pytest.raises(ConflictError, match="still runs"):
        execute(plant.production.jobs.reopen, reopen, database=plant.database, scope=system_scope())


def plant_running(plant: World) -> str:
    with plant.database.read() as reading:
        now = plant.clock.now_us()
        jobs = plant.production.responses(reading, plant.id("capper"), now, now + 1, scope=system_scope())
    return jobs[0].id


@pytest.mark.parametrize("at, begins", [
    #  the capper ran cola from 10 to 20 and runs water since 30
    (5, "Capper ran cola from"),
    (15, "Capper ran cola from"),
    (20, "Capper runs water since"),
    (35, "Capper runs water since"),
])  # fmt: skip
def test_two_jobs_never_run_at_once_on_one_work_unit(plant_on_file: World, at: float, begins: str) -> None:
    plant = plant_on_file
    plant.now(10)
    first = start(plant)
    plant.now(20)
    end(plant, first.output.id)
    plant.now(30)
    start(plant, product="water")
    plant.now(40)
    with pytest.raises(ConflictError, match=begins):
        start(plant, at=at)


@pytest.mark.parametrize("given, code, pointer", [
    ({"at": 50}, "time-in-future", "/started_at"),
    ({"started_at": "yesterday"}, "time-format", "/started_at"),
    ({"started_at": "2026-01-05T06:00:00"}, "time-without-zone", "/started_at"),
    ({"product": "coal"}, "product-unknown", "/product"),
])  # fmt: skip
def test_what_makes_no_sense_is_refused_at_its_field(
    plant_on_file: World, given: dict[str, object], code: str, pointer: str
) -> None:
    plant = plant_on_file
    plant.now(40)
    with pytest.raises(InvalidError) as refused:
        start(plant, **given)  # type: ignore[arg-type]
    assert (refused.value.code, refused.value.pointer) == (code, pointer)
    assert plant.jobs("capper") == []


def test_a_mistyped_product_is_guessed(plant_on_file: World) -> None:
    plant = plant_on_file
    with pytest.raises(InvalidError) as refused:
        start(plant, product="watter")
    assert refused.value.hint == "did you mean water?"


def test_jobs_run_on_work_units_and_lines_only(plant_on_file: World) -> None:
    plant = plant_on_file
    enterprise = plant.equipment.plant().by_path("acme").id
    with pytest.raises(InvalidError, match="acme is of level Enterprise"):
        start(plant, equipment_id=enterprise)
    with pytest.raises(NotFoundError):
        start(plant, equipment_id=999)


@pytest.mark.parametrize(
    "at, code", [(10, "job-ends-before-start"), (5, "job-ends-before-start"), (50, "time-in-future")]
)
def test_a_job_ends_after_its_start_and_not_in_the_future(plant_on_file: World, at: float, code: str) -> None:
    plant = plant_on_file
    plant.now(10)
    begun = start(plant)
    plant.now(40)
    with pytest.raises(InvalidError) as refused:
        end(plant, begun.output.id, at=at)
    assert (refused.value.code, refused.value.pointer) == (code, "/ended_at")


def test_a_job_ends_once(plant: World) -> None:
    plant.now(10)
    begun = start(plant)
    plant.now(20)
    end(plant, begun.output.id)
    with pytest.raises(ConflictError, match="ended already"):
        end(plant, begun.output.id)


def test_a_repeated_start_answers_as_the_first_did(plant: World) -> None:
    plant.now(10)
    first = start(plant, key="tap-1")
    assert start(plant, key="tap-1") == first
    assert plant.jobs("capper") == ["10-… cola"]


@pytest.mark.parametrize("may, error", [
    #  permissions at the capper; the job runs on the filler
    ({}, NotFoundError),
    ({"plant.view": {"capper"}, "job.operate": {"capper"}}, NotFoundError),
    ({"plant.view": {"filler"}, "job.operate": {"capper"}}, RefusedError),
])  # fmt: skip
def test_who_may_not_operate_here_changes_nothing(
    plant_on_file: World, may: dict[str, set[str]], error: type[RefusedError]
) -> None:
    plant = plant_on_file
    plant.now(10)
    begun = start(plant, "filler")
    at = {permission: frozenset(plant.id(path) for path in paths) for permission, paths in may.items()}
    eve = Scope(actor=Actor(id="p1", name="Eve"), at=at)
    plant.now(20)
    jobs = plant.production.jobs
    for operation, given in (
        (jobs.start, StartJob(equipment_id=plant.id("filler"), product="cola")),
        (jobs.end, EndJob(job_response_id=begun.output.id)),
        (jobs.cancel, CancelJob(job_response_id=begun.output.id)),
    ):
        with pytest.raises(error) as refused:
            execute(operation, given, database=plant.database, scope=eve)
        assert type(refused.value) is error
    assert plant.jobs("filler") == ["10-… cola"]


def test_a_job_that_is_not_there_looks_like_one_out_of_scope(plant: World) -> None:
    begun = start(plant, "filler")
    eve = Scope(actor=Actor(id="p1", name="Eve"), at={"plant.view": frozenset({plant.id("capper")})})
    said: list[str] = []
    for job in (begun.output.id, "no-such-job"):
        with pytest.raises(NotFoundError) as refused:
            execute(plant.production.jobs.end, EndJob(job_response_id=job), database=plant.database, scope=eve)
        said.append(refused.value.message)
    assert said[0] == said[1]


def test_queries_answer_within_the_scope(plant: World) -> None:
    plant.now(10)
    start(plant, "line1")
    sees = frozenset({plant.id("line1"), plant.id("capper")})
    ada = Scope(actor=Actor(id="p2", name="Ada"), at={"plant.view": sees})
    with plant.database.read() as reading:
        window = (plant.at(0), plant.at(60))
        found = plant.production.responses(reading, plant.id("line1"), *window, scope=ada)
        assert [job.equipment_id for job in found] == [plant.id("capper")]
        with pytest.raises(NotFoundError):
            plant.production.responses(reading, plant.id("filler"), *window, scope=ada)
