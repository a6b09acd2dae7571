"""The table of frozen reports: what was answered is kept as text, and no column of a row but its withdrawal changes."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import BigInteger, Column, Index, String, Table, Text, func, insert, select, update

from dovetail.db.tables import Id, Json, metadata
from dovetail.db.uow import Reading, UnitOfWork
from dovetail.reports.model import Report

frozen_report = Table(
    "frozen_report",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("view", String(20), nullable=False),
    Column("equipment_id", BigInteger, nullable=False),
    Column("sees", Json, nullable=False),
    Column("from_us", BigInteger, nullable=False),
    Column("to_us", BigInteger, nullable=False),
    Column("as_of", BigInteger, nullable=False),
    Column("note", Text),
    Column("by_id", String(120), nullable=False),
    Column("by_name", String(200), nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("known", BigInteger, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("back_by", String(200)),
    Column("back_us", BigInteger),
    Column("content", Text, nullable=False),
    Index("ix_frozen_report_equipment", "equipment_id", "id"),
)
_C: Final = frozen_report.c
_ALL: Final = [_C[name] for name in Report.__slots__]


def _report(row: Any) -> Report:
    return Report(**(row._asdict() | {"sees": tuple(row.sees)}))


def newest(reading: Reading, *, before: int | None, equipment_id: int | None, limit: int) -> list[Report]:
    """Those of one equipment, or all, the newest first."""
    query = select(*_ALL).order_by(_C.id.desc()).limit(limit)
    query = query if before is None else query.where(_C.id < before)
    query = query if equipment_id is None else query.where(_C.equipment_id == equipment_id)
    return [_report(row) for row in reading.connection.execute(query)]


def find(reading: Reading, report_id: int) -> Report | None:
    """One of them."""
    row = reading.connection.execute(select(*_ALL).where(_C.id == report_id)).first()
    return None if row is None else _report(row)


def content(reading: Reading, report_id: int) -> str:
    """What was answered, letter for letter."""
    return reading.connection.scalar(select(_C.content).where(_C.id == report_id)) or ""


def new_id(uow: UnitOfWork) -> int:
    """The number of the next; asked for after `uow.known`, so that nobody else takes it."""
    return (uow.connection.scalar(select(func.max(_C.id))) or 0) + 1


def add(uow: UnitOfWork, report: Report, text: str) -> None:
    """Keep it."""
    values = {name: getattr(report, name) for name in Report.__slots__}
    uow.connection.execute(insert(frozen_report).values(**values | {"sees": list(report.sees)}, content=text))


def withdraw(uow: UnitOfWork, report_id: int, *, by: str | None, at_us: int | None) -> None:
    """It is no longer shown in lists (None: it is again); what it says stays."""
    uow.connection.execute(update(frozen_report).where(_C.id == report_id).values(back_by=by, back_us=at_us))
