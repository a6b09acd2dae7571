"""The exports of an installation: who asked for what, how it ended, and until when the file is kept."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BigInteger, Column, Index, Row, String, Table, Text, delete, insert, select, update

from dovetail.core.scope import Actor
from dovetail.db.tables import Json, metadata
from dovetail.db.uow import Reading, UnitOfWork
from dovetail.exports.model import Export, State, wanted_of

sample_export = Table(
    "sample_export",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("actor_id", String(120), nullable=False),
    Column("actor_name", String(200), nullable=False),
    Column("actor_kind", String(10), nullable=False),
    Column("wanted", Json, nullable=False),
    Column("state", String(10), nullable=False),
    Column("begun_us", BigInteger, nullable=False),
    Column("until_us", BigInteger, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("detail", Text, nullable=False),
    Index("ix_sample_export_actor_begun", "actor_id", "begun_us"),
)


def add(uow: UnitOfWork, one: Export) -> None:
    """Keep a new one."""
    uow.connection.execute(
        insert(sample_export).values(
            id=one.id,
            actor_id=one.actor.id,
            actor_name=one.actor.name,
            actor_kind=one.actor.kind,
            wanted=one.wanted.kept(),
            state=one.state,
            begun_us=one.begun_us,
            until_us=one.until_us,
            rows=one.rows,
            bytes=one.bytes,
            detail=one.detail,
        )
    )


def end(uow: UnitOfWork, export_id: str, *, state: State, rows: int, size: int, detail: str) -> None:
    """How it ended."""
    values = {"state": state, "rows": rows, "bytes": size, "detail": detail}
    uow.connection.execute(update(sample_export).where(sample_export.c.id == export_id).values(**values))


def remove(uow: UnitOfWork, export_ids: Sequence[str]) -> None:
    """Forget them."""
    uow.connection.execute(delete(sample_export).where(sample_export.c.id.in_(export_ids)))


def find(reading: Reading, export_id: str) -> Export | None:
    """The one of that id."""
    row = reading.connection.execute(select(sample_export).where(sample_export.c.id == export_id)).first()
    return None if row is None else _export(row)


def of_actor(reading: Reading, actor_id: str) -> list[Export]:
    """What somebody asked for, newest first."""
    query = select(sample_export).where(sample_export.c.actor_id == actor_id)
    found = reading.connection.execute(query.order_by(sample_export.c.begun_us.desc(), sample_export.c.id.desc()))
    return [_export(row) for row in found]


def everyones(reading: Reading) -> list[Export]:
    """All there are, oldest first: they are few, for they go after a while."""
    found = reading.connection.execute(select(sample_export).order_by(sample_export.c.begun_us))
    return [_export(row) for row in found]


def _export(row: Row[tuple[object, ...]]) -> Export:
    kept = row._mapping
    return Export(
        id=kept["id"],
        actor=Actor(kept["actor_id"], kept["actor_name"], kept["actor_kind"]),
        wanted=wanted_of(kept["wanted"]),
        state=kept["state"],
        begun_us=kept["begun_us"],
        until_us=kept["until_us"],
        rows=kept["rows"],
        bytes=kept["bytes"],
        detail=kept["detail"],
    )
