"""A machine that is behind with its work says so, and when to ask again: nothing was wrong with what was asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from threading import Barrier, Event

import pytest

from dovetail.core import limits
from dovetail.core.bus import Bus
from dovetail.core.errors import BusyError
from dovetail.core.scope import Actor
from dovetail.core.sqlitelib import sqlite_module
from dovetail.db.engine import READERS_MAX
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


def test_who_reads_within_a_read_waits_for_nobody(database: Database) -> None:
    """As many as may read at once all read once more before any of them ends: none is told to come again."""
    together = Barrier(READERS_MAX, timeout=30)

    def reads() -> int:
        with database.read() as outer:
            together.wait()
            with database.read() as inner, database.read():
                together.wait()
                return outer.known_now() + inner.known_now()

    with ThreadPoolExecutor(READERS_MAX) as pool:
        assert [one.result() for one in [pool.submit(reads) for _ in range(READERS_MAX)]] == [0] * READERS_MAX


def test_who_only_reads_waits_for_a_place_and_has_it_back(database: Database) -> None:
    held, ended = Barrier(READERS_MAX + 1, timeout=30), Event()

    def holds() -> None:
        with database.read():
            held.wait()
            ended.wait()

    with ThreadPoolExecutor(READERS_MAX) as pool:
        for _ in range(READERS_MAX):
            pool.submit(holds)
        held.wait()
        with pytest.raises(BusyError), database.read():
            pass
        ended.set()
    with database.read() as reading:
        assert reading.known_now() == 0
