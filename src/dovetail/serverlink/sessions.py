"""The way to a PostgreSQL that holds samples: how it is asked, how long it is waited for, what passes by itself."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, Final, Literal

import psycopg
from psycopg import Connection, RawCursor, errors
from psycopg.pq import Format

from dovetail.core.errors import LinkError

type Values = Sequence[Any]

SCHEMA: Final = "historian"
PATIENCE: Final = {  # a server that is gone is missed in half a minute, a table that somebody locked in ten seconds
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "application_name": "dovetail-historian",
    "options": "-c lock_timeout=10s -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5"
    " -c tcp_keepalives_count=3",  # the server's side: else a machine that lost its power holds the lock for hours
}
TYPES: Final = (
    *("int8", "int2", "int8", "int8", "int4", "int4", "float8", "float8", "float8", "float8", "float8", "float8"),
    *("int8", "int8", "bytea", "int8", "int8", "int4", "int2", "bytea"),
    *("int8", "int8"),
)  # of moments.COLUMNS, the moments that a chunk shares and its check; a copy knows only the former
# a server that is shut down, a link that broke, a full disk, a standby that took over: time or a person heals it
PASSING = (psycopg.OperationalError, psycopg.InterfaceError, errors.ReadOnlySqlTransaction)


def connect(url: str, *, schema: str = SCHEMA, **more: Any) -> Connection[Any]:
    """A connection that commits each statement unless told otherwise, and finds our schema; `more` as libpq has it."""
    plain = re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql://", url)  # who speaks to it is SQLAlchemy's word
    settings: dict[str, Any] = {**PATIENCE, "options": f"-c search_path={schema} {PATIENCE['options']}", **more}
    return psycopg.connect(plain, autocommit=True, prepare_threshold=3, **settings)


def drop(url: str) -> None:
    """Take back what a restore that failed has put into a database which had no samples before."""
    with connect(url) as connection:
        connection.execute(f"drop schema if exists {SCHEMA} cascade")


@cache
def worded(sql: str) -> bytes:
    """As the server itself has it: a question about five hundred signals is not searched for its values each time."""
    first, *rest = sql.split("?")
    return "".join([first, *(f"${number}{part}" for number, part in enumerate(rest, 1))]).encode()


class ServerSession:
    """One connection, in the words of `Session`."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection

    def execute(self, sql: str, values: Values = (), /) -> Any:
        return RawCursor(self._connection).execute(worded(sql), values or None, binary=True)

    def many(self, sql: str, rows: Sequence[Values], /) -> None:
        if rows:
            RawCursor(self._connection).executemany(worded(sql), rows)

    def each(self, sql: str, rows: Sequence[Values], /) -> Iterator[list[Any]]:
        if not rows:
            return
        with RawCursor(self._connection) as cursor:
            cursor.format = Format.BINARY
            cursor.executemany(worded(sql), rows, returning=True)
            yield cursor.fetchall()
            while cursor.nextset():
                yield cursor.fetchall()

    def fill(self, table: str, columns: str, rows: Sequence[Values], /) -> None:
        if not rows:
            return
        copying = f"copy {table} ({columns}) from stdin (format binary)".encode()
        with self._connection.cursor() as cursor, cursor.copy(copying) as copy:
            copy.set_types(TYPES[: columns.count(",") + 1])
            for row in rows:
                copy.write_row(row)


class Pool:
    """Connections lent to one thread at a time."""

    def __init__(self, open_one: Callable[[], Connection[Any]], *, places: int, begin: bytes) -> None:
        self._open_one, self._begin = open_one, begin
        self._free: list[Connection[Any]] = []
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(places)

    @contextmanager
    def lent(self) -> Iterator[Connection[Any]]:
        """A connection inside a transaction that is rolled back unless the borrower commits it."""
        with self._places:
            connection = self._begun()
            try:
                yield connection
            finally:
                self._back(connection)

    def _begun(self) -> Connection[Any]:
        """Begun; one that broke while nobody used it is replaced, for nothing has been read by it."""
        with self._lock:
            connection = self._free.pop() if self._free else None
        if connection is not None:
            try:
                connection.execute(self._begin)
                return connection
            except PASSING:
                connection.close()
                self.close()  # what broke this one broke its likes
        connection = self._open_one()
        connection.execute(self._begin)
        return connection

    def _back(self, connection: Connection[Any]) -> None:
        try:
            if connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                connection.execute("rollback")
        except PASSING:
            connection.close()
        if not connection.closed:
            with self._lock:
                self._free.append(connection)

    def close(self) -> None:
        """Close what nobody is using."""
        with self._lock:
            for connection in self._free:
                connection.close()
            self._free.clear()


@contextmanager
def passing(*, to: Literal["read", "write"]) -> Iterator[None]:
    """What passes by itself is a LinkError."""
    try:
        yield
    except PASSING as error:
        raise LinkError(f"the historian cannot {to}: {_said(error)}", code=f"historian-{to}") from error


def _said(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
