"""What is kept of states and counts: records and their revisions, held jumps, checkpoints, and how far we have read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from operator import attrgetter
from typing import Any, Final

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
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from dovetail.core.clock import MINUTE_US
from dovetail.db import versioned
from dovetail.db.tables import Id, metadata
from dovetail.db.uow import Reading, UnitOfWork
from dovetail.states.model import CountRecord, HeldJump, StateRecord

ROWS_AT_ONCE: Final = 500  # below the number of bound parameters that SQLite and PostgreSQL take in one statement
END_US: Final = 1 << 62
_REVISION: Final = ("known_from", "known_to")

reason = versioned.versioned_table("reason")

state_record = Table(
    "state_record",
    metadata,
    Column("id", Id, primary_key=True),
    Column("equipment_id", BigInteger, nullable=False),
    Column("t0_us", BigInteger, nullable=False),
    Column("t1_us", BigInteger),
    Column("state", String(40), nullable=False),
    Column("mode", String(20), nullable=False),
    Column("reason", String(400)),
    Column("external", Boolean, nullable=False),
    Column("source", String(10), nullable=False),
    Column("known_from", BigInteger, nullable=False),
    Column("known_to", BigInteger),
    Column("because", Text),
    Index("ix_state_record_equipment_t0", "equipment_id", "t0_us"),
)

count_record = Table(
    "count_record",
    metadata,
    Column("id", Id, primary_key=True),
    Column("equipment_id", BigInteger, nullable=False),
    Column("t0_us", BigInteger, nullable=False),
    Column("t1_us", BigInteger, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("origin", String(12), nullable=False),
    Column("tag_id", BigInteger),
    Column("spread", Boolean, nullable=False),
    Column("at_us", BigInteger, nullable=False),  # the moment that told of it: what a re-derivation replaces
    Column("known_from", BigInteger, nullable=False),
    Column("known_to", BigInteger),
    Index("ix_count_record_equipment_t0", "equipment_id", "spread", "t0_us"),
    Index("ix_count_record_equipment_at", "equipment_id", "at_us"),
)

held_jump = Table(
    "held_jump",
    metadata,
    Column("id", Id, primary_key=True),
    Column("equipment_id", BigInteger, nullable=False),
    Column("t0_us", BigInteger, nullable=False),
    Column("t1_us", BigInteger, nullable=False),
    Column("counter", String(10), nullable=False),
    Column("tag_id", BigInteger, nullable=False),
    Column("before", BigInteger, nullable=False),
    Column("after", BigInteger, nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("cause", String(10), nullable=False),
    Column("known_from", BigInteger, nullable=False),
    Column("known_to", BigInteger),
    Index("ix_held_jump_equipment_t1", "equipment_id", "t1_us"),
)

state_checkpoint = Table(
    "state_checkpoint",
    metadata,
    Column("equipment_id", BigInteger, primary_key=True, autoincrement=False),
    Column("at_us", BigInteger, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
)

state_progress = Table(
    "state_progress",
    metadata,
    Column("equipment_id", BigInteger, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),  # the newest checkpoint
    Column("late", Text, nullable=False),  # JSON [[from_us, to_us], …]: what must be derived again
)

state_position = Table(
    "state_position",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("head_id", BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one equipment is derived: its newest checkpoint as text, and the late stretches as text."""

    body: str
    late: str


@dataclass(frozen=True, slots=True)
class Derived:
    """A stretch of one equipment derived anew: it replaces what was told in (after_us, upto_us].

    `records` begins with the one that was open at `after_us` and follows without a hole; its last is open, and goes
    on from `upto_us` with what was known before (a seam) unless `upto_us` is None: then it is the newest there is.
    """

    equipment_id: int
    after_us: int
    upto_us: int | None
    records: Sequence[StateRecord]
    counts: Sequence[CountRecord]
    held: Sequence[HeldJump]


# --- reading --------------------------------------------------------------------------------------------------
def _visible(table: Table, as_of: Any) -> Any:
    if as_of is None:
        return table.c.known_to.is_(None)
    return and_(table.c.known_from <= as_of, or_(table.c.known_to.is_(None), table.c.known_to > as_of))


