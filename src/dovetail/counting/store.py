"""What people said of pieces, kept as facts: rows are added and closed, never changed; what was known stays known."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from functools import cache
from typing import Any, Final, Literal

from sqlalchemy import BigInteger, Column, Index, String, Table, Text, and_, bindparam, insert, or_, select, update

from dovetail.core.limits import COUNT_PERIOD_MAX_US, COUNT_REASONS_LAST
from dovetail.counting.model import Decision, Entry
from dovetail.db.tables import Id, metadata
from dovetail.db.uow import Reading, UnitOfWork
from dovetail.states.model import HeldJump

count_entry = Table(
    "count_entry",
    metadata,
    Column("row_id", Id, primary_key=True),
    Column("entry_id", BigInteger, nullable=False),
    Column("equipment_id", BigInteger, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("less", String(10)),
    Column("reason", String(400)),
    Column("t0_us", BigInteger, nullable=False),
    Column("t1_us", BigInteger, nullable=False),
    Column("job_response_id", String(36)),
    Column("comment", Text),
    Column("by_id", String(120), nullable=False),
    Column("by_name", String(200), nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("known_from", BigInteger, nullable=False),
    Column("known_to", BigInteger),
    Column("withdrawn_by", String(200)),
    Column("withdrawn_us", BigInteger),
    Column("unit", String(60)),
    Index("ix_count_entry_equipment_t1", "equipment_id", "t1_us"),
    Index("ix_count_entry_entry", "entry_id"),
)

jump_decision = Table(
    "jump_decision",
    metadata,
    Column("row_id", Id, primary_key=True),
    Column("held_id", String(80), nullable=False),
    Column("equipment_id", BigInteger, nullable=False),
    Column("verdict", String(10), nullable=False),
    Column("quantity", BigInteger),
    Column("kind", String(10), nullable=False),
    Column("less", String(10)),
    Column("t0_us", BigInteger, nullable=False),
    Column("t1_us", BigInteger, nullable=False),
    Column("counter", String(10), nullable=False),
    Column("tag_id", BigInteger, nullable=False),
    Column("cause", String(10), nullable=False),
    Column("seen_t0_us", BigInteger, nullable=False),
    Column("seen_t1_us", BigInteger, nullable=False),
    Column("seen_before", BigInteger, nullable=False),
    Column("seen_after", BigInteger, nullable=False),
    Column("seen_quantity", BigInteger, nullable=False),
    Column("why", Text),
    Column("by_id", String(120), nullable=False),
    Column("by_name", String(200), nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("known_from", BigInteger, nullable=False),
    Column("known_to", BigInteger),
    Index("ix_jump_decision_equipment_t1", "equipment_id", "seen_t1_us"),
    Index("ix_jump_decision_held", "held_id"),
)

_ENTRY: Final = tuple(field.name for field in fields(Entry))
_DECISION: Final = tuple(field.name for field in fields(Decision) if field.name != "seen")
_SEEN: Final = ("equipment_id", "seen_t0_us", "seen_t1_us", "counter", "tag_id", "seen_before", "seen_after",
                "seen_quantity", "cause")  # fmt: skip


def _visible(table: Table, as_of: Any) -> Any:
    if as_of is None:
        return table.c.known_to.is_(None)
    return and_(table.c.known_from <= as_of, or_(table.c.known_to.is_(None), table.c.known_to > as_of))


def _entries(reading: Reading, query: Any, asked: Mapping[str, Any] | None = None) -> list[Entry]:
    rows: Iterable[Any] = reading.connection.execute(query, asked)
    return [Entry(*row) for row in rows]


def _entries_where(*where: Any) -> Any:
    c = count_entry.c
    return select(*(c[name] for name in _ENTRY)).where(*where).order_by(c.t1_us, c.row_id)


def _bound(name: str) -> Any:
    return bindparam(name, type_=BigInteger)


def entries(
    reading: Reading, equipment: Collection[int], from_us: int, to_us: int, *, as_of: int | None = None
) -> list[Entry]:
    """The entries held true whose time touches (from_us, to_us], by the end of it."""
    query = _entries_query("now" if as_of is None else "as_of")
    return _entries(reading, query, _touching(equipment, from_us, to_us) | {"as_of": as_of})


def every_entry(reading: Reading, equipment: Collection[int], from_us: int, to_us: int) -> list[Entry]:
    """The same with those that were taken back."""
    return _entries(reading, _entries_query("ever"), _touching(equipment, from_us, to_us))


def _touching(equipment: Collection[int], from_us: int, to_us: int) -> dict[str, Any]:
    return {"who": list(equipment), "from_us": from_us, "to_us": to_us, "near_us": to_us + COUNT_PERIOD_MAX_US}


@cache
def _entries_query(held: Literal["now", "as_of", "ever"]) -> Any:
    """Built once: it is asked for every stretch that is settled, and to build it costs more than to run it."""
    c = count_entry.c
    ours = c.equipment_id.in_(bindparam("who", expanding=True))
    query = _entries_where(ours, c.t1_us > _bound("from_us"), c.t1_us < _bound("near_us"), c.t0_us < _bound("to_us"))
    return query if held == "ever" else query.where(_visible(count_entry, None if held == "now" else _bound("as_of")))


def entry(reading: Reading, entry_id: int) -> list[Entry]:
    """What one action entered, also when it was taken back; empty: there is no such."""
    return _entries(reading, _entries_where(count_entry.c.entry_id == entry_id))


def last_reasons(reading: Reading, equipment_id: int) -> list[str]:
    """The reasons last given for scrap at an equipment, the newest first, each once."""
    c = count_entry.c
    mine = and_(c.equipment_id == equipment_id, c.reason.is_not(None), c.known_to.is_(None))
    found = reading.connection.scalars(select(c.reason).where(mine).order_by(c.row_id.desc()).limit(200))
    return list(dict.fromkeys(reason for reason in found if reason is not None))[:COUNT_REASONS_LAST]


def add_entries(uow: UnitOfWork, found: Sequence[Entry]) -> None:
    """Hold these entries true from this transaction on."""
    uow.connection.execute(insert(count_entry), [{name: getattr(one, name) for name in _ENTRY} for one in found])


def withdraw(uow: UnitOfWork, entry_id: int, *, by: str, at_us: int) -> None:
    """Hold what one action entered true no more; what was known stays for `as_of`."""
    c = count_entry.c
    closed = {"known_to": uow.known, "withdrawn_by": by, "withdrawn_us": at_us}
    uow.connection.execute(update(count_entry).where(c.entry_id == entry_id, c.known_to.is_(None)).values(closed))


def decisions(
    reading: Reading, equipment: Collection[int], from_us: int, to_us: int, *, as_of: int | None = None
) -> list[Decision]:
    """The decisions on jumps of which some part lies in (from_us, to_us], by the moment of the jump."""
    asked = {"who": list(equipment), "from_us": from_us, "to_us": to_us, "as_of": as_of}
    return _decisions(reading, _decisions_query(now=as_of is None), asked)


@cache
def _decisions_query(*, now: bool) -> Any:
    c = jump_decision.c
    ours = c.equipment_id.in_(bindparam("who", expanding=True))
    visible = _visible(jump_decision, None if now else _bound("as_of"))
    return _decisions_where(visible, ours, c.seen_t1_us > _bound("from_us"), c.seen_t0_us < _bound("to_us"))


def decision(reading: Reading, held_id: str) -> Decision | None:
    """What stands decided on one jump; None: nothing does."""
    where = _decisions_where(_visible(jump_decision, None), jump_decision.c.held_id == held_id)
    found = _decisions(reading, where)
    return found[0] if found else None


def _decisions_where(*where: Any) -> Any:
    return select(jump_decision).where(*where).order_by(jump_decision.c.seen_t1_us, jump_decision.c.row_id)


def _decisions(reading: Reading, query: Any, asked: Mapping[str, Any] | None = None) -> list[Decision]:
    return [
        Decision(**{name: row[name] for name in _DECISION}, seen=HeldJump(*(row[name] for name in _SEEN)))
        for row in reading.connection.execute(query, asked).mappings()
    ]


def decide(uow: UnitOfWork, made: Decision) -> None:
    """Hold this decision true from this transaction on, in place of an earlier one."""
    reopen(uow, made.held_id)
    seen = {name: getattr(made.seen, name.removeprefix("seen_")) for name in _SEEN}
    uow.connection.execute(insert(jump_decision).values({name: getattr(made, name) for name in _DECISION} | seen))


def reopen(uow: UnitOfWork, held_id: str) -> None:
    """Hold no decision on this jump true any more."""
    c = jump_decision.c
    uow.connection.execute(
        update(jump_decision).where(c.held_id == held_id, c.known_to.is_(None)).values(known_to=uow.known)
    )
