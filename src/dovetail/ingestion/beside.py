"""The head as an ingest worker adds rows to it, beside the one process that seals and releases them.

Who may add rows of a shard is said by the shard's token, which changes when another takes the shard over.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from psycopg import Connection

from dovetail.core.errors import ConfigError
from dovetail.core.limits import SHARDS, UNSEALED_SAMPLES_MAX
from dovetail.core.sink import LostShardError
from dovetail.packing.place import Appended, HeadRow, MonthWords, Session
from dovetail.serverlink.appending import append
from dovetail.serverlink.news import TELL
from dovetail.serverlink.sessions import SCHEMA, Pool, connect, passing
from dovetail.serverlink.tables import VERSION
from dovetail.serverlink.together import Together

TABLES_LOCK: Final = 0x0D0E7A14  # advisory: whoever holds it makes the tables of workers and shards
_TABLES: Final = f"""
create table worker (name text primary key, host text not null, since timestamptz not null, until timestamptz not null,
    frames bigint not null, samples bigint not null, redelivered bigint not null, refused bigint not null);
create table shard (number integer primary key, worker text, token bigint not null);
insert into shard select number, null, 0 from generate_series(0, {SHARDS - 1}) as number;
"""  # noqa: S608  # our own words


class Beside:
    """The head as a worker adds to it: `tokens` are of the shards whose frames the next transaction brings."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._readers = Pool(self._open, places=2, begin=b"begin isolation level repeatable read, read only")
        self._writer: Connection[Any] | None = None
        self._lock = threading.Lock()
        self.tokens: Mapping[int, int] = {}
        with passing(to="read"), connect(url) as connection:
            _prepare(connection)

    def _open(self) -> Connection[Any]:
        """Durable commits, whatever the server's own setting is."""
        connection = connect(self._url)
        asleep = "current_setting('synchronous_commit') = 'off'"
        connection.execute(f"select set_config('synchronous_commit', 'on', false) where {asleep}")
        return connection

    @contextmanager
    def snapshot(self) -> Iterator[Together]:
        """Read at one moment."""
        with passing(to="read"), self._readers.lent() as connection, Together(connection).reading() as session:
            yield session

    def shrink(self, words: MonthWords | None = None) -> None:
        """Whoever seals sees to that."""

    @contextmanager
    def transaction(self) -> Iterator[Together]:
        """All or nothing, and only while every shard is ours: until it ends, nobody takes one over."""
        with passing(to="write"), self._lock:
            if self._writer is None or self._writer.closed:
                self._writer = self._open()
                self._together = Together(self._writer)
            with self._together.transaction() as session:
                owned = "select number, token from shard where number = any(?) for share"
                found = session.execute(owned, (list(self.tokens),))
                yield session
                tokens = dict(found.fetchall())
                if lost := [shard for shard, token in self.tokens.items() if tokens.get(shard) != token]:
                    raise LostShardError(lost)
                session.execute(TELL)

    def append(self, session: Session, rows: Sequence[HeadRow], *, known: int) -> Appended:
        """Others write too; what they write is for who seals."""
        return append(session.execute, rows, known=known, look=False)

    def renewed(self) -> bool:
        """What a broken commit left is found by the numbers of its frames."""
        return False

    def is_overfull(self) -> bool:
        """Whether more waits to be sealed than a start could read back: who stores must wait for who seals."""
        unsealed = (
            "select coalesce(sum(n), 0) from head where head_id > (select head_id from mark where name = 'sealed')"
        )
        with self.snapshot() as session:
            return session.execute(unsealed).fetchone()[0] > UNSEALED_SAMPLES_MAX

    def sealed_marks(self, links: Sequence[int]) -> tuple[dict[int, int], list[bytes]]:
        """The newest mark of each link that is in a chunk, and the rows that are in none, at one moment."""
        with self.snapshot() as session:
            asked = "select tag, max(t1) from chunk where tag = any(?) group by tag"
            marks = dict(session.execute(asked, (list(links),)).fetchall())
            unsealed = "select body from head where head_id > (select head_id from mark where name = 'sealed')"
            rows = session.execute(f"{unsealed} order by head_id").fetchall()
        return marks, [bytes(body) for (body,) in rows]

    def close(self) -> None:
        """Give the connections back."""
        self._readers.close()
        if self._writer is not None:
            self._writer.close()


def _prepare(connection: Connection[Any]) -> None:
    """Who seals makes the tables of samples, and a worker only those of workers."""
    if connection.execute(f"select to_regclass('{SCHEMA}.user_version')").fetchone() == (None,):
        raise ConfigError(
            "this database holds no samples yet",
            code="historian-missing",
            hint="start `dovetail serve` with it first: it makes the tables",
        )
    (found,) = connection.execute("select version from user_version").fetchone() or (0,)
    if found != VERSION:
        raise ConfigError(
            f"the samples are of format {found}, this version writes {VERSION}",
            code="historian-version",
            hint="run the same version everywhere, and start `dovetail serve` first: it migrates",
        )
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", (TABLES_LOCK,))
        if connection.execute(f"select to_regclass('{SCHEMA}.shard')").fetchone() == (None,):
            connection.execute(_TABLES.encode())
