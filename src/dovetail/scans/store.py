"""Every code that was scanned, in order; nothing here is ever changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import fields
from typing import Any, cast

from sqlalchemy import BigInteger, Column, Index, String, Table, Text, insert, select

from dovetail.db.tables import Id, metadata
from dovetail.db.uow import Reading, UnitOfWork
from dovetail.scans.model import Scan

job_scan = Table(
    "job_scan",
    metadata,
    Column("row_id", Id, primary_key=True),
    Column("scan_id", BigInteger, nullable=False),
    Column("equipment_id", BigInteger, nullable=False),
    Column("code", String(200), nullable=False),
    Column("outcome", String(10), nullable=False),
    Column("message", Text),
    Column("hint", Text),
    Column("run_id", String(36)),
    Column("by_id", String(120), nullable=False),
    Column("by_name", String(200), nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Index("ix_job_scan_equipment_at", "equipment_id", "at_us"),
)

NAMES = tuple(field.name for field in fields(Scan))
_C = job_scan.c


def _scans(reading: Reading, query: Any) -> list[Scan]:
    return [Scan(*row) for row in cast(Iterable[Any], reading.connection.execute(query))]


def of(reading: Reading, equipment: Collection[int], from_us: int, to_us: int) -> list[Scan]:
    """The scans in [from_us, to_us), the newest first."""
    query = select(*(_C[name] for name in NAMES)).where(
        _C.equipment_id.in_(list(equipment)), _C.at_us >= from_us, _C.at_us < to_us
    )
    return _scans(reading, query.order_by(_C.at_us.desc(), _C.scan_id.desc()))


def last(reading: Reading, equipment_id: int) -> Scan | None:
    """The last scan at a machine that was not a repetition."""
    query = select(*(_C[name] for name in NAMES)).where(_C.equipment_id == equipment_id, _C.outcome != "repeated")
    found = _scans(reading, query.order_by(_C.at_us.desc(), _C.scan_id.desc()).limit(1))
    return found[0] if found else None


def add(uow: UnitOfWork, scan: Scan) -> None:
    """Keep a scan."""
    uow.connection.execute(insert(job_scan).values(**{name: getattr(scan, name) for name in NAMES}))
