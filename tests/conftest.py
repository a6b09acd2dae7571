"""What every test may ask for: a clock it owns, a records store on SQLite and on PostgreSQL, and a check for leaks."""

from __future__ import annotations

import asyncio
import gc
import logging
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from inspect import isasyncgenfunction, iscoroutinefunction
from pathlib import Path

import pytest
from pytest_asyncio import is_async_test
from sqlalchemy import create_engine, text

import shortcuts
from dovetail.core.bus import Bus
from dovetail.core.scope import Scope, system_scope
from dovetail.db.uow import Database
from dovetail.testing.clock import ManualClock
from dovetail.vitals.logs import JsonLines, TextLines
from plug import plug

LIVED = "lived"


def pytest_report_header() -> str:
    share = "all examples" if shortcuts.IS_LONG else f"1 of {shortcuts.SHARE} examples, always the same ones"
    return f"properties: {share} (make soak tries all)"


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """For a test of many lives: what was lived is told when all tests have run."""
    return lambda lived: record_property(LIVED, lived)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was lived in this run, beside what the long form lives."""
    passed = terminalreporter.stats.get("passed", ())
    for told in [value for report in passed for name, value in report.user_properties if name == LIVED]:
        terminalreporter.write_line(str(told))


@pytest.fixture(autouse=True, scope="module")
def quickly() -> Iterator[None]:
    """Not at production's weight, nor what a file prepares once for its tests.

    The tests of that weight itself have a fixture of this name that does nothing.
    """
    with pytest.MonkeyPatch.context() as patch:
        shortcuts.take(patch)
        yield
    shortcuts.give_back()
    shortcuts.put_aside()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def bus() -> Bus:
    return Bus()


@pytest.fixture
def everyone() -> Scope:
    """The scope of the installation's own work: sees all."""
    return system_scope("test")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL from the pgserver wheel, one for the session; each test gets a database of its own.

    Its folder is not pytest's: another session of pytest tidies those away while this one still runs.
    """
    pgserver = pytest.importorskip("pgserver", reason="the pgserver wheel does not exist for this platform")
    folder = Path(tempfile.mkdtemp(prefix="dovetail-pg-"))
    server = pgserver.get_server(folder, cleanup_mode="stop")
    for setting in ("fsync = off", "full_page_writes = off", "synchronous_commit = off"):
        server.psql(
            f"alter system set {setting}"
        )  # the server lives as long as the session: durability is tested elsewhere
    server.psql("select pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty records store, once on SQLite and once on PostgreSQL."""
    choose = {"sqlite": _sqlite_url, "postgres": _postgres_url}[request.param]
    yield from choose(request, tmp_path)


def _sqlite_url(_request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    yield f"sqlite:///{tmp_path / 'records.db'}"


_counter = iter(range(1_000_000))


def _postgres_url(request: pytest.FixtureRequest, _tmp_path: Path) -> Iterator[str]:
    with _new_database(request.getfixturevalue("postgres_url")) as url:
        yield url


@contextmanager
def _new_database(postgres_url: str) -> Iterator[str]:
    server = postgres_url.replace("postgresql://", "postgresql+psycopg://")
    name = f"t{next(_counter)}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"create database {name}"))
    base, _, query = server.partition("?")
    yield f"{base.rsplit('/', 1)[0]}/{name}?{query}"
    with admin.connect() as connection:
        connection.execute(text(f"drop database {name} with (force)"))
    admin.dispose()


@pytest.fixture(scope="module")
def new_postgres(postgres_url: str) -> Iterator[str]:
    """The address of an empty database that a module's tests share."""
    with _new_database(postgres_url) as url:
        yield url


@pytest.fixture(scope="session")
def postgres_records(postgres_url: str) -> Iterator[shortcuts.Emptied]:
    """The database that `database` empties for each test on PostgreSQL."""
    with _new_database(postgres_url) as url:
        records = shortcuts.Emptied(url)
        yield records
        records.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock, bus: Bus) -> Iterator[Database]:
    """An empty records store with every imported room's tables, once on SQLite and once on PostgreSQL."""
    opened = {"sqlite": _sqlite, "postgres": _postgres}[request.param](request, tmp_path, clock, bus)
    yield opened
    opened.close()


