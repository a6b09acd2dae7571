"""The table of signed shifts: a signature that was taken back stays, with who did so, when and why."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache
from typing import Any, Final, cast

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    String,
    Table,
    Text,
    and_,
    bindparam,
    func,
    insert,
    or_,
    select,
    update,
)

from dovetail.db.tables import Id, metadata
from dovetail.db.uow import Reading, UnitOfWork
from dovetail.signatures.model import Signature

shift_signature = Table(
    "shift_signature",
    metadata,
    Column("id", Id, primary_key=True),
    Column("equipment_id", BigInteger, nullable=False),
    Column("shift_id", String(400), nullable=False),
    Column("shift_name", String(200), nullable=False),
    Column("t0_us", BigInteger, nullable=False),
    Column("t1_us", BigInteger, nullable=False),
    Column("by_id", String(120), nullable=False),
    Column("by_name", String(200), nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("comment", Text),
    Column("known", BigInteger, nullable=False),
    Column("back_by", String(200)),
    Column("back_us", BigInteger),
    Column("back_why", Text),
    Column("back_known", BigInteger),
    Column("since", BigInteger),
    Column("back_id", String(120)),
    Index("ix_shift_signature_equipment_t1", "equipment_id", "t1_us"),
)
_C: Final = shift_signature.c
_ALL: Final = [_C[name] for name in Signature.__slots__]


def _holding(as_of: Any) -> Any:
    if as_of is None:
        return _C.back_known.is_(None)
    return and_(func.coalesce(_C.since, _C.known) <= as_of, or_(_C.back_known.is_(None), _C.back_known > as_of))


def touching(
    reading: Reading,
    equipment_ids: Collection[int],
    from_us: int,
    to_us: int,
    *,
    as_of: int | None = None,
    back: bool = False,
) -> list[Signature]:
    """Those of these equipment that touch [from_us, to_us) and hold (`back`: or did once), by time."""
    asked = {"these": sorted(equipment_ids), "from_us": from_us, "to_us": to_us}
    asked |= {} if as_of is None or back else {"as_of": as_of}
    query = _touching(now=as_of is None, back=back)
    return [Signature(*row) for row in cast(Iterable[Any], reading.connection.execute(query, asked))]


@cache
def _touching(*, now: bool, back: bool) -> Any:
    """The question put together once: each stretch of a ledger that is derived asks it."""
    from_us, to_us, as_of = (bindparam(name, type_=BigInteger) for name in ("from_us", "to_us", "as_of"))
    near = and_(_C.equipment_id.in_(bindparam("these", expanding=True)), _C.t1_us > from_us, _C.t0_us < to_us)
    where = near if back else and_(near, _holding(None if now else as_of))
    return select(*_ALL).where(where).order_by(_C.t0_us, _C.id)


def standing(reading: Reading) -> list[tuple[int, int, int]]:
    """(equipment, t0_us, t1_us) of all that hold, by equipment and time."""
    query = select(_C.equipment_id, _C.t0_us, _C.t1_us).where(_holding(None))
    return [tuple(row) for row in reading.connection.execute(query.order_by(_C.equipment_id, _C.t0_us, _C.t1_us))]


def find(reading: Reading, signature_id: int) -> Signature | None:
    """One of them."""
    found = reading.connection.execute(select(*_ALL).where(_C.id == signature_id)).first()
    return None if found is None else Signature(*found)


def new_id(uow: UnitOfWork) -> int:
    """The number of the next; asked for after `uow.known`, so that nobody else takes it."""
    return (uow.connection.scalar(select(func.max(_C.id))) or 0) + 1


def add(uow: UnitOfWork, signature: Signature) -> None:
    """Keep it."""
    values = {name: getattr(signature, name) for name in Signature.__slots__}
    uow.connection.execute(insert(shift_signature).values(**values))


def take_back(uow: UnitOfWork, signature_id: int, *, by_id: str, by: str, at_us: int, why: str) -> None:
    """It no longer holds."""
    words = {"back_id": by_id, "back_by": by, "back_us": at_us, "back_why": why, "back_known": uow.known}
    uow.connection.execute(update(shift_signature).where(_C.id == signature_id).values(**words))
