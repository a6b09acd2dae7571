"""The database of the records is away: whoever asked is told to come again, and is served once it is back."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from dovetail.core.bus import Bus
from dovetail.core.errors import LinkError
from dovetail.core.scope import Actor
from dovetail.db.uow import Database
from dovetail.operations.http import problem
from dovetail.testing.clock import ManualClock

ACTOR = Actor("system", "test")
END_ALL = text("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()")


@pytest.fixture(scope="module")
def quickly() -> None:
    """Engines as they are in production, not those that tests share."""


def test_a_server_that_is_not_there_is_away_and_no_fault_of_ours(clock: ManualClock, bus: Bus) -> None:
    database = Database("postgresql+psycopg://nobody@127.0.0.1:1/none", clock=clock, bus=bus)
    with pytest.raises(LinkError) as reading, database.read():
        pass
    with pytest.raises(LinkError) as writing, database.write(ACTOR):
        pass
    assert (reading.value.code, writing.value.code) == ("records-away", "records-away")
    assert "Idempotency-Key" in str(writing.value.hint)
    assert problem(reading.value).status_code == 503
    database.close()


@pytest.mark.postgres
def test_a_connection_that_breaks_is_away_and_the_next_is_made_anew(
    new_postgres: str, clock: ManualClock, bus: Bus
) -> None:
    database = Database(new_postgres, clock=clock, bus=bus)
    database.create_for_tests()
    with pytest.raises(LinkError, match="does not answer") as broken, database.read() as reading:
        reading.connection.execute(END_ALL)
    assert broken.value.code == "records-away"
    with pytest.raises(LinkError, match="does not answer"), database.write(ACTOR) as uow:
        uow.connection.execute(END_ALL)
    with database.write(ACTOR), database.read() as reading:
        assert reading.connection.execute(text("select 1")).scalar() == 1
    database.close()


def test_a_file_that_cannot_be_opened_is_not_called_away(tmp_path: Path, clock: ManualClock, bus: Bus) -> None:
    database = Database(f"sqlite:///{tmp_path / 'none' / 'records.db'}", clock=clock, bus=bus)
    with pytest.raises(Exception, match="unable to open database file"), database.read():
        pass
    database.close()
