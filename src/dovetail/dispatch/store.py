"""Job orders as they were known at every moment: rows are superseded, never changed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, String, Table, false, insert, select, update

from dovetail.db.tables import Id, metadata
from dovetail.db.uow import Reading, UnitOfWork
from dovetail.db.versioned import visible
from dovetail.dispatch.model import JobOrder

job_order = Table(
    "job_order",
    metadata,
    Column("row_id", Id, primary_key=True),
    Column("id", String(120), nullable=False),
    Column("equipment_id", BigInteger, nullable=False),
    Column("product", String(400), nullable=False),
    Column("quantity", BigInteger),
    Column("planned_start_us", BigInteger),
    Column("lot", String(120)),
    Column("standard_rate_upm", Float),
    Column("withdrawn", Boolean, nullable=False, server_default=false()),
    Column("dispatched_us", BigInteger),
    Column("known_from", BigInteger, nullable=False),
    Column("known_to", BigInteger),
    Column("start", String(10), nullable=False, server_default="manual"),
    Index("ix_job_order_equipment", "equipment_id", "known_to"),
    Index("ix_job_order_id", "id"),
    Index("ix_job_order_scheduled", "start", "known_to", "planned_start_us"),
)

NAMES = tuple(field.name for field in fields(JobOrder))
OPEN_MAX = 10_000  # orders read at once; an ERP that sends more is asked for less by whoever connects it


def of(
    reading: Reading, equipment: Collection[int], *, job_order_id: str | None = None, as_of: int | None = None
) -> list[JobOrder]:
    """The orders on this equipment (of one name), by planned start; those without one last."""
    table = job_order
    where: list[Any] = [visible(table, as_of), table.c.equipment_id.in_(list(equipment))]
    if job_order_id is not None:
        where.append(table.c.id == job_order_id)
    query = select(*(table.c[name] for name in NAMES)).where(*where)
    planned = (table.c.planned_start_us.is_(None), table.c.planned_start_us, table.c.id)
    return [JobOrder(*row) for row in reading.connection.execute(query.order_by(*planned).limit(OPEN_MAX))]


def scheduled(reading: Reading, from_us: int, to_us: int) -> list[JobOrder]:
    """The orders that start themselves with a planned start in [from_us, to_us], by that."""
    c = job_order.c
    mine = (c.start == "scheduled", c.known_to.is_(None), c.planned_start_us.between(from_us, to_us))
    query = select(*(c[name] for name in NAMES)).where(*mine, c.withdrawn.is_(False))
    found = reading.connection.execute(query.order_by(c.planned_start_us, c.id).limit(OPEN_MAX))
    return [JobOrder(*row) for row in found]


def put(uow: UnitOfWork, order: JobOrder) -> None:
    """Know this order from this transaction on, in place of what was known under its name on its equipment."""
    table = job_order
    ours = (table.c.id == order.id, table.c.equipment_id == order.equipment_id, table.c.known_to.is_(None))
    uow.connection.execute(update(table).where(*ours).values(known_to=uow.known))
    row = {name: getattr(order, name) for name in NAMES} | {"known_from": uow.known, "known_to": None}
    uow.connection.execute(insert(table).values(**row))


def forget(uow: UnitOfWork, job_order_id: str, equipment_id: int) -> None:
    """Know nothing of this order from this transaction on: it was never planned."""
    table = job_order
    ours = (table.c.id == job_order_id, table.c.equipment_id == equipment_id, table.c.known_to.is_(None))
    uow.connection.execute(update(table).where(*ours).values(known_to=uow.known))