def records(
    reading: Reading, equipment_id: int, from_us: int, to_us: int, *, as_of: int | None = None
) -> list[StateRecord]:
    """The state records that touch [from_us, to_us), by time."""
    asked = {"who": equipment_id, "from_us": from_us, "to_us": to_us, "as_of": as_of}
    found: Any = reading.connection.execute(_records_query(now=as_of is None), asked)
    return [StateRecord(*row) for row in found]


def _bound(name: str) -> Any:
    return bindparam(name, type_=BigInteger)


@cache
def _records_query(*, now: bool) -> Any:
    """Built once: it is asked several times for every change, and to build it costs more than to run it."""
    table, from_us = state_record, _bound("from_us")
    ours = and_(table.c.equipment_id == _bound("who"), _visible(table, None if now else _bound("as_of")))
    start = select(func.max(table.c.t0_us)).where(ours, table.c.t0_us <= from_us).scalar_subquery()
    return (
        select(*_columns(table, StateRecord))
        .where(ours, table.c.t0_us >= func.coalesce(start, from_us), table.c.t0_us < _bound("to_us"))
        .where(or_(table.c.t1_us.is_(None), table.c.t1_us > from_us))
        .order_by(table.c.t0_us)
    )


def counts(
    reading: Reading, equipment_id: int, from_us: int, to_us: int, *, as_of: int | None = None
) -> list[CountRecord]:
    """The count records that touch (from_us, to_us], by time. Only those of an outage are longer than a minute."""
    asked = {"who": equipment_id, "from_us": from_us, "minute_before_us": from_us - MINUTE_US, "to_us": to_us}
    found: Any = reading.connection.execute(_counts_query(now=as_of is None), asked | {"as_of": as_of})
    return [CountRecord(*row) for row in found]


@cache
def _counts_query(*, now: bool) -> Any:
    table = count_record
    touching = and_(table.c.t0_us < _bound("to_us"), table.c.t1_us > _bound("from_us"))
    short = and_(table.c.spread.is_(False), table.c.t0_us > _bound("minute_before_us"))
    return (
        select(*_columns(table, CountRecord))
        .where(table.c.equipment_id == _bound("who"), _visible(table, None if now else _bound("as_of")), touching)
        .where(or_(short, table.c.spread.is_(True)))
        .order_by(table.c.t0_us, table.c.t1_us, table.c.kind, table.c.id)
    )


def held(reading: Reading, of: Sequence[int], from_us: int, to_us: int, *, as_of: int | None = None) -> list[HeldJump]:
    """The jumps of these equipment held in (from_us, to_us], by time."""
    table = held_jump
    query = (
        select(*_columns(table, HeldJump))
        .where(table.c.equipment_id.in_(of), _visible(table, as_of))
        .where(table.c.t1_us > from_us, table.c.t1_us <= to_us)
        .order_by(table.c.t1_us, table.c.counter)
    )
    return [HeldJump(*row) for row in reading.connection.execute(query)]


def _columns(table: Table, kind: type[Any]) -> list[Any]:
    return [table.c[name] for name in kind.__slots__]


def progress(reading: Reading) -> dict[int, Progress]:
    """How far every equipment is derived."""
    rows = reading.connection.execute(select(state_progress))
    return {row.equipment_id: Progress(row.body, row.late) for row in rows}


def position(reading: Reading, name: str) -> int:
    """The head row up to which this consumer has read; 0 at first."""
    found = reading.connection.scalar(select(state_position.c.head_id).where(state_position.c.name == name))
    return found or 0


def checkpoint_before(reading: Reading, equipment_id: int, at_us: int) -> str | None:
    """The newest kept checkpoint that holds nothing of `at_us` and later."""
    table = state_checkpoint
    query = select(table.c.body).where(table.c.equipment_id == equipment_id, table.c.at_us < at_us)
    return reading.connection.scalar(query.order_by(table.c.at_us.desc()).limit(1))


