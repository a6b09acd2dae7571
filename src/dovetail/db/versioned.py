"""Definitions have time: a version of a rate, mapping or calendar says from when it is valid and since when known.

A versioned table keeps, per key, JSON bodies with `valid_from_us`; a new version supersedes those that would have
begun at or after it, and the superseded rows stay for `as_of` (DESIGN §5, §8). A body of None ends the key.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, Column, Index, String, Table, and_, insert, or_, select, update

from dovetail.db.tables import Id, Json, metadata
from dovetail.db.uow import Reading, UnitOfWork

type Body = Mapping[str, Any]


def versioned_table(name: str) -> Table:
    """A table of versioned definitions, to be made once, in the store of the room that owns it."""
    return Table(
        name,
        metadata,
        Column("id", Id, primary_key=True),
        Column("key", String(400), nullable=False),
        Column("valid_from_us", BigInteger, nullable=False),
        Column("body", Json),
        Column("known_from", BigInteger, nullable=False),
        Column("known_to", BigInteger),
        Index(f"ix_{name}_key", "key", "valid_from_us"),
    )


def visible(table: Table, as_of: int | None) -> Any:
    """What is true of the versions that counted at `as_of` (None: now)."""
    if as_of is None:
        return table.c.known_to.is_(None)
    return and_(table.c.known_from <= as_of, or_(table.c.known_to.is_(None), table.c.known_to > as_of))


def put(uow: UnitOfWork, table: Table, bodies: Mapping[str, Body | None], *, valid_from_us: int) -> None:
    """Make these bodies the definitions of their keys from `valid_from_us` on."""
    keys = list(bodies)
    for start in range(0, len(keys), 500):
        part = keys[start : start + 500]
        later = and_(table.c.key.in_(part), table.c.valid_from_us >= valid_from_us, table.c.known_to.is_(None))
        uow.connection.execute(update(table).where(later).values(known_to=uow.known))
        rows = [
            {"key": key, "valid_from_us": valid_from_us, "body": bodies[key], "known_from": uow.known} for key in part
        ]
        uow.connection.execute(insert(table), rows)


def at(reading: Reading, table: Table, *, at_us: int, as_of: int | None = None) -> dict[str, dict[str, Any]]:
    """The definitions valid at a moment, by key, in the order of their keys; ended ones are left out."""
    query = (
        select(table.c.key, table.c.body)
        .where(visible(table, as_of), table.c.valid_from_us <= at_us)
        .order_by(table.c.key, table.c.valid_from_us, table.c.id)
    )
    newest = {row.key: row.body for row in reading.connection.execute(query)}
    return {key: body for key, body in newest.items() if body is not None}


def history(
    reading: Reading, table: Table, key: str, *, as_of: int | None = None
) -> list[tuple[int, dict[str, Any] | None]]:
    """(valid_from_us, body) of every version of one key, oldest first; a body of None ends it."""
    query = (
        select(table.c.valid_from_us, table.c.body)
        .where(visible(table, as_of), table.c.key == key)
        .order_by(table.c.valid_from_us, table.c.id)
    )
    return [(row[0], row[1]) for row in reading.connection.execute(query)]
