"""The copy in PostgreSQL: the same chunks, with the tags of all sites numbered anew, in a schema that sites share.

Many sites write, each its own tags; a swap is one transaction, so that readers see a stretch as it was or as it is.
"""

# ruff: noqa: S608 - tables and columns are our own words

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

import numpy as np
from psycopg import Connection, errors

from dovetail.chunkstore.moments import COLUMNS
from dovetail.chunkstore.months import begin_of
from dovetail.copies.model import Held, Piece, Ready, TagName
from dovetail.copies.target import taken
from dovetail.core import faults
from dovetail.core.errors import ConfigError, LinkError
from dovetail.packing import chunks
from dovetail.packing.fresh import NewChunk, rows
from dovetail.serverlink.sessions import PASSING, ServerSession

SCHEMA: Final = "enterprise"
VERSION: Final = 1
MAKING: Final = 0x0D0E7A13  # advisory: sites that begin at the same time make the tables one after the other
_TABLES: Final = """
create table site (id integer generated always as identity primary key, name text not null unique, owner text not null);
create table tag (id bigint generated always as identity primary key, site integer not null references site,
    site_tag bigint not null, path text not null, unit text not null, kind smallint not null, unique (site, site_tag));
create index tag_path on tag (path);
create table settled (site integer not null references site, month integer not null, state bytea not null,
    primary key (site, month));
create table stretch (tag bigint not null, month integer not null, from_us bigint not null, end_us bigint not null,
    mark bytea not null, added boolean not null, primary key (tag, month, from_us));
create sequence chunk_id;
create table chunk (id bigint not null default nextval('chunk_id'), tag bigint not null, kind smallint not null,
    t0 bigint not null, t1 bigint not null, n integer not null, n_good integer not null, first float8, last float8,
    min float8, max float8, sum float8, tw float8, covered_us bigint not null, good_us bigint not null,
    end_value bytea not null, end_status bigint not null, end_device bigint not null, rev integer not null,
    codec smallint not null, body bytea not null, primary key (id, t0)) partition by range (t0);
create index chunk_at on chunk (tag, t0, t1, kind, n);
alter table chunk alter body set storage external;
create table month (month integer primary key);
create table user_version (version integer not null);
"""


def partition(month: int) -> str:
    """The table of a month's chunks."""
    return f"chunk_{1970 + month // 12:04d}_{month % 12 + 1:02d}"


