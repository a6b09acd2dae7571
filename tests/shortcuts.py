"""What most tests need not wait for, because others prove it: the disk's word, the cost of a guess, each step.

Only the weight changes: the hash is Argon2id, the store is SQLite, its tables are those the migrations made.
"""

from __future__ import annotations

import gc
import os
import random
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from argon2 import PasswordHasher
from hypothesis import settings
from sqlalchemy import Connection, Dialect, Engine, create_engine, create_mock_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from starlette.testclient import TestClient
from typer import Typer
from typer.main import get_command

from dovetail.db import migrate
from dovetail.db.engine import open_engines
from dovetail.db.tables import metadata
from dovetail.db.uow import Database

IS_LONG = os.environ.get("DOVETAIL_LONG_TESTS") == "1"  # as `make soak` says
SHARE = 4  # `make test` tries every fourth example of a property, always the same ones
FUZZED = 1_500  # spoiled messages that `make test` gives to each parser; `make soak` a million
FUZZED_SLOW = 200  # to those that take over about 200 µs for one
LONGEST = (  # of the fast tests; they begin, so that no worker is left alone with one of them at the end
    "test_clearing_goes.py",
    "test_upkeep_backup.py",
    "test_upkeep_upgrade.py",
    "test_restating_room.py",
    "test_walk_faults.py",
    "test_scenarios_worked.py",
    "test_conformance.py",
    "test_testing_chaos.py",
    "test_house_from_samples_to_rollups.py",
    "test_upkeep_encrypted.py",
    "test_replaying_room.py",
    "test_plantcode_malformed.py",
    "test_performance_calendar.py",
    "test_performance_kpis.py",
    "test_performance_settle.py",
    "test_recaps_rolled.py",
    "test_app_house.py",
    "test_recaps_room.py",
    "test_transport_nats.py",
    "test_architecture_rules.py",
    "test_losses_years.py",
    "test_app_rights.py",
    "test_signatures.py",
    "test_clearing_back.py",
    "test_clearing_archive.py",
    "test_walk_ground_truth.py",
    "test_sim_line.py",
    "test_app_service.py",
)
LIGHT = {"time_cost": 1, "memory_cost": 64, "parallelism": 1}
AS_SERVED = {"use_uvloop": find_spec("uvloop") is not None}  # as the server chooses its loop
_by_steps = migrate.upgrade


