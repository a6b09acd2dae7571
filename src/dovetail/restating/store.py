"""The table of restatements: who told which period again, by which definitions, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text, func, insert, select

from dovetail.db.tables import Id, Json, metadata
from dovetail.db.uow import Reading, UnitOfWork

restatement = Table(
    "restatement",
    metadata,
    Column("id", Id, primary_key=True),
    Column("known", BigInteger, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("from_us", BigInteger, nullable=False),
    Column("to_us", BigInteger, nullable=False),
    Column("by_name", String(200), nullable=False),
    Column("why", Text, nullable=False),
    Column("version", Integer),  # the plant version whose definitions were taken; none: those that held then
    Column("undoes", BigInteger),  # the restatement that this one takes back
    Column("changes", Json, nullable=False),
    Column("stretches", Json, nullable=False),
    Index("ix_restatement_undoes", "undoes"),
)
_C: Final = restatement.c


@dataclass(frozen=True, slots=True)
class Restatement:
    """One of them. `changes` are (section, key, stretches in words), `stretches` (equipment id, from, to)."""

    id: int
    known: int
    at_us: int
    from_us: int
    to_us: int
    by_name: str
    why: str
    version: int | None
    undoes: int | None
    changes: list[dict[str, Any]]
    stretches: list[tuple[int, int, int]]


_ALL: Final = [_C[name] for name in Restatement.__slots__]


def new_id(uow: UnitOfWork) -> int:
    """The number of the next; asked for after `uow.known`, so that nobody else takes it."""
    return (uow.connection.scalar(select(func.max(_C.id))) or 0) + 1


def add(uow: UnitOfWork, made: Restatement) -> None:
    """Keep it."""
    values = {name: getattr(made, name) for name in Restatement.__slots__}
    uow.connection.execute(insert(restatement).values(**values))


def find(reading: Reading, restatement_id: int) -> Restatement | None:
    """One of them."""
    found = reading.connection.execute(select(*_ALL).where(_C.id == restatement_id)).first()
    return None if found is None else Restatement(*found)


def newest(reading: Reading, *, before: int | None, limit: int) -> list[Restatement]:
    """A page of them, newest first."""
    query = select(*_ALL).order_by(_C.id.desc()).limit(limit)
    paged = query if before is None else query.where(_C.id < before)
    return [Restatement(*row) for row in reading.connection.execute(paged)]


def taken_back(reading: Reading, ids: list[int]) -> dict[int, int]:
    """Of these, by which restatement each is taken back: the last one that undoes it and stands itself."""
    query = select(_C.id, _C.undoes).where(_C.undoes >= min(ids, default=1 << 62)).order_by(_C.id.desc())
    found: dict[int, int] = {}
    for number, undoes in reading.connection.execute(query):  # what takes one back is newer: it is known by then
        if number not in found:
            found.setdefault(undoes, number)
    return {number: found[number] for number in ids if number in found}
