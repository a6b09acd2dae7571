"""The plug is pulled at each step between a correction and what follows it: after a restart all of it has followed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from counting_plant import Plant, an_hour, at, plant_on, restarted, when

from dovetail.core.bus import Bus
from dovetail.corrections.asked import AmendSamples
from dovetail.db.uow import Database
from dovetail.operations.operation import execute
from dovetail.testing.clock import ManualClock
from plug import PlugPulledError, plug


@contextmanager
def pulled_at(point: str) -> Iterator[None]:
    """The process is gone when it passes this point; it must pass it."""
    with plug() as arm:
        arm(point, 1)
        with pytest.raises(PlugPulledError):
            yield


def books(plant: Plant) -> tuple[list[tuple[int, int | None, str]], dict[str, int], dict[str, int]]:
    """States, counts, and what the ledger holds of them."""
    with plant.database.read() as reading:
        found = plant.rooms.states.records(reading, plant.filler, at(0), at(60), scope=plant.everyone)
    states = [(one.t0_us, one.t1_us, one.state) for one in found]
    return states, plant.totals(plant.filler), plant.sums(plant.filler, 0, 60)


def correct(plant: Plant) -> None:
    """The stop was a minute long, not ten; the last scrap never was."""
    operations = plant.rooms.corrections.operations
    said = [
        ("state", AmendSamples(tag_id=plant.tags["state"].id, start=when(29), end=when(39), value=6)),
        ("scrap", AmendSamples(tag_id=plant.tags["scrap"].id, start=when(57), end=when(60), value=13)),
    ]
    for _, given in said:
        execute(operations.amend, given, database=plant.database, scope=plant.everyone, reason="misread")


def lived(folder: Path) -> tuple[Database, ManualClock, Bus]:
    clock, bus = ManualClock(), Bus()
    database = Database(f"sqlite:///{folder / 'records.db'}", clock=clock, bus=bus)
    database.create_for_tests()
    return database, clock, bus


@pytest.fixture
def undisturbed(tmp_path: Path) -> object:
    """What comes of it where nothing happens."""
    (tmp_path / "calm").mkdir()
    database, clock, bus = lived(tmp_path / "calm")
    with plant_on(database, tmp_path / "calm", clock, bus) as plant:
        an_hour(plant)
        correct(plant)
        plant.work()
        found = books(plant)
    database.close()
    return found


@pytest.mark.parametrize(
    "point, said_again",
    [
        ("operations.committed", 1),  # the first correction is kept, nobody has heard of it; the second was not said
        ("states.decided", 0),  # records are written anew, not committed
        ("states.committed", 0),  # and committed; the ledger has not heard
        ("ledger.cut", 0),  # slices are written anew, not committed
        ("ledger.settled", 0),  # and committed
    ],
)
def test_what_follows_a_correction_follows_it_after_a_restart(
    tmp_path: Path, undisturbed: object, point: str, said_again: int
) -> None:
    database, clock, bus = lived(tmp_path)
    with plant_on(database, tmp_path, clock, bus) as plant:
        an_hour(plant)
        before = books(plant)
        with pulled_at(point):
            correct(plant)
            plant.work()
    with restarted(database, tmp_path, clock, Bus()) as again:
        for _ in range(said_again):
            correct(again)
        again.work()
        found = books(again)
    database.close()
    assert found == undisturbed
    assert found != before


def test_a_correction_that_was_not_committed_was_never_said(tmp_path: Path) -> None:
    database, clock, bus = lived(tmp_path)
    with plant_on(database, tmp_path, clock, bus) as plant:
        an_hour(plant)
        before = books(plant)
        with pulled_at("operations.audited"):
            correct(plant)
    with restarted(database, tmp_path, clock, Bus()) as again:
        again.work()
        assert books(again) == before
        assert again.rooms.corrections.shown(again.tags["state"].id, before=None, limit=9, scope=again.everyone) == []
    database.close()
