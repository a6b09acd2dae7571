"""Open the records store, on SQLite or PostgreSQL, so that one code path serves both.

SQLite: WAL, FULL sync, one writing connection, readers `query_only` without auto-checkpoint; the SQLite that many
Pythons carry has a WAL-reset bug (< 3.51.3), so `pysqlite3` is used where a wheel exists (DESIGN §5).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.pool import QueuePool

from dovetail.core import limits
from dovetail.core.errors import ConfigError, LinkError
from dovetail.core.sqlitelib import sqlite_module

SYNCHRONOUS = "FULL"  # what was committed is on the disk: the power may go at any moment
READERS_MAX = 8  # as many threads as read at once; the ninth waits
WITHIN_MAX = 2 * READERS_MAX  # reads within a read of one thread: did these wait, all might wait for each other

_SPOILT = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
_MEND = "an administrator stops Dovetail, looks after the disk, and puts a backup in its place: dovetail restore"


def _prepare_sqlite(engine: Engine, *, pragmas: tuple[str, ...], begin: str) -> Engine:
    @event.listens_for(engine, "connect")
    def connected(dbapi_connection: Any, _record: object) -> None:
        dbapi_connection.isolation_level = None  # we say BEGIN ourselves, so that DDL is transactional too
        cursor = dbapi_connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begun(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    @event.listens_for(engine, "handle_error", retval=True)
    def failed(context: ExceptionContext) -> LinkError | None:
        """A file that is not what was written is told with who can mend it."""
        said = context.original_exception
        if not getattr(said, "sqlite_errorname", "").startswith(_SPOILT):
            return None
        return LinkError(f"the records cannot be read: {said}", code="records-damaged", hint=_MEND)

    return engine


def open_engines(url: str | URL) -> tuple[Engine, Engine]:
    """(writer, reader) engines for the records store. Raises ConfigError for a database we do not know."""
    target = make_url(url)
    backend = target.get_backend_name()
    if backend == "sqlite":
        if not target.database or target.database == ":memory:":
            raise ConfigError("the records store needs a file", code="db-memory")
        module = sqlite_module()
        shared: dict[str, Any] = {
            "module": module,
            "poolclass": QueuePool,
            "pool_timeout": limits.RECORDS_WAIT_S,
            "connect_args": {"check_same_thread": False, "timeout": 10.0},
        }
        writer = _prepare_sqlite(
            create_engine(target, pool_size=1, max_overflow=0, **shared),
            pragmas=("journal_mode=WAL", f"synchronous={SYNCHRONOUS}", "foreign_keys=ON", "busy_timeout=10000"),
            begin="BEGIN IMMEDIATE",
        )
        reader = _prepare_sqlite(
            create_engine(target, pool_size=READERS_MAX, max_overflow=WITHIN_MAX, **shared),
            pragmas=("query_only=ON", "wal_autocheckpoint=0", "busy_timeout=10000"),
            begin="BEGIN",
        )
        return writer, reader
    if backend == "postgresql":
        target = target.set(drivername="postgresql+psycopg")
        writer = create_engine(target, pool_size=8, pool_pre_ping=True, pool_timeout=limits.RECORDS_WAIT_S)
        reader = create_engine(
            target,
            pool_size=READERS_MAX,
            max_overflow=WITHIN_MAX,
            pool_pre_ping=True,
            pool_timeout=limits.RECORDS_WAIT_S,
            isolation_level="REPEATABLE READ",
            execution_options={"postgresql_readonly": True},
        )
        return writer, reader
    raise ConfigError(f"the records store cannot be {backend!r}", code="db-unknown", hint="use sqlite or postgresql")
