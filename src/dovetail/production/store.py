"""What ran, as it was known at every moment: rows are superseded, never changed; and how far the room has read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    String,
    Table,
    Text,
    and_,
    bindparam,
    false,
    insert,
    or_,
    select,
    update,
)

from dovetail.db.tables import Id, metadata
from dovetail.db.uow import Reading, UnitOfWork
from dovetail.production.model import JobResponse

job_response = Table(
    "job_response",
    metadata,
    Column("row_id", Id, primary_key=True),
    Column("id", String(36), nullable=False),
    Column("equipment_id", BigInteger, nullable=False),
    Column("job_order", String(120)),
    Column("product", String(400), nullable=False),
    Column("lot", String(120)),
    Column("t0_us", BigInteger, nullable=False),
    Column("t1_us", BigInteger),
    Column("standard_rate_upm", Float),
    Column("crew", String(120)),
    Column("known_from", BigInteger, nullable=False),
    Column("known_to", BigInteger),
    Column("run_id", String(36), nullable=False),
    Column("run_equipment_id", BigInteger, nullable=False),
    Column("started_by", String(12), nullable=False),
    Column("ended_by", String(12)),
    Column("beside", Boolean, nullable=False, server_default=false()),
    Column("share_ppm", Integer),
    Column("follows", String(36)),
    Column("note", Text),
    Index("ix_job_response_equipment", "equipment_id", "t0_us"),
    Index("ix_job_response_id", "id"),
    Index("ix_job_response_run", "run_id"),
)

job_consumer = Table(
    "job_consumer",
    metadata,
    Column("consumer", String(80), primary_key=True),
    Column("head_id", BigInteger, nullable=False),
)

NAMES = tuple(field.name for field in fields(JobResponse))


def _visible(as_of: Any) -> Any:
    known_to = job_response.c.known_to
    if as_of is None:
        return known_to.is_(None)
    return and_(job_response.c.known_from <= as_of, or_(known_to.is_(None), known_to > as_of))


def _query(*where: Any) -> Any:
    c = job_response.c
    return select(*(c[name] for name in NAMES)).where(*where).order_by(c.t0_us, c.equipment_id, c.row_id)


def between(
    reading: Reading, equipment: Collection[int], from_us: int, to_us: int | None, *, as_of: int | None = None
) -> list[JobResponse]:
    """The jobs that touch [from_us, to_us), by start; `to_us` None means all later ones too.

    One that ends exactly at `from_us` is among them: whoever corrects from there on must see it.
    """
    asked = {"these": list(equipment), "from_us": from_us, "to_us": to_us, "as_of": as_of}
    found: Any = reading.connection.execute(_between(now=as_of is None, on=to_us is None), asked)
    return [JobResponse(*row) for row in found]


@cache
def _between(*, now: bool, on: bool) -> Any:
    c, (from_us, to_us, as_of) = job_response.c, (bindparam(n, type_=BigInteger) for n in ("from_us", "to_us", "as_of"))
    these = c.equipment_id.in_(bindparam("these", expanding=True))
    seen, near = _visible(None if now else as_of), or_(c.t1_us.is_(None), c.t1_us >= from_us)
    return _query(seen, these, near, *([] if on else [c.t0_us < to_us]))


def by_id(reading: Reading, job_response_id: str) -> list[JobResponse]:
    """The response of that id, or all of the run of that id; empty when there is none now."""
    named = or_(job_response.c.id == job_response_id, job_response.c.run_id == job_response_id)
    jobs = [JobResponse(*row) for row in cast(Any, reading.connection.execute(_query(_visible(None), named)))]
    return [job for job in jobs if job.id == job_response_id] or jobs


def any_before(reading: Reading, equipment_id: int, at_us: int) -> bool:
    """Whether a job had started on this equipment by then."""
    table = job_response
    query = select(table.c.row_id).where(_visible(None), table.c.equipment_id == equipment_id, table.c.t0_us <= at_us)
    return reading.connection.execute(query.limit(1)).first() is not None


def put(uow: UnitOfWork, jobs: Sequence[JobResponse]) -> None:
    """Know these jobs from this transaction on, in place of what was known under their ids."""
    if not jobs:
        return
    forget(uow, [job.id for job in jobs])
    rows = [{**{name: getattr(job, name) for name in NAMES}, "known_from": uow.known, "known_to": None} for job in jobs]
    uow.connection.execute(insert(job_response), rows)


def forget(uow: UnitOfWork, ids: Sequence[str]) -> None:
    """Know these jobs no more from this transaction on; what was known stays for `as_of`."""
    if not ids:
        return
    table = job_response
    uow.connection.execute(
        update(table).where(table.c.id.in_(list(ids)), table.c.known_to.is_(None)).values(known_to=uow.known)
    )


def position(reading: Reading, consumer: str) -> int:
    """The newest head row this consumer has made records of; 0 at the beginning."""
    query = select(job_consumer.c.head_id).where(job_consumer.c.consumer == consumer)
    return reading.connection.scalar(query) or 0


def move(uow: UnitOfWork, consumer: str, head_id: int) -> None:
    """Move a consumer's position, in the transaction of the records it made."""
    table = job_consumer
    moved = uow.connection.execute(update(table).where(table.c.consumer == consumer).values(head_id=head_id))
    if moved.rowcount == 0:
        uow.connection.execute(insert(table).values(consumer=consumer, head_id=head_id))
