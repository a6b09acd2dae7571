"""What people corrected of the samples: facts in the order of knowledge, of which nothing is ever removed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text, func, insert, select

from dovetail.core.batch import Kind
from dovetail.corrections.model import Change, Correction, Undone
from dovetail.corrections.overlay import column
from dovetail.db.tables import metadata
from dovetail.db.uow import Reading, UnitOfWork
from dovetail.packing.columns import Block

sample_correction = Table(
    "sample_correction",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("tag_id", BigInteger, nullable=False),
    Column("equipment_id", BigInteger, nullable=False),
    Column("what", String(8), nullable=False),  # amend, delete, insert; undo: `undoes` is taken back
    Column("undoes", BigInteger),
    Column("from_us", BigInteger, nullable=False),
    Column("to_us", BigInteger, nullable=False),
    Column("kind", Integer, nullable=False),
    Column("body", Text, nullable=False),  # JSON: what is given, or what becomes of what there is
    Column("under", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by_id", String(120), nullable=False),
    Column("by_name", String(200), nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("known", BigInteger, nullable=False),
    Index("ix_sample_correction_known", "known"),
)
_C = sample_correction.c


@dataclass(frozen=True, slots=True)
class News:
    """What was corrected and taken back after a `known`, up to another."""

    corrections: list[Correction]
    undone: dict[int, Undone]
    known: int


def since(reading: Reading, known: int) -> News:
    """Everything said after `known`, in the order of knowledge."""
    query = select(sample_correction).where(_C.known > known).order_by(_C.known, _C.id)
    corrections: list[Correction] = []
    undone: dict[int, Undone] = {}
    for row in reading.connection.execute(query):
        if row.undoes is None:
            corrections.append(_correction(row))
        else:
            undone[row.undoes] = Undone(row.by_name, row.at_us, row.reason, row.known)
    return News(corrections, undone, reading.known_now())


def tag_of(reading: Reading, correction_id: int) -> int | None:
    """The tag of a correction; None: there is no such correction."""
    return reading.connection.scalar(select(_C.tag_id).where(_C.id == correction_id, _C.undoes.is_(None)))


def new_id(uow: UnitOfWork) -> int:
    """The number of the next record; asked for after `uow.known`, so that nobody else takes it."""
    return (uow.connection.scalar(select(func.max(_C.id))) or 0) + 1


def add(uow: UnitOfWork, one: Correction) -> None:
    """Keep a correction."""
    names = ("id", "from_us", "to_us", "what", "under", "reason", "by_id", "by_name", "at_us", "known", "equipment_id")
    row = {name: getattr(one, name) for name in names}
    kind, body = _body(one)
    uow.connection.execute(insert(sample_correction).values(**row, tag_id=one.tag, kind=int(kind), body=body))


def take_back(uow: UnitOfWork, one: Correction, *, by_id: str, undone: Undone) -> None:
    """Keep that a correction no longer counts."""
    row = {name: getattr(one, name) for name in ("from_us", "to_us", "equipment_id")}
    said = {"by_id": by_id, "by_name": undone.by_name, "at_us": undone.at_us, "reason": undone.reason}
    uow.connection.execute(
        insert(sample_correction).values(
            **row, **said, id=new_id(uow), tag_id=one.tag, what="undo", undoes=one.id, kind=0, body="{}", under=0,
            known=undone.known,
        )
    )  # fmt: skip


def _body(one: Correction) -> tuple[Kind, str]:
    if one.given is not None:
        rows = {name: getattr(one.given, name).tolist() for name in ("ts", "value", "status")}
        return one.given.kind, orjson.dumps(rows).decode()
    if one.change is None:
        return Kind.F64, "{}"
    names = ("value", "scale", "offset", "quality")
    return one.change.kind, orjson.dumps({name: getattr(one.change, name) for name in names}).decode()


def _correction(row: Any) -> Correction:
    body, kind = orjson.loads(row.body), Kind(row.kind)
    given = change = None
    if "ts" in body:
        ts, status = np.array(body["ts"], dtype=np.int64), np.array(body["status"], dtype=np.uint32)
        given = Block(kind, np.full(len(ts), row.tag_id, dtype=np.int64), ts, column(kind, body["value"]), status)
    elif body:
        change = Change(kind, **body)
    return Correction(
        id=row.id, tag=row.tag_id, equipment_id=row.equipment_id, what=row.what, from_us=row.from_us, to_us=row.to_us,
        change=change, given=given, under=row.under, reason=row.reason, by_id=row.by_id, by_name=row.by_name,
        at_us=row.at_us, known=row.known,
    )  # fmt: skip