def _sqlite(_request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock, bus: Bus) -> Database:
    opened = Database(f"sqlite:///{tmp_path / 'records.db'}", clock=clock, bus=bus)
    opened.create_for_tests()
    return opened


def _postgres(request: pytest.FixtureRequest, _tmp_path: Path, clock: ManualClock, bus: Bus) -> Database:
    records: shortcuts.Emptied = request.getfixturevalue("postgres_records")
    records.take()
    return Database(records.url, clock=clock, bus=bus)


@pytest.fixture
def sqlite_database(request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock, bus: Bus) -> Iterator[Database]:
    """The same on SQLite only: for long tests whose SQL is covered elsewhere."""
    opened = _sqlite(request, tmp_path, clock, bus)
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def nothing_leaks(request: pytest.FixtureRequest) -> Iterator[None]:
    """After a test no thread that it started may still run, nor a log that it set up write into its closed streams.

    Tasks of asyncio are checked by `no_task_leaks`.
    """
    before = set(threading.enumerate())
    yield
    ours = [found for found in logging.getLogger().handlers if isinstance(found.formatter, TextLines | JsonLines)]
    assert not ours, f"{request.node.nodeid} left the log set up (ask for root_log, which puts it back)"
    left = [
        thread
        for thread in set(threading.enumerate()) - before
        if thread.is_alive()
        and not thread.daemon
        and not thread.name.startswith(("asyncio_", "ThreadPoolExecutor", "AnyIO"))
    ]
    assert not left, f"{request.node.nodeid} left threads running: {left}"


@pytest.fixture
def root_log() -> Iterator[logging.Logger]:
    """The root of all logs, for a test that sets it up; afterwards it is as it was."""
    found = logging.getLogger()
    handlers, level = found.handlers[:], found.level
    yield found
    for handler in found.handlers[:]:
        found.removeHandler(handler)
    for handler in handlers:
        found.addHandler(handler)
    found.setLevel(level)


gc.set_threshold(200_000, 20, 10)  # the interpreter's own 700 is a search for garbage in every few lines of a test


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files begin; all others keep their order."""
    places = {name: place for place, name in enumerate(shortcuts.LONGEST)}
    items.sort(key=lambda item: places.get(item.path.name, len(places)))


def pytest_collection_finish() -> None:
    shortcuts.put_aside()


def pytest_itemcollected(item: pytest.Item) -> None:
    """Tasks are looked for where a loop runs: one made for each of the others is half of what a small test costs."""
    if isinstance(item, pytest.Function) and "no_task_leaks" not in item.fixturenames and _has_a_loop(item):
        item.fixturenames.insert(item.fixturenames.index("nothing_leaks"), "no_task_leaks")


def _has_a_loop(item: pytest.Function) -> bool:
    """Whether the test itself or a fixture that it asks for is asynchronous."""
    asked = (defined.func for found in item._fixtureinfo.name2fixturedefs.values() for defined in found)
    return is_async_test(item) or any(map(_is_asynchronous, asked))


@cache
def _is_asynchronous(func: Callable[..., object]) -> bool:
    return iscoroutinefunction(func) or isasyncgenfunction(func)


@pytest.fixture
async def no_task_leaks(request: pytest.FixtureRequest) -> object:
    """After an async test no task that it started may still run."""
    before = asyncio.all_tasks()
    yield
    left = [task for task in asyncio.all_tasks() - before if not task.done() and task is not asyncio.current_task()]
    if ending := [task for task in left if task.cancelling()]:  # a thread that it waits for may be in the middle
        await asyncio.wait(ending, timeout=10)
        left = [task for task in left if not task.done()]
    for task in left:
        task.cancel()
    assert not left, f"{request.node.nodeid} left tasks running: {left}"


@pytest.fixture
def pull_plug_at() -> Iterator[Callable[[str, int], None]]:
    """Arm the n-th passing of a point, at which the power is cut; `never` disarms."""
    with plug() as arm:
        yield arm
