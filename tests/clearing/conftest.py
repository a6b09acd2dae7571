"""A plant of four tags with two years behind it, its records and samples in one of both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from clearing_world import World

import shortcuts
from dovetail.chunkstore.files import Files
from dovetail.chunkstore.postgres import Server
from dovetail.db.uow import Database
from dovetail.packing.place import Storage
from dovetail.testing.clock import ManualClock


@pytest.fixture
def storage(database: Database, request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Storage]:
    """Samples beside the records of this test: in files, or in the same PostgreSQL."""
    if database.writer.dialect.name == "sqlite":
        return lambda: Files(tmp_path / "historian")
    records: shortcuts.Emptied = request.getfixturevalue("postgres_records")
    url = records.url.replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("drop schema if exists historian cascade")
    return lambda: Server(url)


@pytest.fixture
def world(database: Database, storage: Callable[[], Storage], clock: ManualClock, tmp_path: Path) -> Iterator[World]:
    made = World(database, storage, clock, tmp_path / "archive")
    yield made
    made.close()
