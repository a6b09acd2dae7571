"""Texts of machines and what became of them, as known at every moment: rows are superseded, never changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields
from typing import Any, cast

from sqlalchemy import BigInteger, Column, Float, Index, String, Table, Text, func, insert, select, update

from dovetail.db.tables import Id, metadata
from dovetail.db.uow import Reading, UnitOfWork
from dovetail.db.versioned import visible
from dovetail.jobtexts.model import JobText

job_text = Table(
    "job_text",
    metadata,
    Column("row_id", Id, primary_key=True),
    Column("id", String(36), nullable=False),
    Column("equipment_id", BigInteger, nullable=False),
    Column("tag_id", BigInteger, nullable=False),
    Column("ts_us", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
    Column("outcome", String(10), nullable=False),
    Column("why", String(12)),
    Column("job_order", String(120)),
    Column("product", String(400)),
    Column("lot", String(120)),
    Column("standard_rate_upm", Float),
    Column("mapping", String(16), nullable=False),
    Column("by_id", String(120)),
    Column("by_name", String(200)),
    Column("note", Text),
    Column("known_from", BigInteger, nullable=False),
    Column("known_to", BigInteger),
    Index("ix_job_text_equipment_ts", "equipment_id", "ts_us"),
    Index("ix_job_text_id", "id"),
)

NAMES = tuple(field.name for field in fields(JobText))
_C = job_text.c


def _texts(reading: Reading, *where: Any) -> list[JobText]:
    query = select(*(_C[name] for name in NAMES)).where(*where).order_by(_C.ts_us, _C.row_id)
    return [JobText(*row) for row in cast(Iterable[Any], reading.connection.execute(query))]


def of(
    reading: Reading, equipment: Collection[int], from_us: int, to_us: int | None, *, as_of: int | None = None
) -> list[JobText]:
    """The texts said in [from_us, to_us), by time; `to_us` None: all later ones too."""
    upto = [] if to_us is None else [_C.ts_us < to_us]
    return _texts(reading, visible(job_text, as_of), _C.equipment_id.in_(list(equipment)), _C.ts_us >= from_us, *upto)


def by_id(reading: Reading, text_id: str) -> JobText | None:
    """The text of an id, as it stands now."""
    return next(iter(_texts(reading, _C.id == text_id, _C.known_to.is_(None))), None)


def last_before(reading: Reading, equipment_id: int, at_us: int) -> str | None:
    """The last text that an equipment's tag had said before a moment."""
    query = select(_C.text).where(_C.known_to.is_(None), _C.equipment_id == equipment_id, _C.ts_us < at_us)
    return reading.connection.scalar(query.order_by(_C.ts_us.desc(), _C.row_id.desc()).limit(1))


def held_since(reading: Reading, from_us: int) -> dict[int, int]:
    """Per equipment the first text from a moment on that is still held."""
    query = select(_C.equipment_id, func.min(_C.ts_us)).where(
        _C.known_to.is_(None), _C.outcome == "held", _C.ts_us >= from_us
    )
    return {row[0]: row[1] for row in reading.connection.execute(query.group_by(_C.equipment_id))}


def put(uow: UnitOfWork, texts: Sequence[JobText]) -> None:
    """Know these texts from this transaction on, in place of what was known under their ids."""
    if not texts:
        return
    forget(uow, [one.id for one in texts])
    rows = [
        {**{name: getattr(one, name) for name in NAMES}, "known_from": uow.known, "known_to": None} for one in texts
    ]
    uow.connection.execute(insert(job_text), rows)


def forget(uow: UnitOfWork, ids: Sequence[str]) -> None:
    """Know these texts no more: the samples say otherwise. What was known stays."""
    if ids:
        stands = (_C.id.in_(list(ids)), _C.known_to.is_(None))
        uow.connection.execute(update(job_text).where(*stands).values(known_to=uow.known))
