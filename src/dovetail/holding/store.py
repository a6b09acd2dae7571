"""Held entries as they were known at every moment: rows are superseded, never changed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from typing import Any

from sqlalchemy import BigInteger, Column, Float, Index, String, Table, Text, insert, select, update

from dovetail.db.tables import Id, metadata
from dovetail.db.uow import Reading, UnitOfWork
from dovetail.holding.model import HeldEntry

held_entry = Table(
    "held_entry",
    metadata,
    Column("row_id", Id, primary_key=True),
    Column("entry_id", BigInteger, nullable=False),
    Column("equipment_id", BigInteger, nullable=False),
    Column("given", Text, nullable=False),
    Column("t0_us", BigInteger, nullable=False),
    Column("t1_us", BigInteger, nullable=False),
    Column("looked_us", BigInteger, nullable=False),
    Column("made", BigInteger, nullable=False),
    Column("possible", BigInteger, nullable=False),
    Column("rate_upm", Float, nullable=False),
    Column("by_id", String(120), nullable=False),
    Column("by_name", String(200), nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("known_from", BigInteger, nullable=False),
    Column("known_to", BigInteger),
    Column("verdict", String(10)),
    Column("counted_as", BigInteger),
    Column("decided_by", String(200)),
    Column("decided_us", BigInteger),
    Column("why", Text),
    Index("ix_held_entry_equipment_t1", "equipment_id", "t1_us"),
    Index("ix_held_entry_entry", "entry_id"),
)

NAMES = tuple(field.name for field in fields(HeldEntry))


def _held(reading: Reading, *where: Any) -> list[HeldEntry]:
    c = held_entry.c
    query = select(*(c[name] for name in NAMES)).where(c.known_to.is_(None), *where)
    return [HeldEntry(*row) for row in reading.connection.execute(query.order_by(c.t1_us, c.entry_id))]


def of(reading: Reading, equipment: Collection[int], from_us: int, to_us: int) -> list[HeldEntry]:
    """The entries held in (from_us, to_us] by the end of their time, with what stands decided."""
    c = held_entry.c
    return _held(reading, c.equipment_id.in_(list(equipment)), c.t1_us > from_us, c.t1_us <= to_us)


def waiting(reading: Reading, equipment: Collection[int]) -> list[HeldEntry]:
    """The entries on which nothing is decided, however old, by the end of their time."""
    c = held_entry.c
    return _held(reading, c.equipment_id.in_(list(equipment)), c.verdict.is_(None))


def one(reading: Reading, entry_id: int) -> HeldEntry | None:
    """A held entry by its id; None: there is no such."""
    found = _held(reading, held_entry.c.entry_id == entry_id)
    return found[0] if found else None


def put(uow: UnitOfWork, entry: HeldEntry) -> None:
    """Know this of an entry from this transaction on."""
    c = held_entry.c
    uow.connection.execute(
        update(held_entry).where(c.entry_id == entry.entry_id, c.known_to.is_(None)).values(known_to=uow.known)
    )
    row = {name: getattr(entry, name) for name in NAMES} | {"known_from": uow.known, "known_to": None}
    uow.connection.execute(insert(held_entry).values(**row))
