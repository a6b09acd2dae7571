"""Definitions have time: a version of a rate, mapping or calendar says from when it is valid and since when known.

A versioned table keeps, per key, JSON bodies with `valid_from_us`; a new version supersedes those that would have
begun at or after it, and the superseded rows stay for `as_of` (DESIGN §5, §8). A body of None ends the key.
Only `restate` says of a stretch of the past that other definitions held in it; what is known of it since is known
since then, and the moments at which such a stretch begins and ends are moments at which definitions change.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Index, String, Table, and_, insert, or_, select, update

from dovetail.db.tables import Id, Json, metadata
from dovetail.db.uow import Reading, UnitOfWork

type Body = Mapping[str, Any]
type History = list[tuple[int, dict[str, Any] | None]]  # (valid_from_us, body) of one key, oldest first

EVER_US: Final = 1 << 62  # before and after every moment there is

TABLES: Final[dict[str, Table]] = {}  # every table of versioned definitions, by its name

restated_moment = Table(  # where definitions of the past were said otherwise, from when and up to when
    "restated_moment",
    metadata,
    Column("known", BigInteger, primary_key=True, autoincrement=False),
    Column("at_us", BigInteger, primary_key=True, autoincrement=False),
)


def versioned_table(name: str) -> Table:
    """A table of versioned definitions, to be made once, in the store of the room that owns it."""
    TABLES[name] = Table(
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
    return TABLES[name]


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


def history(reading: Reading, table: Table, key: str, *, as_of: int | None = None) -> History:
    """(valid_from_us, body) of every version of one key, oldest first; a body of None ends it."""
    query = (
        select(table.c.valid_from_us, table.c.body)
        .where(visible(table, as_of), table.c.key == key)
        .order_by(table.c.valid_from_us, table.c.id)
    )
    return [(row[0], row[1]) for row in reading.connection.execute(query)]


def histories(reading: Reading, table: Table, *, as_of: int | None = None) -> dict[str, History]:
    """The same of every key."""
    query = select(table.c.key, table.c.valid_from_us, table.c.body).where(visible(table, as_of))
    found: defaultdict[str, History] = defaultdict(list)
    for row in reading.connection.execute(query.order_by(table.c.key, table.c.valid_from_us, table.c.id)):
        found[row.key].append((row.valid_from_us, row.body))
    return dict(found)


def body_at(held: Sequence[tuple[int, Any]], at_us: int) -> Any:
    """What a history says at a moment; None before it begins and where the key has ended."""
    index = bisect_right([since_us for since_us, _ in held], at_us) - 1
    return held[index][1] if index >= 0 else None


def between(held: History, from_us: int, to_us: int) -> History:
    """What a history says in [from_us, to_us): from `from_us` on, and wherever it says something else."""
    said = [(from_us, body_at(held, from_us)), *((at_us, body) for at_us, body in held if from_us < at_us < to_us)]
    return joined(said)


def joined(said: Sequence[tuple[int, Any]]) -> History:
    """The same by as few versions as can be; of several of one moment the last counts.

    >>> joined([(0, None), (3, {"a": 1}), (3, {"a": 2}), (5, {"a": 2})])
    [(0, None), (3, {'a': 2})]
    """
    newest = dict(said)
    done: History = []
    for at_us, body in sorted(newest.items(), key=lambda one: one[0]):
        if not done or done[-1][1] != body:
            done.append((at_us, body))
    return done


def over(held: History, said: History, from_us: int, to_us: int) -> History:
    """A history in which these are the versions of [from_us, to_us); before and after it is what it was."""
    before = [one for one in held if one[0] < from_us]
    after = [one for one in held if one[0] > to_us]
    return joined([(-EVER_US, None), *before, *said, (to_us, body_at(held, to_us)), *after])[1:]


def restate(uow: UnitOfWork, table: Table, said: Mapping[str, History], *, from_us: int, to_us: int) -> None:
    """Let these have been the versions of their keys in [from_us, to_us), each from its moment on.

    What holds from `to_us` on is what held there before; what was known before stays known as it was.
    """
    for key, versions in said.items():
        after = body_at(history(uow, table, key), to_us)
        rows = [*versions, (to_us, after)]
        gone = and_(table.c.key == key, table.c.valid_from_us.between(from_us, to_us), table.c.known_to.is_(None))
        uow.connection.execute(update(table).where(gone).values(known_to=uow.known))
        put_in = [{"key": key, "valid_from_us": at_us, "body": body, "known_from": uow.known} for at_us, body in rows]
        uow.connection.execute(insert(table), put_in)
    moments = [{"known": uow.known, "at_us": at_us} for at_us in (from_us, to_us)]
    held = select(restated_moment.c.at_us).where(restated_moment.c.known == uow.known)
    known = set(uow.connection.scalars(held))
    if new := [row for row in moments if row["at_us"] not in known]:
        uow.connection.execute(insert(restated_moment), new)


def with_restated(
    reading: Reading, boundaries: Sequence[tuple[int, int]], as_of: int | None = None
) -> list[tuple[int, int]]:
    """(from when, plant version) where definitions change: `boundaries`, and where some were restated."""
    query = select(restated_moment.c.at_us).distinct()
    seen = query if as_of is None else query.where(restated_moment.c.known <= as_of)
    starts = [at_us for at_us, _ in boundaries]
    places = [(at_us, bisect_right(starts, at_us) - 1) for at_us in reading.connection.scalars(seen)]
    new = [(at_us, place) for at_us, place in places if place >= 0 and starts[place] != at_us]
    return sorted([*boundaries, *((at_us, boundaries[place][1]) for at_us, place in new)])
