"""What people said of the past: every edit with its revisions, and how far the ends of open ones are known."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache
from typing import Any, Final, Literal, cast

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    String,
    Table,
    Text,
    and_,
    bindparam,
    case,
    func,
    insert,
    or_,
    select,
    update,
)

from dovetail.db.tables import Id, event_handled, event_log, metadata
from dovetail.db.uow import Reading, UnitOfWork
from dovetail.timeline.model import Edit

timeline_edit = Table(
    "timeline_edit",
    metadata,
    Column("id", Id, primary_key=True),
    Column("edit_id", BigInteger, nullable=False),
    Column("equipment_id", BigInteger, nullable=False),
    Column("t0_us", BigInteger, nullable=False),
    Column("t1_us", BigInteger),  # of an open edit: where what it speaks of ended, once that is known
    Column("what", String(12), nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("state", String(40)),
    Column("mode", String(20)),
    Column("says_reason", Boolean, nullable=False),
    Column("reason", String(400)),
    Column("external", Boolean, nullable=False),
    Column("says_comment", Boolean, nullable=False),
    Column("comment", Text),
    Column("by_id", String(120), nullable=False),
    Column("by_name", String(200), nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("why", Text),
    Column("evidence", String(64), nullable=False),
    Column("evidence_us", BigInteger, nullable=False),
    Column("seen_reason", String(400)),
    Column("known", BigInteger, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Column("known_from", BigInteger, nullable=False),
    Column("known_to", BigInteger),
    Index("ix_timeline_edit_equipment_t1", "equipment_id", "t1_us"),
    Index("ix_timeline_edit_edit", "edit_id"),
)

NAMES: Final = tuple(Edit.__slots__)
_C = timeline_edit.c


def _visible(as_of: Any) -> Any:
    if as_of is None:
        return _C.known_to.is_(None)
    return and_(_C.known_from <= as_of, or_(_C.known_to.is_(None), _C.known_to > as_of))


def _between(equipment_id: Any, from_us: Any, to_us: Any) -> Any:
    ours = and_(_C.equipment_id == equipment_id, or_(_C.t1_us.is_(None), _C.t1_us > from_us))
    return ours if to_us is None else and_(ours, _C.t0_us < to_us)


def _read(reading: Reading, query: Any) -> list[Edit]:
    return [Edit(*row) for row in cast(Iterable[Any], reading.connection.execute(query))]


def _edits(*where: Any) -> Any:
    return select(*(_C[name] for name in NAMES)).where(*where)


# --- reading --------------------------------------------------------------------------------------------------
def touching(
    reading: Reading, equipment_id: int, from_us: int, to_us: int | None, *, as_of: int | None = None
) -> list[Edit]:
    """The edits that hold and say something of [from_us, to_us), the oldest first."""
    asked = {"who": equipment_id, "from_us": from_us}
    asked |= ({} if to_us is None else {"to_us": to_us}) | ({} if as_of is None else {"as_of": as_of})
    query = _touching(now=as_of is None, on=to_us is None)
    return [Edit(*row) for row in cast(Iterable[Any], reading.connection.execute(query, asked))]


@cache
def _touching(*, now: bool, on: bool) -> Any:
    """The question put together once: each stretch derived asks it. `on`: of a time without an end."""
    who, from_us, to_us, as_of = (bindparam(name, type_=BigInteger) for name in ("who", "from_us", "to_us", "as_of"))
    where = _between(who, from_us, None if on else to_us)
    return _edits(_visible(None if now else as_of), _C.withdrawn.is_(False), where).order_by(_C.edit_id)


def before(reading: Reading, equipment_id: int, at_us: int, *, as_of: int | None = None) -> Edit | None:
    """Of the edits that hold and end by a moment, the one that reaches furthest."""
    return _beside(reading, "before", {"who": equipment_id, "at_us": at_us, "as_of": as_of})


def after(reading: Reading, equipment_id: int, at_us: int, *, as_of: int | None = None) -> Edit | None:
    """Of the edits that hold and begin at a moment or later, the first."""
    return _beside(reading, "after", {"who": equipment_id, "at_us": at_us, "as_of": as_of})


def _beside(reading: Reading, side: Literal["before", "after"], asked: dict[str, int | None]) -> Edit | None:
    found = reading.connection.execute(_nearest(side, now=asked["as_of"] is None), asked)
    return next((Edit(*row) for row in cast(Iterable[Any], found)), None)


@cache
def _nearest(side: Literal["before", "after"], *, now: bool) -> Any:
    who, at_us, as_of = (bindparam(name, type_=BigInteger) for name in ("who", "at_us", "as_of"))
    near, order = (_C.t1_us <= at_us, _C.t1_us.desc()) if side == "before" else (_C.t0_us >= at_us, _C.t0_us)
    holds = (_visible(None if now else as_of), _C.withdrawn.is_(False), _C.equipment_id == who)
    return _edits(*holds, near).order_by(order, _C.edit_id).limit(1)


def ever(reading: Reading, equipment_id: int, from_us: int, to_us: int, *, as_of: int | None = None) -> list[Edit]:
    """Every edit made of [from_us, to_us) as it stands, withdrawn ones too, the newest first."""
    return _read(reading, _edits(_visible(as_of), _between(equipment_id, from_us, to_us)).order_by(_C.edit_id.desc()))


def by_ids(reading: Reading, edit_ids: Collection[int]) -> list[Edit]:
    """The edits of these ids as they stand now, withdrawn ones too."""
    return _read(reading, _edits(_visible(None), _C.edit_id.in_(list(edit_ids))).order_by(_C.edit_id))


def last_said(reading: Reading, equipment_id: int, from_us: int, to_us: int | None) -> int:
    """The `known` of the newest word people said of [from_us, to_us), a withdrawal too; 0: none."""
    word = case((_C.withdrawn, _C.known_from), else_=_C.known)
    query = select(func.max(word)).where(_visible(None), _between(equipment_id, from_us, to_us))
    return reading.connection.scalar(query) or 0


def open_near(reading: Reading, equipment_id: int, from_us: int, to_us: int | None) -> list[Edit]:
    """The open edits that hold and reach to or into [from_us, to_us], by their start."""
    reach = or_(_C.t1_us.is_(None), _C.t1_us >= from_us)
    query = _edits(_visible(None), _C.withdrawn.is_(False), _C.is_open, _C.equipment_id == equipment_id, reach)
    query = query if to_us is None else query.where(_C.t0_us <= to_us)
    return _read(reading, query.order_by(_C.t0_us, _C.edit_id))


def next_open_us(reading: Reading, equipment_id: int, after_us: int) -> int | None:
    """Where the next open edit that holds begins."""
    query = select(func.min(_C.t0_us)).where(
        _visible(None), _C.withdrawn.is_(False), _C.is_open, _C.equipment_id == equipment_id, _C.t0_us > after_us
    )
    return reading.connection.scalar(query)


def last_reasons(reading: Reading, equipment_id: int, limit: int) -> list[str]:
    """The reasons people gave last at an equipment, the newest first, each once."""
    newest = func.max(_C.edit_id)
    query = (
        select(_C.reason)
        .where(_visible(None), _C.withdrawn.is_(False), _C.equipment_id == equipment_id, _C.reason.is_not(None))
        .group_by(_C.reason)
        .order_by(newest.desc())
    )
    return list(reading.connection.scalars(query.limit(limit)))


def any_open(reading: Reading) -> bool:
    """Whether anybody ever said anything of what was still going on."""
    query = select(_C.id).where(_visible(None), _C.is_open, _C.withdrawn.is_(False)).limit(1)
    return reading.connection.execute(query).first() is not None


def records_changed(reading: Reading, known: int, limit: int) -> list[tuple[int, dict[str, Any]]]:
    """(known, body) of the changes of derived records after `known`, in the order of knowledge."""
    c = event_log.c
    query = select(c.known, c.body).where(c.known > known, c.kind == "RecordsChanged").order_by(c.known, c.n)
    return [(row[0], row[1]) for row in reading.connection.execute(query.limit(limit))]


def handled(reading: Reading, handler: str) -> int:
    """Up to which `known` a handler has dealt with events."""
    query = select(event_handled.c.known).where(event_handled.c.handler == handler)
    return reading.connection.scalar(query) or 0


# --- writing --------------------------------------------------------------------------------------------------
def new_id(uow: UnitOfWork) -> int:
    """The number of the next edit; asked for after `uow.known`, so that nobody else takes it."""
    return (uow.connection.scalar(select(func.max(_C.edit_id))) or 0) + 1


def add(uow: UnitOfWork, edit: Edit) -> None:
    """Keep an edit, or the new revision of one: what was known of it until now is superseded."""
    now = and_(_C.edit_id == edit.edit_id, _C.known_to.is_(None))
    uow.connection.execute(update(timeline_edit).where(now).values(known_to=uow.known))
    row = {name: getattr(edit, name) for name in NAMES} | {"known_from": uow.known, "known_to": None}
    uow.connection.execute(insert(timeline_edit).values(**row))


def mark_handled(uow: UnitOfWork, handler: str, known: int) -> None:
    """The handler has dealt with everything up to `known`, in this very transaction."""
    mine = event_handled.c.handler == handler
    if not uow.connection.execute(update(event_handled).where(mine).values(known=known)).rowcount:
        uow.connection.execute(insert(event_handled).values(handler=handler, known=known))
