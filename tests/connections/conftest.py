"""The room of connections on a clock that the test owns."""

from __future__ import annotations

import pytest
from connections_world import World

from dovetail.db.uow import Database
from dovetail.testing.clock import ManualClock


@pytest.fixture
def world(sqlite_database: Database, clock: ManualClock) -> World:
    return World(sqlite_database, clock)


@pytest.fixture
def either(database: Database, clock: ManualClock) -> World:
    """The same on each records store, for tests of the SQL."""
    return World(database, clock)
