"""Samples in PostgreSQL: a schema of their own beside the records, chunks in a partition for each month.

Its connections are not the records': who asks for a year of a signal takes none from those who work. One process
writes, for as long as its connection holds the lock; when that breaks, it must find its own mark again.
"""

# ruff: noqa: S608 - tables and columns are our own words

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

import psycopg
from psycopg import Connection, errors

from dovetail.chunkstore.months import begin_of
from dovetail.chunkstore.place import MonthWords, Place, Values
from dovetail.core.errors import ConfigError, LinkError
from dovetail.core.limits import HISTORIAN_LOCK_WAIT_S, HISTORIAN_READERS_MAX

VERSION: Final = 1
SCHEMA: Final = "historian"
WRITER_LOCK: Final = 0x0D0E7A12  # advisory: whoever holds it writes the samples of this database
PATIENCE: Final = {  # a server that is gone is missed in half a minute, a table that somebody locked in ten seconds
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "application_name": "dovetail-historian",
    "options": f"-c search_path={SCHEMA} -c lock_timeout=10s -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5"
    " -c tcp_keepalives_count=3",  # the server's side: else a machine that lost its power holds the lock for hours
}
_TABLES: Final = """
create table chunk (id bigint not null default nextval('chunk_id'), tag bigint not null, kind smallint not null,
    t0 bigint not null, t1 bigint not null, n integer not null, n_good integer not null, first float8, last float8,
    min float8, max float8, sum float8, tw float8, covered_us bigint not null, good_us bigint not null,
    end_value bytea not null, end_status bigint not null, end_device bigint not null, rev integer not null,
    codec smallint not null, body bytea not null, primary key (id, t0)) partition by range (t0);
create index chunk_at on chunk (tag, t0, t1, kind, n);
create table head (head_id bigint primary key, n integer not null, body bytea not null);
create table received (source text, lane text, epoch bigint, spans text not null, primary key (source, lane, epoch));
create table source (source text primary key, epoch bigint not null);
create table delivery (source text, lane text, expected bigint not null, stored bigint not null,
    duplicate bigint not null, refused bigint not null, gap bigint not null, frames bigint not null,
    repeated bigint not null, primary key (source, lane));
create table consumer (name text primary key, head_id bigint not null);
create table mark (name text primary key, head_id bigint not null);
insert into mark values ('sealed', 0), ('released', 0);
create table sealed (month integer primary key, head_id bigint not null);
create table duplicate (month integer, source text, lane text, n bigint not null, primary key (month, source, lane));
create table user_version (version integer not null);
create table writer (token text not null);
"""
_PACKED: Final = "alter table head alter body set storage external; alter table chunk alter body set storage external;"
TYPES: Final = (
    *("int8", "int2", "int8", "int8", "int4", "int4", "float8", "float8", "float8", "float8", "float8", "float8"),
    *("int8", "int8", "bytea", "int8", "int8", "int4", "int2", "bytea"),
)  # of months.COLUMNS
# a server that is shut down, a link that broke, a full disk, a standby that took over: time or a person heals it
_PASSING = (psycopg.OperationalError, psycopg.InterfaceError, errors.ReadOnlySqlTransaction)


@cache
def _worded(sql: str) -> bytes:
    return sql.replace("?", "%b").encode()


