"""Who did what, when and why, in the order of knowledge and chained by hash; and answers kept for repeated requests."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import orjson
from sqlalchemy import BigInteger, Column, Integer, String, Table, Text, UniqueConstraint, insert, select

from dovetail.db.tables import Id, Json, metadata
from dovetail.db.uow import Reading, UnitOfWork

audit = Table(
    "audit",
    metadata,
    Column("id", Id, primary_key=True),
    Column("known", BigInteger, nullable=False, unique=True),
    Column("at_us", BigInteger, nullable=False),
    Column("operation", String(80), nullable=False),
    Column("actor_id", String(120), nullable=False),
    Column("actor_name", String(200), nullable=False),
    Column("session_id", String(80)),
    Column("equipment_id", BigInteger),
    Column("given", Json, nullable=False),
    Column("reason", Text),
    Column("undo_operation", String(80)),
    Column("undo_given", Json),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("id", Id, primary_key=True),
    Column("actor_id", String(120), nullable=False),
    Column("key", String(200), nullable=False),
    Column("operation", String(80), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("output", Json, nullable=False),
    Column("known", BigInteger, nullable=False),
    Column("audit_id", Integer, nullable=False),
    UniqueConstraint("actor_id", "key"),
)

GENESIS = "0" * 64
AT_ONCE: Final = 500  # bound values of one statement


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One attributable change. `given` never holds a secret."""

    operation: str
    actor_id: str
    actor_name: str
    session_id: str | None
    equipment_id: int | None
    given: dict[str, Any]
    reason: str | None
    undo_operation: str | None = None
    undo_given: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Idempotent:
    """What a request with an Idempotency-Key was answered."""

    operation: str
    digest: str
    output: dict[str, Any]
    known: int
    audit_id: int


def chain_hash(prev_hash: str, known: int, at_us: int, row: AuditRow) -> str:
    """SHA-256 over the previous hash and this row's canonical bytes (sorted keys): a row vouches for all before it."""
    canonical = orjson.dumps({"known": known, "at_us": at_us, **asdict(row)}, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(prev_hash.encode() + canonical).hexdigest()


def write_audit(uow: UnitOfWork, row: AuditRow) -> int:
    """Append to the chain, in the transaction of the change itself; answers the audit id."""
    known = uow.known  # taken first: it also makes us the only one who appends
    at_us = uow.clock.now_us()
    last = uow.connection.scalar(select(audit.c.hash).order_by(audit.c.id.desc()).limit(1)) or GENESIS
    values = {**asdict(row), "known": known, "at_us": at_us, "prev_hash": last}
    values["hash"] = chain_hash(last, known, at_us, row)
    result = uow.connection.execute(insert(audit).values(**values))
    return int(result.inserted_primary_key[0])  # type: ignore[index]  # one row was inserted


def find_audit(reading: Reading, audit_id: int) -> AuditRow | None:
    """One audit row, or None."""
    names = list(AuditRow.__slots__)
    found = reading.connection.execute(select(*(audit.c[name] for name in names)).where(audit.c.id == audit_id)).first()
    return AuditRow(*found) if found else None


def audit_at(reading: Reading, knowns: Sequence[int]) -> dict[int, tuple[int, AuditRow]]:
    """By `known`: the audit id and row of each of these transactions that a person or the system answers for."""
    names = list(AuditRow.__slots__)
    query = select(audit.c.known, audit.c.id, *(audit.c[name] for name in names))
    parts = [knowns[start : start + AT_ONCE] for start in range(0, len(knowns), AT_ONCE)]
    rows = (reading.connection.execute(query.where(audit.c.known.in_(part))) for part in parts)
    return {row[0]: (row[1], AuditRow(*row[2:])) for part in rows for row in part}


def vouched(reading: Reading, known: int) -> AuditRow | None:
    """The audit row of a transaction whose hash follows from the row before and is followed by the row after; None
    where there is none, or it was changed."""
    names = list(AuditRow.__slots__)
    found = reading.connection.execute(select(audit).where(audit.c.known == known)).mappings().first()
    if found is None:
        return None
    beside = select(audit.c.hash, audit.c.prev_hash)
    before = reading.connection.execute(
        beside.where(audit.c.id < found["id"]).order_by(audit.c.id.desc()).limit(1)
    ).first()
    after = reading.connection.execute(beside.where(audit.c.id > found["id"]).order_by(audit.c.id).limit(1)).first()
    row = AuditRow(**{name: found[name] for name in names})
    expected = chain_hash(GENESIS if before is None else before.hash, known, found["at_us"], row)
    holds = found["hash"] == expected and (after is None or after.prev_hash == expected)
    return row if holds else None


def first_broken(reading: Reading) -> int | None:
    """The id of the first audit row whose hash does not follow from the one before; None when the chain holds."""
    names = list(AuditRow.__slots__)
    previous = GENESIS
    for found in reading.connection.execute(select(audit).order_by(audit.c.id)).mappings():
        row = AuditRow(**{name: found[name] for name in names})
        expected = chain_hash(previous, found["known"], found["at_us"], row)
        if found["prev_hash"] != previous or found["hash"] != expected:
            return int(found["id"])
        previous = found["hash"]
    return None


def find_idempotent(reading: Reading, *, actor_id: str, key: str) -> Idempotent | None:
    """The answer kept for this actor's key, or None."""
    names = list(Idempotent.__slots__)
    query = select(*(idempotency.c[name] for name in names))
    found = reading.connection.execute(
        query.where(idempotency.c.actor_id == actor_id, idempotency.c.key == key)
    ).first()
    return Idempotent(*found) if found else None


def keep_idempotent(uow: UnitOfWork, *, actor_id: str, key: str, row: Idempotent) -> None:
    """Keep an answer, in the transaction of the change it answers."""
    uow.connection.execute(insert(idempotency).values(actor_id=actor_id, key=key, **asdict(row)))