def checkpoints(reading: Reading, equipment_id: int, after_us: int, upto_us: int) -> dict[int, str]:
    """The kept checkpoints in (after_us, upto_us]."""
    query = select(state_checkpoint.c.at_us, state_checkpoint.c.body).where(_KEPT)
    rows = reading.connection.execute(query, {"who": equipment_id, "after_us": after_us, "upto_us": upto_us})
    return {row.at_us: row.body for row in rows}


_KEPT: Final = and_(
    *(state_checkpoint.c.equipment_id == _bound("who"), state_checkpoint.c.at_us > _bound("after_us")),
    state_checkpoint.c.at_us <= _bound("upto_us"),
)


# --- writing --------------------------------------------------------------------------------------------------
_MOVED: Final = update(state_progress).where(state_progress.c.equipment_id == _bound("who"))
_FORGET: Final = delete(state_checkpoint).where(_KEPT)
_AT: Final = update(state_position).where(state_position.c.name == bindparam("who", type_=String))


def begin_progress(uow: UnitOfWork, now: Mapping[int, Progress]) -> None:
    """Remember how far equipment is derived of which nothing is remembered yet."""
    _insert(uow, state_progress, [{"equipment_id": number, **asdict(one)} for number, one in now.items()])


def put_progress(uow: UnitOfWork, now: Mapping[int, Progress]) -> None:
    """Remember how far equipment is derived now."""
    if now:
        rows = [{"who": number, **asdict(one)} for number, one in now.items()]
        uow.connection.execute(_MOVED.values(body=bindparam("body"), late=bindparam("late")), rows)


def put_position(uow: UnitOfWork, name: str, head_id: int) -> None:
    """Remember the head row up to which this consumer has read."""
    done = uow.connection.execute(_AT.values(head_id=bindparam("head_id")), {"who": name, "head_id": head_id})
    if not done.rowcount:
        uow.connection.execute(insert(state_position).values(name=name, head_id=head_id))


def keep_checkpoints(uow: UnitOfWork, who: int, kept: Mapping[int, str], *, after_us: int, upto_us: int) -> None:
    """Make these the kept checkpoints of an equipment in (after_us, upto_us]."""
    uow.connection.execute(_FORGET, {"who": who, "after_us": after_us, "upto_us": upto_us})
    _insert(uow, state_checkpoint, [{"equipment_id": who, "at_us": at, "body": one} for at, one in kept.items()])


def write(uow: UnitOfWork, derived: Derived) -> tuple[int, int | None] | None:
    """Replace what differs by a new revision. Answers (from_us, to_us or None: open) of the change, None: nothing."""
    changed = [
        *_replace(uow, state_record, *_states_between(uow, derived)),
        *_replace(uow, count_record, _told_between(uow, count_record, "at_us", derived), derived.counts),
        *_replace(uow, held_jump, _told_between(uow, held_jump, "t1_us", derived), derived.held),
    ]
    if not changed:
        return None
    ends = [t1_us for _, t1_us in changed]
    return min(t0_us for t0_us, _ in changed), None if None in ends else max(end for end in ends if end is not None)


_SINCE: Final = (
    select(state_record)
    .where(state_record.c.equipment_id == _bound("who"), state_record.c.known_to.is_(None))
    .where(or_(state_record.c.t1_us.is_(None), state_record.c.t1_us > _bound("after_us")))
    .order_by(state_record.c.t0_us)
)


def _states_between(uow: UnitOfWork, derived: Derived) -> tuple[list[Any], list[StateRecord]]:
    """(rows there are, records to be there) around (after_us, upto_us]; what lies on both sides goes on."""
    new = list(derived.records)
    if not new:
        return [], []
    asked = {"who": derived.equipment_id, "after_us": derived.after_us}
    if derived.upto_us is None:
        old = list(uow.connection.execute(_SINCE, asked))
        return old, _joined_after(derived.after_us, new, old)
    c, seam_us = state_record.c, derived.upto_us + 1
    old = list(uow.connection.execute(_SINCE.where(c.t0_us <= seam_us), asked))
    if not old or (old[-1].t1_us is not None and old[-1].t1_us <= seam_us):
        old += uow.connection.execute(_SINCE.where(c.t0_us > seam_us).limit(1), asked)
    return old, _joined_at(seam_us, _joined_after(derived.after_us, new, old), old)


