"""The small line of the counting tests stands behind these views."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parents[1] / "counting")]

from bi_world import World  # noqa: E402 - only now is the line found
from counting_plant import an_hour, plant_on, when  # noqa: E402

from dovetail.core.bus import Bus  # noqa: E402
from dovetail.db.migrate import migrate  # noqa: E402
from dovetail.db.uow import Database  # noqa: E402
from dovetail.testing.clock import ManualClock  # noqa: E402


@contextmanager
def lived(url: str, folder: Path) -> Iterator[World]:
    """An hour with a job on the filler, over and settled."""
    clock, bus = ManualClock(), Bus()
    database = Database(url, clock=clock, bus=bus)
    migrate(database)
    with plant_on(database, folder, clock, bus) as plant:
        an_hour(plant)
        plant.do(
            "job.start",
            {"equipment_id": plant.filler, "product": "cola", "started_at": when(0), "job_order": "PO-1"},
        )
        plant.now(75)
        plant.send([("state", 60, 2), ("manned", 60, 1)], mark=75)
        plant.work()
        yield World(plant, database, url)
    database.close()


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    """For tests that change something."""
    with lived(database_url, tmp_path) as opened:
        yield opened


@pytest.fixture(scope="module")
def postgres_world(new_postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """For tests that leave it as they found it."""
    with lived(new_postgres, tmp_path_factory.mktemp("bi")) as opened:
        yield opened


@pytest.fixture(scope="module")
def sqlite_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The same in a file."""
    folder = tmp_path_factory.mktemp("bi")
    with lived(f"sqlite:///{folder / 'records.db'}", folder) as opened:
        yield opened


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def hour(request: pytest.FixtureRequest) -> World:
    """One of the two, shared by those who only look."""
    return request.getfixturevalue(f"{request.param}_world")
