"""A machine that is behind with its work says so, and when to ask again: nothing was wrong with what was asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest

from dovetail.core import limits
from dovetail.core.bus import Bus
from dovetail.core.errors import BusyError
from dovetail.core.scope import Actor
from dovetail.core.sqlitelib import sqlite_module
from dovetail.db.uow import Database
from dovetail.operations.http import problem
from dovetail.testing.clock import ManualClock

ACTOR = Actor("system", "test")
MORE_THAN_ANY = 50
SOON_S = 0.02

type Take = Callable[[Database], AbstractContextManager[object]]


@pytest.fixture(scope="module")
def quickly() -> None:
    """Engines as they are in production, not those that tests share."""


@pytest.fixture
def database(database_url: str, clock: ManualClock, bus: Bus, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setattr(limits, "RECORDS_WAIT_S", SOON_S)
    opened = Database(database_url, clock=clock, bus=bus)
    opened.create_for_tests()
    yield opened
    opened.close()


@pytest.mark.parametrize(
    "take", [lambda database: database.write(ACTOR), lambda database: database.read()], ids=["writing", "reading"]
)
def test_where_all_places_are_taken_who_comes_is_told_to_come_again(database: Database, take: Take) -> None:
    with pytest.raises(BusyError) as caught, ExitStack() as others:
        for _ in range(MORE_THAN_ANY):
            others.enter_context(take(database))
    answer = problem(caught.value)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, str(limits.RECORDS_AGAIN_S))
    assert b"dovetail doctor" in answer.body
    with take(database):
        pass  # as soon as others have ended


def test_while_another_process_writes_it_is_the_same(tmp_path: Path, clock: ManualClock, bus: Bus) -> None:
    database = Database(f"sqlite:///{tmp_path / 'records.db'}", clock=clock, bus=bus)
    database.create_for_tests()
    with database.writer.connect() as connection:
        connection.exec_driver_sql("pragma busy_timeout = 10")
    other = sqlite_module().connect(tmp_path / "records.db", isolation_level=None)
    other.execute("begin immediate")
    with pytest.raises(BusyError), database.write(ACTOR):
        pass
    other.close()
    with database.write(ACTOR) as uow:
        assert uow.known == 1
    database.close()
