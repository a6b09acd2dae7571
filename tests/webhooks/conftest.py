"""A receiver, and the webhooks in front of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from webhooks_world import Receiver, World, receiver

from dovetail.db.uow import Database
from dovetail.testing.clock import ManualClock


@pytest.fixture
def hears() -> Iterator[Receiver]:
    """Somebody who hears."""
    with receiver() as made:
        yield made


@pytest.fixture
def world(sqlite_database: Database, clock: ManualClock, tmp_path: Path) -> Iterator[World]:
    made = World(sqlite_database, clock, tmp_path)
    yield made
    made.room.close()


@pytest.fixture
def either(database: Database, clock: ManualClock, tmp_path: Path) -> Iterator[World]:
    """The same on each records store."""
    made = World(database, clock, tmp_path)
    yield made
    made.room.close()