def _joined_after(after_us: int, new: list[StateRecord], old: Sequence[Any]) -> list[StateRecord]:
    """The record open at `after_us` begins where it is known to begin: what lies before is not derived anew.

    The two may differ while a late stretch before it is only partly derived again.
    """
    first = new[0]
    if not old or first.t0_us > after_us or old[0].t0_us > after_us:
        return new
    before = old[0]
    if _face(before) == _face(first):
        return [_state(first, before.t0_us, first.t1_us), *new[1:]]
    cut = [_state(before, before.t0_us, after_us + 1), _state(first, after_us + 1, first.t1_us), *new[1:]]
    return [record for record in cut if record.t1_us is None or record.t0_us < record.t1_us]


def _joined_at(seam_us: int, new: list[StateRecord], old: Sequence[Any]) -> list[StateRecord]:
    """The new records up to the seam and what was known from there on, as one where both say the same."""
    last = new[-1]
    after = next((row for row in old if row.t1_us is None or row.t1_us > seam_us), None)
    if after is None:
        return new
    t0_us = max(after.t0_us, seam_us)
    if _face(after) == _face(last):
        return [*new[:-1], _state(after, last.t0_us, after.t1_us)]
    return [*new[:-1], _state(last, last.t0_us, t0_us), _state(after, t0_us, after.t1_us)]


def _face(said: Any) -> tuple[Any, ...]:
    return (said.state, said.mode, said.reason, said.external, said.source)


def _state(said: Any, t0_us: int, t1_us: int | None) -> StateRecord:
    return StateRecord(
        said.equipment_id, t0_us, t1_us, said.state, said.mode, said.reason, said.external, said.source,
        because=said.because,
    )  # fmt: skip


def _told_between(uow: UnitOfWork, table: Table, moment: str, derived: Derived) -> list[Any]:
    upto_us = END_US if derived.upto_us is None else derived.upto_us
    asked = {"who": derived.equipment_id, "after_us": derived.after_us, "upto_us": upto_us}
    return list(uow.connection.execute(_told(table, moment), asked))


@cache
def _told(table: Table, moment: str) -> Any:
    within = and_(table.c[moment] > _bound("after_us"), table.c[moment] <= _bound("upto_us"))
    return select(table).where(table.c.equipment_id == _bound("who"), table.c.known_to.is_(None), within)


def _replace(
    uow: UnitOfWork, table: Table, old: Iterable[Any], new: Iterable[StateRecord | CountRecord | HeldJump]
) -> list[tuple[int, int | None]]:
    """Supersede rows that are no longer true, insert those that are new, leave the rest; (t0, t1) of what changed."""
    names = [column.name for column in table.c if column.name not in ("id", *_REVISION)]
    face_of = attrgetter(*names)
    wanted = Counter(map(face_of, new))
    gone: list[int] = []
    changed: list[tuple[int, int | None]] = []
    for row in old:
        face = face_of(row)
        if wanted[face]:
            wanted[face] -= 1
        else:
            gone.append(row.id)
            changed.append((row.t0_us, row.t1_us))
    for start in range(0, len(gone), ROWS_AT_ONCE):
        part = gone[start : start + ROWS_AT_ONCE]
        uow.connection.execute(_superseding(table), {"gone": part, "now": uow.known})
    faces = [face for face, number in wanted.items() for _ in range(number)]
    rows = [dict(zip(names, face, strict=True)) for face in faces]
    changed += [(row["t0_us"], row["t1_us"]) for row in rows]
    _insert(uow, table, [{**row, "known_from": uow.known} for row in rows] if rows else [])
    return changed


@cache
def _superseding(table: Table) -> Any:
    return update(table).where(table.c.id.in_(bindparam("gone", expanding=True))).values(known_to=_bound("now"))


def _insert(uow: UnitOfWork, table: Table, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), ROWS_AT_ONCE):
        uow.connection.execute(insert(table), rows[start : start + ROWS_AT_ONCE])
