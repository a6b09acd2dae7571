"""A historian in a folder of the test's own, which can be closed and opened again as after a restart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dovetail.core.bus import Bus
from dovetail.historian.service import Historian
from dovetail.testing.clock import ManualClock
from samples_stores import FileStore, ServerStore, Store

type Open = Callable[[], Historian]


@pytest.fixture(scope="session")
def server_store(postgres_url: str) -> Iterator[ServerStore]:
    """A database of PostgreSQL for the samples of all tests, one after the other."""
    store = ServerStore(postgres_url)
    yield store
    store.close()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Where the samples of a test lie. A file of tests that asks both databases has a `store` of its own."""
    return FileStore(tmp_path / "historian")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def each_store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """Files, and then PostgreSQL."""
    found: dict[str, Callable[[], Store]] = {
        "sqlite": lambda: FileStore(tmp_path / "historian"),
        "postgres": lambda: request.getfixturevalue("server_store"),
    }
    chosen = found[request.param]()
    chosen.empty()
    return chosen


@pytest.fixture
def reopen(store: Store, clock: ManualClock, bus: Bus) -> Iterator[Open]:
    """Open the historian of this test; a second call closes the first one."""
    opened: list[Historian] = []

    def again() -> Historian:
        while opened:
            opened.pop().close()
        opened.append(Historian(store.open(), clock=clock, bus=bus, owner_of={1: 1, 2: 1, 3: 2}.get))
        return opened[0]

    yield again
    while opened:
        opened.pop().close()


@pytest.fixture
def historian(reopen: Open) -> Historian:
    return reopen()