def examples(all_of_them: int) -> int:
    """How many examples of a property are tried: all in the long form, else a share, but never fewer than three."""
    return all_of_them if IS_LONG else max(3, all_of_them // SHARE)


def some[T](all_of_them: Sequence[T], *, of: int) -> list[T]:
    """All in the long form, else `of` of them, always the same ones."""
    return list(all_of_them) if IS_LONG else random.Random(1).sample(all_of_them, of)


def put_aside() -> None:
    """What is alive now stays, mostly until the end: no later search for garbage goes through it again."""
    gc.collect()
    gc.freeze()


settings.register_profile("short", max_examples=examples(100), derandomize=True, deadline=None)
settings.register_profile("long", deadline=None)
settings.load_profile("long" if IS_LONG else "short")


@cache
def _made_by_the_steps() -> tuple[str, ...]:
    """The statements that make what an empty SQLite is after all migrations, first run for real."""
    with TemporaryDirectory(prefix="dovetail-steps-") as folder:
        file = Path(folder) / "records.db"
        engine = create_engine(f"sqlite:///{file}")
        with engine.begin() as connection:
            _by_steps(connection, "head")
        engine.dispose()
        made = sqlite3.connect(file)
        statements = tuple(made.iterdump())
        made.close()
    return tuple(one for one in statements if one not in ("BEGIN TRANSACTION;", "COMMIT;"))


_said_by_the_steps: list[tuple[str, Any]] = []


def _upgrade_postgres(connection: Connection) -> None:
    """The first empty database hears the steps for real, each later one what they said to the first."""
    if _said_by_the_steps:
        for statement, values in _said_by_the_steps:
            connection.exec_driver_sql(statement, values)
        return
    said: list[tuple[str, Any]] = []

    def hears(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        said.append((statement, values))

    event.listen(connection, "before_cursor_execute", hears)
    _by_steps(connection, "head")
    event.remove(connection, "before_cursor_execute", hears)
    _said_by_the_steps.extend(one for one in said if not one[0].lstrip().upper().startswith("SELECT"))


def _upgrade(connection: Connection, step: str) -> None:
    """As `upgrade`; an empty store gets what the steps lead to without their way there, and keeps it."""
    if step != "head":
        _by_steps(connection, step)
    elif inspect(connection).get_table_names():
        if connection.scalar(text("select version_num from alembic_version")) != migrate.newest_step():
            _by_steps(connection, step)
    elif connection.dialect.name == "postgresql":
        _upgrade_postgres(connection)
    else:
        for statement in _made_by_the_steps():
            connection.exec_driver_sql(statement)


@cache
def _all_tables(dialect: str, _tables: frozenset[str]) -> tuple[str, ...]:
    """The statements that make the tables of every imported room, put into words once for each database."""
    said: list[str] = []
    mock = create_mock_engine(
        f"{dialect}://", lambda ddl, *_, **__: said.append(str(ddl.compile(dialect=mock.dialect)))
    )
    metadata.create_all(mock, checkfirst=False)
    return tuple(said)


@cache
def _as_created(tables: frozenset[str]) -> bytes:
    """A file of SQLite with those tables and no row: put down for a test, it costs a tenth of making them."""
    with TemporaryDirectory(prefix="dovetail-tables-") as folder:
        file = Path(folder) / "records.db"
        made = sqlite3.connect(file)
        made.execute("pragma journal_mode = wal")
        made.executescript(";".join(_all_tables("sqlite", tables)))
        made.close()
        return file.read_bytes()


def _create(database: Database) -> None:
    """As `create_for_tests`."""
    tables = frozenset(metadata.tables)
    url = database.writer.url
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        Path(url.database or "").write_bytes(_as_created(tables))
        return
    with database.writer.begin() as connection:
        name = connection.dialect.name
        statements = _all_tables(name, tables)
        for statement in [";".join(statements)] if name == "postgresql" else statements:
            connection.exec_driver_sql(statement)


_words: dict[tuple[str, int], tuple[Dialect, object]] = {}


@cache
def _on_sqlite() -> list[tuple[Dialect, Any]]:
    """The forerunner's, of writer and reader: it has been connected, for only then a dialect knows its SQLite."""
    with TemporaryDirectory(prefix="dovetail-first-") as folder:
        engines = open_engines(f"sqlite:///{Path(folder) / 'records.db'}")
        for engine in engines:
            engine.connect().close()
            engine.dispose()
    return [(engine.dialect, engine._compiled_cache) for engine in engines]


_on_postgres: dict[URL, tuple[Engine, Engine]] = {}


def _open_engines(url: str | URL) -> tuple[Engine, Engine]:
    """As `open_engines`; what one engine has put into SQL, the next one need not put into words again.

    SQLAlchemy keeps the words in the engine and finds them by the dialect, so an engine takes both from its forerunner.
    The database on PostgreSQL that is emptied for each test has the same two engines each time.
    """
    target = make_url(url)
    if target in _on_postgres:
        return _on_postgres[target]
    engines = open_engines(url)
    for role, engine in enumerate(engines):
        if engine.dialect.name == "sqlite":
            engine.dialect, engine._compiled_cache = _on_sqlite()[role]
            continue
        known = _words.setdefault((engine.dialect.name, role), (engine.dialect, engine._compiled_cache))
        engine.dialect, engine._compiled_cache = known
    if target.get_backend_name() == "postgresql":
        _on_postgres[target] = engines
    return engines


@cache
def _command(app: Typer) -> object:
    """As `get_command`: the tree of all verbs, which a process of its own would build once, too."""
    return get_command(app)


_kept_open: list[tuple[ExitStack, BlockingPortal]] = []


@contextmanager
def _portal(client: TestClient) -> Iterator[BlockingPortal]:
    """As `_portal_factory`: all requests of a file have one loop, as on a server; one made for each costs the most."""
    if client.portal is not None:
        yield client.portal
        return
    if not _kept_open:
        stack = ExitStack()
        _kept_open.append((stack, stack.enter_context(start_blocking_portal(backend_options=AS_SERVED))))
    yield _kept_open[0][1]


def give_back() -> None:
    """The loop of a file's requests ends with it."""
    while _kept_open:
        _kept_open.pop()[0].close()


class Emptied:
    """One database on PostgreSQL whose tables are made once and emptied for each test: making them takes far longer."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._engine = create_engine(url, isolation_level="AUTOCOMMIT")
        self._tables: frozenset[str] = frozenset()

    def take(self) -> None:
        """Nobody else is connected, and it is empty."""
        with self._engine.connect() as connection:
            connection.exec_driver_sql(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
        self.clear()

    def clear(self) -> None:
        """No row is left, every number begins anew, and the tables of rooms that came since are there."""
        with self._engine.connect() as connection:
            if self._tables != frozenset(metadata.tables):
                metadata.create_all(connection)
                self._tables = frozenset(metadata.tables)
            emptied = ";".join(f"delete from {name}" for name in sorted(self._tables))
            connection.exec_driver_sql(
                f"set session_replication_role = replica; {emptied}; set session_replication_role = default;"
                " select setval(oid, 1, false) from pg_class where relkind = 'S'"
            )

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()


def take(patch: pytest.MonkeyPatch) -> None:
    """For one test."""
    patch.setattr("dovetail.security.passwords.PasswordHasher", partial(PasswordHasher, **LIGHT))
    patch.setattr("dovetail.db.engine.SYNCHRONOUS", "OFF")
    patch.setattr("dovetail.db.uow.open_engines", _open_engines)
    patch.setattr(migrate, "upgrade", _upgrade)
    patch.setattr("typer.testing._get_command", _command)
    patch.setattr(Database, "create_for_tests", _create)
    patch.setattr(TestClient, "_portal_factory", _portal)