class _Session:
    """One connection, in the words of `Session`."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection

    def execute(self, sql: str, values: Values = (), /) -> Any:
        return self._connection.execute(_worded(sql), values or None, binary=True)

    def many(self, sql: str, rows: Iterable[Values], /) -> None:
        if rows:
            self._connection.cursor().executemany(_worded(sql), rows)

    def each(self, sql: str, rows: Sequence[Values], /) -> Iterator[list[Any]]:
        if not rows:
            return
        with self._connection.cursor(binary=True) as cursor:
            cursor.executemany(_worded(sql), rows, returning=True)
            yield cursor.fetchall()
            while cursor.nextset():
                yield cursor.fetchall()

    def fill(self, table: str, columns: str, rows: Sequence[Values], /) -> None:
        if not rows:
            return
        copying = f"copy {table} ({columns}) from stdin (format binary)".encode()
        with self._connection.cursor() as cursor, cursor.copy(copying) as copy:
            copy.set_types(TYPES)
            for row in rows:
                copy.write_row(row)


class _Pool:
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
            except _PASSING:
                connection.close()
                self.close()  # what broke this one broke its likes
        connection = self._open_one()
        connection.execute(self._begin)
        return connection

    def _back(self, connection: Connection[Any]) -> None:
        try:
            if connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                connection.execute("rollback")
        except _PASSING:
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


class _Place:
    """The head and the months, each with a writing connection of its own; they share those who read."""

    def __init__(self, readers: _Pool) -> None:
        self._readers = readers

    @contextmanager
    def snapshot(self) -> Iterator[_Session]:
        """Read at one moment; raises LinkError when the server does not answer."""
        try:
            with self._readers.lent() as connection:
                yield _Session(connection)
        except _PASSING as error:
            raise LinkError(f"the historian cannot read: {_said(error)}", code="historian-read") from error


class _Head(_Place):
    """The connection that holds the lock: while it stands, no other process writes here."""

    def __init__(self, readers: _Pool, open_one: Callable[[], Connection[Any]]) -> None:
        super().__init__(readers)
        self._open_one = open_one
        self._token = secrets.token_hex(16)
        self._is_new = False
        self._writer = open_one()
        try:
            if not _has_lock(self._writer, within_s=HISTORIAN_LOCK_WAIT_S):
                raise ConfigError(
                    "another Dovetail writes the samples of this database",
                    code="historian-owned",
                    hint="stop it first, or give this one a database of its own",
                )
            _prepare(self._writer)
            with self._writer.transaction():
                self._writer.execute("delete from writer")
                self._writer.execute("insert into writer values (%s)", (self._token,))
        except BaseException:
            self._writer.close()
            raise

    def _connected(self) -> Connection[Any]:
        if self._writer.closed:
            fresh = self._open_one()
            try:
                if not _has_lock(fresh, within_s=0):
                    raise LinkError("the historian's database still holds the lost connection", code="historian-write")
                (token,) = fresh.execute("select token from writer").fetchone() or ("",)
            except BaseException:
                fresh.close()
                raise
            if token != self._token:
                fresh.close()
                raise ConfigError(
                    "another Dovetail has written to this historian while the connection was lost",
                    code="historian-owned",
                    hint="let only one of the two run, and start it anew",
                )
            self._writer, self._is_new = fresh, True
        return self._writer

    @contextmanager
    def transaction(self) -> Iterator[_Session]:
        """All or nothing; the statements go out together, so that a commit waits for the server once, not for each."""
        with _passing():
            connection = self._connected()
            with connection.pipeline(), connection.transaction():
                yield _Session(connection)

    def renewed(self) -> bool:
        """Whether the connection broke: then it stands again when this returns. Raises LinkError while it does not."""
        with _passing():
            self._connected()
        was_new, self._is_new = self._is_new, False
        return was_new

    def close(self) -> None:
        """Give the lock back."""
        self._writer.close()


class _Months(_Place):
    """Where the sealer writes; a long copy keeps no sample waiting."""

    def __init__(self, readers: _Pool, writers: _Pool) -> None:
        super().__init__(readers)
        self._writers = writers

    @contextmanager
    def transaction(self) -> Iterator[_Session]:
        """All or nothing."""
        with _passing(), self._writers.lent() as connection:
            yield _Session(connection)
            connection.execute("commit")

    def renewed(self) -> bool:
        """The month itself says up to where it holds everything."""
        return False

    def close(self) -> None:
        """The months share one place, which the server closes."""


class Server:
    """The samples of one installation in one database. Raises ConfigError, LinkError."""

    def __init__(self, url: str) -> None:
        self._url = url.replace("postgresql+psycopg://", "postgresql://")
        read = b"begin isolation level repeatable read, read only"
        self._readers = _Pool(self._open, places=HISTORIAN_READERS_MAX, begin=read)
        self._writers = _Pool(self._open, places=2, begin=b"begin")
        with _passing():
            self.head: Place = _Head(self._readers, self._open)
        self._months = _Months(self._readers, self._writers)

    def _open(self) -> Connection[Any]:
        """A connection whose commits are durable whatever the server's own setting is: accepted means on disk."""
        connection = psycopg.connect(self._url, autocommit=True, prepare_threshold=3, **PATIENCE)
        asleep = "current_setting('synchronous_commit') = 'off'"
        connection.execute(f"select set_config('synchronous_commit', 'on', false) where {asleep}")
        return connection

    def there(self) -> set[int]:
        """The months that have a partition."""
        with self._months.snapshot() as session:
            return {month for (month,) in session.execute("select month from sealed")}

    def month(self, number: int) -> tuple[_Months, MonthWords]:
        """The partition of a month, attached so that nobody who reads the whole table is waited for."""
        words = _words(number)
        with self._months.transaction() as session:
            if session.execute("select 1 from sealed where month = ?", (number,)).fetchone() is None:
                begins, ends = begin_of(number), begin_of(number + 1)
                session.execute(f"create table {words.chunk} (like chunk including defaults including storage)")
                bounds = f"for values from ({begins}) to ({ends})"
                session.execute(f"alter table chunk attach partition {words.chunk} {bounds}")
                session.execute("insert into sealed values (?, 0)", (number,))
        return self._months, words

    def close(self) -> None:
        """Give every connection back."""
        self._readers.close()
        self._writers.close()


def _words(month: int) -> MonthWords:
    """Which partition is meant is said by its name, so that the server need not search for it."""
    adds = "on conflict (month, source, lane) do update set n = duplicate.n + excluded.n"
    return MonthWords(
        chunk=f"chunk_{1970 + month // 12:04d}_{month % 12 + 1:02d}",
        sealed=f"select head_id from sealed where month = {month}",
        seal=f"update sealed set head_id = ? where month = {month}",
        duplicates=f"select source, lane, n from duplicate where month = {month}",
        duplicate=f"insert into duplicate values ({month}, ?, ?, ?) {adds}",
    )


def _prepare(connection: Connection[Any]) -> None:
    """Make the tables of an empty schema; refuse one that a newer Dovetail wrote."""
    with connection.transaction():
        connection.execute(f"create schema if not exists {SCHEMA}")
        if connection.execute(f"select to_regclass('{SCHEMA}.user_version')").fetchone() == (None,):
            connection.execute("create sequence chunk_id")
            connection.execute(_TABLES.encode())
            connection.execute(_PACKED.encode())
            connection.execute("insert into user_version values (%s)", (VERSION,))
        (found,) = connection.execute("select version from user_version").fetchone() or (0,)
    if found > VERSION:
        raise ConfigError(f"the historian was written by a newer Dovetail (format {found})", code="historian-newer")


def _has_lock(connection: Connection[Any], *, within_s: float) -> bool:
    """One process writes. One that was just killed holds on until the server has noticed."""
    until_s = time.monotonic() + within_s
    while connection.execute("select pg_try_advisory_lock(%s)", (WRITER_LOCK,)).fetchone() != (True,):
        if time.monotonic() >= until_s:
            return False
        time.sleep(0.1)
    return True


@contextmanager
def _passing() -> Iterator[None]:
    try:
        yield
    except _PASSING as error:
        raise LinkError(f"the historian cannot write: {_said(error)}", code="historian-write") from error


def _said(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
