"""Samples in PostgreSQL: a schema of their own beside the records, chunks in a partition for each month.

Its connections are not the records': who asks for a year of a signal takes none from those who work. One process
writes, for as long as its connection holds the lock; when that breaks, it must find its own mark again.
"""

# ruff: noqa: S608 - tables and columns are our own words

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Final

from psycopg import Connection, errors

from dovetail.chunkstore.months import begin_of
from dovetail.core.clock import DAY_US
from dovetail.core.errors import ConfigError, LinkError
from dovetail.core.limits import HISTORIAN_LOCK_WAIT_S, HISTORIAN_READERS_MAX
from dovetail.packing.place import Appended, HeadRow, MonthWords, Place, Session
from dovetail.serverlink import tables
from dovetail.serverlink.appending import append
from dovetail.serverlink.news import News
from dovetail.serverlink.sessions import SCHEMA, Pool, ServerSession, connect, passing
from dovetail.serverlink.tightening import tighten
from dovetail.serverlink.together import Together

log = logging.getLogger(__name__)

WRITER_LOCK: Final = 0x0D0E7A12  # advisory: whoever holds it seals and releases the samples of this database


class _Place:
    """The head and the months, each with a writing connection of its own; they share those who read."""

    def __init__(self, readers: Pool) -> None:
        self._readers = readers

    @contextmanager
    def snapshot(self) -> Iterator[Together]:
        """Read at one moment; raises LinkError when the server does not answer."""
        with passing(to="read"), self._readers.lent() as connection, Together(connection).reading() as session:
            yield session

    def append(self, session: Session, rows: Sequence[HeadRow], *, known: int) -> Appended:
        """Ingest workers write beside us."""
        return append(session.execute, rows, known=known, look=True)

    def shrink(self, words: MonthWords | None = None) -> None:
        """The server's own work: autovacuum, and a table that was truncated is small at once."""


class _Head(_Place):
    """The connection that holds the lock: while it stands, no other process writes here."""

    def __init__(self, readers: Pool, open_one: Callable[[], Connection[Any]], token: str) -> None:
        super().__init__(readers)
        self._open_one = open_one
        self._token = token
        self._is_new = self._is_over = False
        self._writer = open_one()
        self._together = Together(self._writer)
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

    def _connected(self) -> Together:
        if self._is_over:
            raise LinkError("the historian is closed", code="historian-write")
        if self._writer.closed:
            fresh = self._open_one()
            try:
                if not _has_lock(fresh, within_s=0):
                    raise LinkError("the historian's database still holds the lost connection", code="historian-write")
                _still_ours(fresh, self._token)
            except BaseException:
                fresh.close()
                raise
            self._writer, self._together, self._is_new = fresh, Together(fresh), True
        return self._together

    @contextmanager
    def transaction(self) -> Iterator[Together]:
        """All or nothing; the statements go out together, so that a commit waits for the server once, not for each."""
        with passing(to="write"), self._connected().transaction() as session:
            yield session

    def renewed(self) -> bool:
        """Whether the connection broke: then it stands again when this returns. Raises LinkError while it does not."""
        with passing(to="write"):
            self._connected()
        was_new, self._is_new = self._is_new, False
        return was_new

    def close(self) -> None:
        """Give the lock back, for good."""
        self._is_over = True
        self._writer.close()


class _Months(_Place):
    """Where the sealer writes, on connections without the lock: each transaction holds on to the writer's token.

    So a process that lost the lock unnoticed moves no chunk once another has begun, and until it ends none begins.
    """

    def __init__(self, readers: Pool, writers: Pool, open_one: Callable[[], Connection[Any]], token: str) -> None:
        super().__init__(readers)
        self._writers, self._open_one, self._token = writers, open_one, token

    @contextmanager
    def transaction(self) -> Iterator[ServerSession]:
        """All or nothing."""
        with passing(to="write"), self._writers.lent() as connection:
            _still_ours(connection, self._token)
            yield ServerSession(connection)
            connection.execute("commit")

    def shrink(self, words: MonthWords | None = None) -> None:
        """A small table that is mostly air is written anew; a large one has its air used up by the days to come."""
        if words is not None:
            tighten(self._open_one, words.chunk)

    def renewed(self) -> bool:
        """The month itself says up to where it holds everything."""
        return False

    def close(self) -> None:
        """The months share one place, which the server closes."""