class ServerCopy:
    """The copy of `site` in one database. `owner` is the installation; `open_one` connects with our schema first."""

    def __init__(self, open_one: Callable[[], Connection[Any]], *, site: str, owner: str) -> None:
        self._open_one, self._site, self._owner = open_one, site, owner
        self._connection: Connection[Any] | None = None
        self._id = 0
        self._numbers: dict[int, int] = {}  # a tag of the site → its number here
        self._months: set[int] = set()

    # --- the tables -----------------------------------------------------------------------------------------
    def claim(self) -> None:
        """Make what is missing, and take the site's name."""
        with self._asking() as connection:
            if not self._id:
                self._make(connection)
            self._id = self._claimed(connection)

    def take_over(self) -> None:
        """The site's name is this installation's, whoever had it."""
        with self._asking() as connection:
            self._make(connection)
            add = (
                "insert into site (name, owner) values (%s, %s) on conflict (name) do update set owner = excluded.owner"
            )
            connection.execute(add, (self._site, self._owner))

    def _make(self, connection: Connection[Any]) -> None:
        if connection.execute("select to_regclass(%s)", (f"{SCHEMA}.user_version",)).fetchone() == (None,):
            with connection.transaction():
                connection.execute("select pg_advisory_xact_lock(%s)", (MAKING,))
                connection.execute(f"create schema if not exists {SCHEMA}")
                if connection.execute("select to_regclass(%s)", (f"{SCHEMA}.user_version",)).fetchone() == (None,):
                    connection.execute(_TABLES.encode())
                    connection.execute("insert into user_version values (%s)", (VERSION,))
        (found,) = connection.execute("select version from user_version").fetchone() or (0,)
        if found > VERSION:
            raise ConfigError(
                f"the copy is of a newer Dovetail (format {found})", code="forwarding-newer", hint="update this site"
            )
        self._months = {month for (month,) in connection.execute("select month from month")}

    def _claimed(self, connection: Connection[Any]) -> int:
        add = "insert into site (name, owner) values (%s, %s) on conflict (name) do nothing"
        connection.execute(add, (self._site, self._owner))
        sql = "select id, owner from site where name = %s"
        (number, owner) = connection.execute(sql, (self._site,)).fetchone() or (0, "")
        if owner != self._owner:
            raise taken(self._site)
        return number

    def _month(self, connection: Connection[Any], month: int) -> None:
        """Its partition, attached so that nobody who reads the whole table is waited for."""
        if month in self._months:
            return
        with connection.transaction():
            connection.execute("select pg_advisory_xact_lock(%s)", (MAKING,))
            if connection.execute("select 1 from month where month = %s", (month,)).fetchone() is None:
                one, begins, ends = partition(month), begin_of(month), begin_of(month + 1)
                connection.execute(f"create table {one} (like chunk including defaults including storage)".encode())
                attach = f"alter table chunk attach partition {one} for values from ({begins}) to ({ends})"
                connection.execute(attach.encode())
                connection.execute("insert into month values (%s)", (month,))
        self._months.add(month)

    # --- what is there --------------------------------------------------------------------------------------
    def name(self, tags: Sequence[TagName]) -> None:
        """Number the new ones, and say what they are called."""
        sql = (
            "insert into tag (site, site_tag, path, unit, kind) values (%s, %s, %s, %s, %s)"
            " on conflict (site, site_tag)"
            " do update set path = excluded.path, unit = excluded.unit, kind = excluded.kind"
            " where (tag.path, tag.unit, tag.kind) <> (excluded.path, excluded.unit, excluded.kind)"
        )
        with self._asking() as connection:
            rows = [(self._id, one.tag, one.path, one.unit, one.kind) for one in tags]
            with connection.transaction():
                connection.cursor().executemany(sql, rows)
            found = connection.execute("select site_tag, id from tag where site = %s", (self._id,))
            self._numbers = dict(found.fetchall())

    def settled(self) -> Mapping[int, bytes]:
        """The months of which it may hold anything, with their states when they were equal; empty: they never were."""
        with self._asking() as connection:
            found = connection.execute("select month, state from settled where site = %s", (self._id,), binary=True)
            return {month: bytes(state) for month, state in found}

    def settle(self, month: int, state: bytes) -> None:
        """A month is equal, in this state."""
        sql = "insert into settled values (%s, %s, %s) on conflict (site, month) do update set state = excluded.state"
        with self._asking() as connection:
            connection.execute(sql, (self._id, month, state))

    def held(self, month: int, tags: Sequence[int]) -> Mapping[int, Sequence[Held]]:
        """The stretches of a month, by tag of the site."""
        ours = {self._numbers[tag]: tag for tag in tags}
        sql = (
            "select tag, from_us, end_us, mark, added from stretch where month = %s and tag = any(%s) order by from_us"
        )
        answer: defaultdict[int, list[Held]] = defaultdict(list)
        with self._asking() as connection:
            for number, from_us, end_us, mark, added in connection.execute(sql, (month, list(ours)), binary=True):
                answer[ours[number]].append(Held(from_us, end_us, bytes(mark), added))
        return answer

    def swap(self, month: int, ready: Sequence[Ready]) -> None:
        """All of it in one transaction, while the site's name is ours."""
        with self._asking() as connection:
            self._month(connection, month)
            faults.point("forwarding.begun")
            with connection.transaction():
                still = "select 1 from site where id = %s and owner = %s for share"
                if connection.execute(still, (self._id, self._owner)).fetchone() is None:
                    raise taken(self._site)
                known = "insert into settled values (%s, %s, '') on conflict (site, month) do nothing"
                connection.execute(known, (self._id, month))
                self._remove(connection, month, ready)
                self._add(connection, month, [piece for one in ready for piece in one.pieces])
                faults.point("forwarding.written")

    def _remove(self, connection: Connection[Any], month: int, ready: Sequence[Ready]) -> None:
        gone = [(self._numbers[one.swap.tag], old) for one in ready for old in one.swap.gone]
        spans = [(number, old.from_us, old.end_us) for number, old in gone]
        with connection.cursor() as cursor:
            cursor.executemany(
                f"delete from {partition(month)} where tag = %s and t0 >= %s and t0 < %s".encode(), spans
            )
            keys = [(number, month, old.from_us) for number, old in gone]
            cursor.executemany("delete from stretch where tag = %s and month = %s and from_us = %s", keys)

    def _add(self, connection: Connection[Any], month: int, pieces: Sequence[Piece]) -> None:
        rows = [one for piece in pieces for one in _rows(piece, self._numbers[piece.stretch.tag])]
        ServerSession(connection).fill(partition(month), COLUMNS, rows)
        said = [(self._numbers[one.tag], month, one.from_us, one.end_us, one.mark, one.added) for one in
                (piece.stretch for piece in pieces)]  # fmt: skip
        connection.cursor().executemany("insert into stretch values (%s, %s, %s, %s, %s, %s)", said)

    # --- the way there --------------------------------------------------------------------------------------
    @contextmanager
    def _asking(self) -> Iterator[Connection[Any]]:
        try:
            if self._connection is None or self._connection.closed:
                self._connection = self._open_one()
            yield self._connection
        except PASSING as error:
            self.close()
            said = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise LinkError(f"the copy is away: {said}", code="forwarding-away") from error
        except errors.InsufficientPrivilege as error:
            raise ConfigError(
                f"the user of the copy may not do this: {error.diag.message_primary}", code="forwarding-rights",
                hint="grant create on its database to this user",
            ) from error  # fmt: skip

    def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _rows(piece: Piece, number: int) -> Iterator[tuple[object, ...]]:
    for whole in piece.blocks:
        pieces = chunks.pieces(replace(whole, tag=np.full(len(whole), number, dtype=np.int64)))
        yield from rows([NewChunk(block, 1) for block in pieces])
