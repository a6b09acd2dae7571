"""The tables of retention: the rules by version, holds, archives, and what went, for ever."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text, func, insert, select, update

from dovetail.db import versioned
from dovetail.db.tables import Json, metadata
from dovetail.db.uow import Reading, UnitOfWork
from dovetail.gone.model import Drop, Stretch
from dovetail.retention.model import Archive, Hold

retention_rule = versioned.versioned_table("retention_rule")

retention_hold = Table(
    "retention_hold",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("equipment", Json, nullable=False),
    Column("tags", Json, nullable=False),
    Column("from_us", BigInteger, nullable=False),
    Column("to_us", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by_name", String(200), nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("known", BigInteger, nullable=False),
    Column("released_by", String(200)),
    Column("released_us", BigInteger),
    Column("released_reason", Text),
)

retention_drop = Table(
    "retention_drop",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("act", String(8), nullable=False),
    Column("rule", String(400), nullable=False),
    Column("month", Integer, nullable=False),
    Column("until_us", BigInteger, nullable=False),
    Column("ids", Json),  # null: the whole month
    Column("samples", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("of", Json, nullable=False),  # [[tag, first, last, samples], …]
    Column("files", Json, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("by_name", String(200), nullable=False),
    Column("known", BigInteger, nullable=False),
    Column("done_known", BigInteger),  # null: decided, and not yet known to have been done
    Index("ix_retention_drop_done_known", "done_known"),
)

retention_archive = Table(
    "retention_archive",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("rule", String(400), nullable=False),
    Column("month", Integer, nullable=False),
    Column("file", String(1000), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("of", Json, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("known", BigInteger, nullable=False),
)
_D, _H, _A = retention_drop.c, retention_hold.c, retention_archive.c


# --- rules ------------------------------------------------------------------------------------------------------
def put_rules(uow: UnitOfWork, bodies: Mapping[str, Mapping[str, Any] | None], *, valid_from_us: int) -> None:
    """Make these the rules from a moment on; None ends one."""
    versioned.put(uow, retention_rule, bodies, valid_from_us=valid_from_us)


def rules_at(reading: Reading, at_us: int) -> dict[str, dict[str, Any]]:
    """The rules valid at a moment, by equipment path."""
    return versioned.at(reading, retention_rule, at_us=at_us)


# --- holds ------------------------------------------------------------------------------------------------------
def _new_id(uow: UnitOfWork, table: Table) -> int:
    """The number of the next row; asked for after `uow.known`, so that nobody else takes it."""
    return (uow.connection.scalar(select(func.max(table.c.id))) or 0) + 1


def new_hold_id(uow: UnitOfWork) -> int:
    """The number of the next hold."""
    return _new_id(uow, retention_hold)


def add_hold(uow: UnitOfWork, hold: Hold) -> None:
    """Keep a hold."""
    row = {name: getattr(hold, name) for name in Hold.__slots__}
    row |= {"equipment": list(hold.equipment), "tags": list(hold.tags)}
    uow.connection.execute(insert(retention_hold).values(**row))


def release(uow: UnitOfWork, hold_id: int, *, by_name: str, at_us: int, reason: str) -> None:
    """Say that a hold holds no longer."""
    said = {"released_by": by_name, "released_us": at_us, "released_reason": reason}
    uow.connection.execute(update(retention_hold).where(_H.id == hold_id).values(**said))


def holds(reading: Reading, *, only_standing: bool) -> list[Hold]:
    """Holds, the newest first."""
    query = select(*(_H[name] for name in Hold.__slots__)).order_by(_H.id.desc())
    found = reading.connection.execute(query.where(_H.released_us.is_(None)) if only_standing else query)
    return [_hold(row) for row in found]


def _hold(row: Any) -> Hold:
    return Hold(row[0], tuple(row[1]), tuple(row[2]), *row[3:])


# --- what went --------------------------------------------------------------------------------------------------
def begin_drop(uow: UnitOfWork, drop: Drop) -> Drop:
    """Keep that this will go now; answers it with its number."""
    number = _new_id(uow, retention_drop)
    names = ("act", "rule", "month", "until_us", "samples", "bytes", "at_us", "by_name")
    row = {name: getattr(drop, name) for name in names}
    of = [[one.tag, one.t0, one.t1, one.n] for one in drop.of]
    ids = None if drop.ids is None else list(drop.ids)
    uow.connection.execute(
        insert(retention_drop).values(**row, id=number, ids=ids, of=of, files=list(drop.files), known=uow.known)
    )
    return replace(drop, id=number, known=uow.known)


def end_drop(uow: UnitOfWork, drop_id: int) -> None:
    """It has gone."""
    uow.connection.execute(update(retention_drop).where(_D.id == drop_id).values(done_known=uow.known, ids=None))


def void_drop(uow: UnitOfWork, drop_id: int) -> None:
    """It was not done, and is not any more: what it spoke of is not there as it was."""
    nothing = {"samples": 0, "bytes": 0, "of": [], "ids": None, "done_known": uow.known}
    uow.connection.execute(update(retention_drop).where(_D.id == drop_id).values(**nothing))


def drops(reading: Reading, *, after: int = 0) -> list[Drop]:
    """What went and what is about to, in the order in which it was decided, those numbered above `after`."""
    query = select(retention_drop).where(_D.id > after).order_by(_D.id)
    return [_drop(row) for row in reading.connection.execute(query)]


def unfinished(reading: Reading) -> list[Drop]:
    """What was decided, and not yet known to have been done."""
    query = select(retention_drop).where(_D.done_known.is_(None)).order_by(_D.id)
    return [_drop(row) for row in reading.connection.execute(query)]


def _drop(row: Any) -> Drop:
    return Drop(
        id=row.id, act=row.act, rule=row.rule, month=row.month, until_us=row.until_us,
        ids=None if row.ids is None else tuple(row.ids), samples=row.samples, bytes=row.bytes,
        of=tuple(Stretch(*one) for one in row.of), at_us=row.at_us, by_name=row.by_name, known=row.known,
        is_done=row.done_known is not None, files=tuple(row.files),
    )  # fmt: skip


# --- archives ---------------------------------------------------------------------------------------------------
def add_archive(uow: UnitOfWork, archive: Archive) -> None:
    """Keep that a file holds these samples; `id` and `known` are given here."""
    names = ("rule", "month", "file", "sha256", "bytes", "at_us")
    row = {name: getattr(archive, name) for name in names}
    of = [[one.tag, one.t0, one.t1, one.n] for one in archive.of]
    uow.connection.execute(
        insert(retention_archive).values(**row, id=_new_id(uow, retention_archive), of=of, known=uow.known)
    )


def archives(reading: Reading, month: int | None = None) -> list[Archive]:
    """The archives of a month (None: of all), the oldest first."""
    query = select(*(_A[name] for name in Archive.__slots__)).order_by(_A.id)
    found = reading.connection.execute(query if month is None else query.where(_A.month == month))
    return [_archive(row) for row in found]


def _archive(row: Any) -> Archive:
    of = tuple(Stretch(*one) for one in row.of)
    return Archive(row.id, row.rule, row.month, row.file, row.sha256, row.bytes, of, row.at_us, row.known)