class Server:
    """The samples of one installation in one database. Raises ConfigError, LinkError."""

    is_shared = True

    def __init__(self, url: str) -> None:
        self._url = url
        read = b"begin isolation level repeatable read, read only"
        self._readers = Pool(self._open, places=HISTORIAN_READERS_MAX, begin=read)
        self._writers = Pool(self._open, places=2, begin=b"begin")
        self._news = News(url)
        token = secrets.token_hex(16)
        try:
            with passing(to="write"):
                self.head: Place = _Head(self._readers, self._open, token)
        except errors.InsufficientPrivilege as error:
            raise ConfigError(
                f"the database user may not keep samples: {error}",
                code="historian-rights",
                hint="let it: grant create on database … to …",
            ) from error
        self._months = _Months(self._readers, self._writers, self._open, token)

    def _open(self) -> Connection[Any]:
        """A connection whose commits are durable whatever the server's own setting is: accepted means on disk."""
        connection = connect(self._url)
        asleep = "current_setting('synchronous_commit') = 'off'"
        connection.execute(f"select set_config('synchronous_commit', 'on', false) where {asleep}")
        return connection

    def await_others(self, timeout_s: float) -> bool:
        """Until a worker has added rows to the head, or the time is over."""
        with passing(to="read"):
            return self._news.wait(timeout_s)

    def there(self) -> set[int]:
        """The months that have a partition."""
        with self._months.snapshot() as session:
            return {month for (month,) in session.execute("select month from sealed")}

    def month(self, number: int) -> tuple[_Months, MonthWords]:
        """The partition of a month, attached so that nobody who reads the whole table is waited for."""
        words = self.words(number)
        with self._months.transaction() as session:
            if session.execute("select 1 from sealed where month = ?", (number,)).fetchone() is None:
                begins, ends = begin_of(number), begin_of(number + 1)
                _attach(session.execute, "chunk", words.chunk, (begins, ends))
                _attach(session.execute, "rollup", words.rollup, (begins // DAY_US, ends // DAY_US))
                _share(session.execute, words.moments)
                session.execute(f"create table {words.aside} {tables.ASIDE}")
                session.execute("insert into sealed values (?, 0)", (number,))
        return self._months, words

    def words(self, number: int) -> MonthWords:
        """Which partition is meant is said by its name, so that the server need not search for it."""
        return words_of(number)

    def whole(self) -> AbstractContextManager[Together]:
        """Head and months at one moment."""
        return self._months.snapshot()

    def close(self) -> None:
        """Give every connection back."""
        self._news.close()
        self._readers.close()
        self._writers.close()


def _attach(execute: Callable[[str], object], parent: str, part: str, bounds: tuple[int, int]) -> None:
    execute(f"create table {part} (like {parent} including defaults including storage)")
    execute(f"alter table {parent} attach partition {part} for values from ({bounds[0]}) to ({bounds[1]})")


def _share(execute: Callable[[str], object], table: str) -> None:
    """The moments that chunks of one month share."""
    execute(f"create table {table} (id bigint primary key, body bytea not null)")
    execute(f"alter table {table} alter body set storage external")


def words_of(month: int) -> MonthWords:
    """What a month is called there."""
    name = f"{1970 + month // 12:04d}_{month % 12 + 1:02d}"
    adds = "on conflict (month, source, lane) do update set n = duplicate.n + excluded.n"
    return MonthWords(
        chunk=f"chunk_{name}",
        rollup=f"rollup_{name}",
        moments=f"moments_{name}",
        aside=f"aside_{name}",
        checked="checked",
        sealed=f"select head_id from sealed where month = {month}",
        seal=f"update sealed set head_id = ? where month = {month}",
        duplicates=f"select source, lane, n from duplicate where month = {month}",
        duplicate=f"insert into duplicate values ({month}, ?, ?, ?) {adds}",
        clear="truncate",
    )


def _prepare(connection: Connection[Any]) -> None:
    """Make the tables of an empty schema; refuse one that a newer Dovetail wrote."""
    with connection.transaction():
        connection.execute(f"create schema if not exists {SCHEMA}")
        if connection.execute(f"select to_regclass('{SCHEMA}.user_version')").fetchone() == (None,):
            connection.execute("create sequence chunk_id")
            connection.execute(tables.TABLES.encode())
            connection.execute(tables.PACKED.encode())
            connection.execute("insert into user_version values (1)")
        (found,) = connection.execute("select version from user_version").fetchone() or (0,)
        if found < tables.VERSION:
            _upgrade(connection, found)
    if found > tables.VERSION:
        raise ConfigError(f"the historian was written by a newer Dovetail (format {found})", code="historian-newer")


def _upgrade(connection: Connection[Any], version: int) -> None:
    """From version 1: rollups, made later from chunks; 2: shared moments; 3: damage; 4: checks; 5: whose frames are."""

    def execute(sql: str) -> object:
        return connection.execute(sql.encode())

    months = [month for (month,) in connection.execute("select month from sealed").fetchall()]
    if version < 2:
        execute(tables.ROLLUP)
        for month in months:
            days = (begin_of(month) // DAY_US, begin_of(month + 1) // DAY_US)
            _attach(execute, "rollup", words_of(month).rollup, days)
    if version < 3:
        execute(tables.MOMENTS)
        for month in months:
            _share(execute, words_of(month).moments)
    for month in months:
        execute(f"create table if not exists {words_of(month).aside} {tables.ASIDE}")
    if version < 5:
        execute(tables.CHECKED)
    execute(tables.TOLD)
    connection.execute("update user_version set version = %s", (tables.VERSION,))


def _still_ours(connection: Connection[Any], token: str) -> None:
    """Nobody else has begun to write since we did; and inside a transaction, until it ends nobody does."""
    if connection.execute("select token from writer for share").fetchone() != (token,):
        raise ConfigError(
            "another Dovetail has written to this historian while the connection was lost",
            code="historian-owned",
            hint="let only one of the two run, and start it anew",
        )


def _has_lock(connection: Connection[Any], *, within_s: float) -> bool:
    """One process writes. One that was just killed holds on until the server has noticed."""
    until_s, is_told = time.monotonic() + within_s, False
    while connection.execute("select pg_try_advisory_lock(%s)", (WRITER_LOCK,)).fetchone() != (True,):
        if time.monotonic() >= until_s:
            return False
        if not is_told:
            log.warning("another Dovetail writes the samples of this database: waiting up to %.0f s for it", within_s)
        is_told = True
        time.sleep(0.1)
    return True
