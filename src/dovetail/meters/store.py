"""Readings by hand as they were known at every moment: rows are added and closed, never changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import fields
from itertools import count
from typing import Any, cast

from sqlalchemy import BigInteger, Column, Index, String, Table, insert, select, update

from dovetail.db.tables import Id, metadata
from dovetail.db.uow import Reading as Transaction
from dovetail.db.uow import UnitOfWork
from dovetail.meters.model import Reading

counter_reading = Table(
    "counter_reading",
    metadata,
    Column("row_id", Id, primary_key=True),
    Column("entry_id", BigInteger, nullable=False),
    Column("equipment_id", BigInteger, nullable=False),
    Column("counter", String(10), nullable=False),
    Column("before", BigInteger, nullable=False),
    Column("after", BigInteger, nullable=False),
    Column("modulus", BigInteger),
    Column("quantity", BigInteger, nullable=False),
    Column("unexplained", BigInteger, nullable=False),
    Column("became", String(10), nullable=False),
    Column("t0_us", BigInteger, nullable=False),
    Column("t1_us", BigInteger, nullable=False),
    Column("by_id", String(120), nullable=False),
    Column("by_name", String(200), nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("known_from", BigInteger, nullable=False),
    Column("known_to", BigInteger),
    Column("withdrawn_by", String(200)),
    Index("ix_counter_reading_equipment_t1", "equipment_id", "t1_us"),
    Index("ix_counter_reading_entry", "entry_id"),
)

NAMES = tuple(field.name for field in fields(Reading))
_C = counter_reading.c


def _readings(reading: Transaction, query: Any) -> list[Reading]:
    return [Reading(*row) for row in cast(Iterable[Any], reading.connection.execute(query))]


def _of(*where: Any) -> Any:
    return select(*(_C[name] for name in NAMES)).where(*where)


def read(reading: Transaction, equipment: Collection[int], from_us: int, to_us: int) -> list[Reading]:
    """The readings that ended in (from_us, to_us], those taken back too, the newest first."""
    query = _of(_C.equipment_id.in_(list(equipment)), _C.t1_us > from_us, _C.t1_us <= to_us)
    return _readings(reading, query.order_by(_C.t1_us.desc(), _C.entry_id.desc()))


def backwards(reading: Transaction, equipment_id: int, counter: str, until_us: int) -> Iterator[Reading]:
    """The readings of a counter up to a moment that were not taken back, the newest first."""
    query = _of(_C.known_to.is_(None), _C.equipment_id == equipment_id, _C.counter == counter, _C.t1_us <= until_us)
    return _one_by_one(reading, query.order_by(_C.t1_us.desc(), _C.entry_id.desc()))


def onwards(reading: Transaction, equipment_id: int, counter: str, after_us: int) -> Iterator[Reading]:
    """The readings of a counter after a moment that were not taken back, the oldest first."""
    query = _of(_C.known_to.is_(None), _C.equipment_id == equipment_id, _C.counter == counter, _C.t1_us > after_us)
    return _one_by_one(reading, query.order_by(_C.t1_us, _C.entry_id))


def _one_by_one(reading: Transaction, query: Any) -> Iterator[Reading]:
    """Nearly always the first is the one that is looked for; the others may be years of them."""
    for skipped in count():
        found = _readings(reading, query.limit(1).offset(skipped))
        if not found:
            return
        yield found[0]


def one(reading: Transaction, entry_id: int) -> Reading | None:
    """A reading by its id, taken back or not."""
    found = _readings(reading, _of(_C.entry_id == entry_id))
    return found[0] if found else None


def add(uow: UnitOfWork, made: Reading) -> None:
    """Keep a reading."""
    uow.connection.execute(insert(counter_reading).values(**{name: getattr(made, name) for name in NAMES}))


def take_back(uow: UnitOfWork, entry_id: int, *, by: str) -> None:
    """From this transaction on a reading no longer holds."""
    gone = update(counter_reading).where(_C.entry_id == entry_id, _C.known_to.is_(None))
    uow.connection.execute(gone.values(known_to=uow.known, withdrawn_by=by))
