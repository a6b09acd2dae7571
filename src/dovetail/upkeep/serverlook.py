"""What samples a PostgreSQL holds, seen by whoever has no right to write there: how far they are, and how large."""

# ruff: noqa: S608 - tables and columns are our own words

from __future__ import annotations

from dataclasses import dataclass

from dovetail.chunkstore.postgres import words_of
from dovetail.packing.place import Session
from dovetail.serverlink.sessions import SCHEMA, ServerSession, connect, passing


@dataclass(frozen=True, slots=True)
class Look:
    """What stands in a schema: the marks of the head, the bytes of everything and of each month, its form."""

    last: int
    sealed: int
    released: int
    bytes: int
    months: dict[int, int]
    version: int
    dirty: int
    damaged: int  # samples
    lost: int  # rows of the head
    vouched: bool  # whether the server keeps checksums of its pages


def look(url: str) -> Look | None:
    """What samples a database holds, without the right to write; None: it has none. Raises LinkError."""
    with passing(to="read"), connect(url) as connection:
        if connection.execute(f"select to_regclass('{SCHEMA}.user_version')").fetchone() == (None,):
            return None
        return looked(ServerSession(connection))


def looked(session: Session) -> Look:
    """The same, through a session."""
    marks = dict(session.execute("select name, head_id from mark").fetchall())
    (newest,) = session.execute("select coalesce(max(head_id), 0) from head").fetchone()
    sized = "select coalesce(sum(pg_total_relation_size(oid)), 0)::bigint from pg_class"
    own = f"relnamespace = '{SCHEMA}'::regnamespace and relkind in ('r', 'm')"
    (size,) = session.execute(f"{sized} where {own}").fetchone()
    numbers = [number for (number,) in session.execute("select month from sealed order by month")]
    asked = "select pg_total_relation_size(to_regclass(?)) + coalesce(pg_total_relation_size(to_regclass(?)), 0)"
    tables = {number: (words_of(number).chunk, words_of(number).moments) for number in numbers}
    months = {number: session.execute(asked, named).fetchone()[0] for number, named in tables.items()}
    (version,) = session.execute("select version from user_version").fetchone()
    of_rollups = "select count(*) from rollup where dirty = 1" if version > 1 else "select 0"
    (dirty,) = session.execute(of_rollups).fetchone()
    aside = [f"select n from {words_of(number).aside}" for number in numbers if version > 3] or ["select 0 as n"]
    (spoilt,) = session.execute(
        f"select coalesce(sum(n), 0)::bigint from ({' union all '.join(aside)}) as a"
    ).fetchone()
    last = max(newest, marks["released"], marks.get("floor", 0))
    (sums,) = session.execute("select current_setting('data_checksums')").fetchone()
    ends = (last, marks["sealed"], marks["released"])
    return Look(*ends, size, months, version, dirty, spoilt, marks.get("lost", 0), sums == "on")
