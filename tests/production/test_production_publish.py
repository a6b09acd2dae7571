"""What runs is said on the work unit's own tags, also after a correction, a crash or a new standard rate."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from production_plant import PLANT, World, restarted, world

from dovetail.core.bus import Bus
from dovetail.core.errors import LinkError
from dovetail.core.quality import BAD_CONFIG
from dovetail.core.scope import system_scope
from dovetail.db.uow import Database
from dovetail.operations.operation import Catalogue, Done, execute
from dovetail.production.operations import EndJob, JobRun, StartJob
from dovetail.testing.clock import ManualClock


@pytest.fixture
def plant(sqlite_database: Database, clock: ManualClock, bus: Bus, tmp_path: Path) -> Iterator[World]:
    with world(sqlite_database, clock, bus, folder=tmp_path / "historian") as made:
        yield made


@pytest.fixture
def plant_on_both(database: Database, clock: ManualClock, bus: Bus, tmp_path: Path) -> Iterator[World]:
    with world(database, clock, bus, folder=tmp_path / "historian") as made:
        yield made


def start(plant: World, path: str, product: str, **more: object) -> Done[JobRun]:
    given = StartJob.model_validate({"equipment_id": plant.id(path), "product": product, **more})
    return execute(plant.production.jobs.start, given, database=plant.database, scope=system_scope())


def end(plant: World, job_response_id: str) -> None:
    given = EndJob(job_response_id=job_response_id)
    execute(plant.production.jobs.end, given, database=plant.database, scope=system_scope())


@pytest.mark.parametrize("path, product, own, expected", [
    ("filler", "cola", 95.0, 95.0),     # the job's own rate
    ("filler", "cola", None, 100.0),    # product × equipment
    ("capper", "cola", None, 90.0),     # product × its line
    ("filler", "water", None, 80.0),    # the equipment's
    ("capper", "water", None, None),    # nobody has said one
])  # fmt: skip
def test_which_rate_counts(plant: World, path: str, product: str, own: float | None, expected: float | None) -> None:
    plant.now(10)
    start(plant, path, product, standard_rate_upm=own)
    plant.step()
    assert plant.says(path, 10) == (product, expected)
    with plant.database.read() as reading:
        window = (plant.at(10), plant.at(11))
        (job,) = plant.production.responses(reading, plant.id(path), *window, scope=system_scope())
    assert plant.production.rate_upm(job, plant.at(10)) == expected
    tag = plant.tag(path, "job")
    assert plant.historian.last([tag], scope=system_scope())[tag].value == job.id


def test_tags_say_from_the_first_plant_on_that_nothing_runs(plant: World) -> None:
    plant.now(5)
    plant.step()
    assert plant.says("filler", 0) == ("", 80.0)
    assert plant.says("capper", 0) == ("", None)
    rate = plant.tag("capper", "rate_upm")
    assert plant.historian.last([rate], scope=system_scope())[rate].quality == BAD_CONFIG


def test_a_job_is_said_from_its_start_to_its_end(plant: World) -> None:
    plant.now(10)
    job = start(plant, "filler", "cola")
    plant.now(40)
    end(plant, job.output.id)
    plant.step()
    assert [plant.says("filler", minute) for minute in (9.9, 10, 39.9, 40)] == [
        ("", 80.0),
        ("cola", 100.0),
        ("cola", 100.0),
        ("", 80.0),
    ]


def test_a_correction_overwrites_what_was_said(plant: World) -> None:
    plant.now(10)
    job = start(plant, "filler", "cola")
    plant.step()
    Catalogue(list(plant.production.operations)).undo(job.audit_id, database=plant.database, scope=system_scope())
    plant.step()
    assert plant.says("filler", 10) == ("", 80.0)
    plant.now(20)
    start(plant, "filler", "water", started_at="2026-01-05T06:05:00Z")
    plant.step()
    assert [plant.says("filler", minute)[0] for minute in (4, 5, 10, 20)] == ["", "water", "water", "water"]


def test_a_job_corrected_twice_at_one_moment_is_said_as_it_stands(plant: World) -> None:
    """Start, cancel, start again, all at 06:05: the historian keeps each value once, so a mark tells them apart."""
    plant.now(20)
    catalogue = Catalogue(list(plant.production.operations))
    for _ in range(3):
        job = start(plant, "filler", "cola", started_at="2026-01-05T06:05:00Z")
        plant.step()
        assert plant.says("filler", 5) == ("cola", 100.0)
        catalogue.undo(job.audit_id, database=plant.database, scope=system_scope())
        plant.step()
        assert plant.says("filler", 5) == ("", 80.0)
    assert plant.production.publish() == 0
    assert [account.duplicate for account in plant.historian.delivery()] == [0]


def test_saying_it_again_adds_nothing(plant: World) -> None:
    plant.now(10)
    start(plant, "line1", "cola")
    plant.step()
    count = len(plant.historian.frames)
    plant.step()
    restarted(plant).step(10)
    assert len(plant.historian.frames) == count


def test_what_a_crash_left_unsaid_is_said_after_it(plant_on_both: World) -> None:
    plant = plant_on_both
    plant.now(10)
    plant.step()
    start(plant, "filler", "cola")
    plant.now(20)
    plant.historian.fails = 1
    with pytest.raises(LinkError, match="full"):
        plant.production.step(10)
    assert plant.says("filler", 20) == ("", 80.0)
    restarted(plant).step(10)
    assert plant.says("filler", 10) == ("cola", 100.0)
    epochs = {(frame.epoch, frame.seq) for frame in plant.historian.frames if frame.source == "production"}
    assert epochs == {(1, 1), (2, 1)}


def test_a_put_that_failed_is_tried_again_in_a_new_epoch(plant: World) -> None:
    plant.now(10)
    plant.step()
    start(plant, "filler", "cola")
    plant.historian.fails = 1
    with pytest.raises(LinkError, match="full"):
        plant.production.publish()
    assert plant.production.publish() == 3
    assert plant.production.publish() == 0
    assert plant.says("filler", 10) == ("cola", 100.0)


def test_a_new_standard_rate_is_said_from_its_moment_on(plant: World, clock: ManualClock) -> None:
    plant.now(10)
    start(plant, "filler", "cola")
    plant.step()
    plant.now(20)
    changed = PLANT.replace("acme/line1/filler: 100", "acme/line1/filler: 120")
    plant.equipment.apply({"plant.yaml": changed.encode()}, scope=system_scope(), valid_from_us=plant.at(30))
    plant.step()
    assert plant.says("filler", 25) == ("cola", 100.0)
    plant.now(31)
    plant.step()
    assert [plant.says("filler", minute) for minute in (29.9, 30)] == [("cola", 100.0), ("cola", 120.0)]


def test_jobs_by_tag_are_said_too(plant: World) -> None:
    plant.now(20)
    plant.signal(10, "recipe", "cola")
    plant.step()
    assert plant.says("filler", 10) == ("cola", 100.0)
