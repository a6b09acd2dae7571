"""The records store grows by steps: they lead to exactly the tables the rooms ask for, on both databases."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from dovetail.chunkstore.files import connect
from dovetail.core.bus import Bus
from dovetail.core.errors import ConfigError
from dovetail.db.migrate import migrate
from dovetail.db.tables import metadata
from dovetail.db.uow import Database
from dovetail.testing.clock import ManualClock


@pytest.fixture(autouse=True)
def quickly() -> None:
    """The steps themselves, at production's weight."""


@pytest.fixture
def empty(database_url: str, clock: ManualClock, bus: Bus) -> Database:
    for rooms in ("dovetail.house.rooms", "dovetail.bi.store"):  # reports read from outside: no room of the house
        importlib.import_module(rooms)
    return Database(database_url, clock=clock, bus=bus)


def test_the_steps_lead_to_the_tables_the_rooms_ask_for(empty: Database) -> None:
    migrate(empty)
    migrate(empty)  # a second start finds nothing to do
    with empty.writer.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    empty.close()
    ours = [found for found in differences if "test_" not in str(found)]
    assert ours == []


def test_a_store_of_a_newer_version_is_not_touched(empty: Database) -> None:
    migrate(empty)
    with empty.writer.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    with pytest.raises(ConfigError, match="at step 9999, which this version does not know"):
        migrate(empty)
    empty.close()


def test_what_was_committed_survives_a_power_cut(tmp_path: Path, clock: ManualClock, bus: Bus) -> None:
    records = Database(f"sqlite:///{tmp_path / 'records.db'}", clock=clock, bus=bus)
    with records.writer.connect() as connection:
        said = [connection.scalar(text(f"pragma {name}")) for name in ("journal_mode", "synchronous")]
    records.close()
    head = connect(tmp_path / "head.db", role="writer")
    of_the_head = [head.execute(f"pragma {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    head.close()
    assert said == of_the_head == ["wal", 2]  # 2 is FULL: the WAL is flushed at every commit
