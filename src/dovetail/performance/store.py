"""Keep the slices of every equipment's time with their history of knowledge."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import Any, Final, Literal

from sqlalchemy import BigInteger, Column, Table, and_, bindparam, case, delete, func, insert, or_, select, update

from dovetail.books.rollups import GroupKey, groups
from dovetail.books.slices import (
    CHUNK,
    SAME,
    SLICE_LONGEST_US,
    STORED_MEASURES,
    is_current,
    read,
    slice_job,
    slice_table,
    visible,
)
from dovetail.db.tables import commit_log, metadata
from dovetail.db.uow import Reading, UnitOfWork
from dovetail.ledger.columns import BY_NAME, NAMES, Sums, measures
from dovetail.ledger.model import JobShare, Slice

slice_recut = Table(  # ledgers that are to be cut again since columns were added, and how far that has come
    "slice_recut",
    metadata,
    Column("equipment_id", BigInteger, primary_key=True, autoincrement=False),
    Column("reached_us", BigInteger, nullable=False),
)


_WHO, _FROM_US, _TO_US = (bindparam(name, type_=BigInteger) for name in ("who", "from_us", "to_us"))
_MINE: Final = and_(slice_table.c.equipment_id == _WHO, is_current)  # built once: asked for at every settling
_EARLIER: Final = select(slice_table.c.t1_us).where(_MINE, slice_table.c.t0_us < _FROM_US)
_BEFORE: Final = _EARLIER.order_by(slice_table.c.t0_us.desc()).limit(1)
_AFTER: Final = select(func.min(slice_table.c.t0_us)).where(_MINE, slice_table.c.t0_us >= _TO_US)
_BESIDE: Final = select(_BEFORE.scalar_subquery(), _AFTER.scalar_subquery())

_ENDING: Final = select(slice_table).where(
    _MINE, slice_table.c.t0_us >= _FROM_US - SLICE_LONGEST_US, slice_table.c.t0_us < _FROM_US,
    slice_table.c.t1_us == _FROM_US,
)  # fmt: skip
_DAYS: Final = slice_table.c.day.in_(bindparam("days", expanding=True))
_OF_DAYS: Final = select(slice_table).where(_MINE, _DAYS).order_by(slice_table.c.t0_us)
_BEGINNING: Final = select(slice_table).where(_MINE, slice_table.c.t0_us == _FROM_US)


def extent(reading: Reading, equipment_id: int, *, as_of: int | None = None) -> tuple[int, int] | None:
    """(begin, end) of the slices held of an equipment, which leave no hole between; None where there are none."""
    asked = {"who": equipment_id, "as_of": as_of}
    ends: Any = reading.connection.execute(_ends(now=as_of is None), asked).one()
    return None if ends[0] is None else (int(ends[0]), int(ends[1]))


@cache
def _ends(*, now: bool) -> Any:
    """The first begin and the last end, each found at its end of the index: a ledger of years is not walked through."""
    c, seen = slice_table.c, visible(None if now else bindparam("as_of", type_=BigInteger))
    first, last = (select(column).where(c.equipment_id == _WHO, seen).limit(1) for column in (c.t0_us, c.t1_us))
    return select(first.order_by(c.t0_us).scalar_subquery(), last.order_by(c.t0_us.desc()).scalar_subquery())


def overlapping(
    reading: Reading, equipment_id: int, from_us: int, to_us: int, *, as_of: int | None = None, limit: int | None = None
) -> list[tuple[int, Slice]]:
    """(row id, slice) of the slices that touch [from_us, to_us), by time."""
    query = _overlapping(now=as_of is None)
    asked = {"who": equipment_id, "from_us": from_us, "to_us": to_us, "as_of": as_of}
    return read(reading, query if limit is None else query.limit(limit), asked)


@cache
def _overlapping(*, now: bool) -> Any:
    """Asked at once: from the slice that begins last before the period, or from its begin on where there is none."""
    c, seen = slice_table.c, visible(None if now else bindparam("as_of", type_=BigInteger))
    first = select(func.max(c.t0_us)).where(c.equipment_id == _WHO, c.t0_us <= _FROM_US, seen).correlate(None)
    ours = select(slice_table).where(c.equipment_id == _WHO, seen, c.t1_us > _FROM_US)
    return ours.where(c.t0_us >= func.coalesce(first.scalar_subquery(), _FROM_US), c.t0_us < _TO_US).order_by(c.t0_us)


def revised(
    reading: Reading, equipment_id: int, period: tuple[int, int], known: tuple[int, int], *, limit: int
) -> list[Slice]:
    """Up to `limit` slices that touch a period and came or went after the first `known` and up to the second."""
    c = slice_table.c
    came, went = (and_(column > known[0], column <= known[1]) for column in (c.known_from, c.known_to))
    near = and_(c.t0_us >= period[0] - SLICE_LONGEST_US, c.t0_us < period[1], c.t1_us > period[0])
    query = select(slice_table).where(c.equipment_id == equipment_id, near, or_(came, went))
    return [piece for _, piece in read(reading, query.order_by(c.t0_us, c.id).limit(limit))]


def of_days(reading: Reading, equipment_id: int, days: Iterable[str]) -> list[Slice]:
    """The slices of whole production days of one equipment, by time."""
    return [piece for _, piece in read(reading, _OF_DAYS, {"who": equipment_id, "days": sorted(days)})]


def beside(reading: Reading, equipment_id: int, at_us: int, *, side: Literal["before", "after"]) -> list[Slice]:
    """The slice that ends at a moment, or the one that begins there; none where there is none."""
    asked = {"who": equipment_id, "from_us": at_us}
    return [piece for _, piece in read(reading, _ENDING if side == "before" else _BEGINNING, asked)]


def neighbours(reading: Reading, equipment_id: int, from_us: int, to_us: int) -> tuple[int | None, int | None]:
    """(end of the last slice before `from_us`, begin of the first at or after `to_us`), None where there is none."""
    asked = {"who": equipment_id, "from_us": from_us, "to_us": to_us}
    beside: Any = reading.connection.execute(_BESIDE, asked).one()
    return beside[0], beside[1]


def close(uow: UnitOfWork, ids: Sequence[int], *, known: int) -> None:
    """These slices are no longer held true since `known`; what never outlived its own transaction goes."""
    c = slice_table.c
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        uow.connection.execute(delete(slice_table).where(c.id.in_(part), c.known_from >= known))
        uow.connection.execute(update(slice_table).where(c.id.in_(part)).values(known_to=known))


def add(uow: UnitOfWork, slices: Sequence[Slice], *, known: int) -> None:
    """Hold these slices true since `known`."""
    for start in range(0, len(slices), CHUNK):
        part = slices[start : start + CHUNK]
        uow.connection.execute(insert(slice_table), [_row(piece, known) for piece in part])
    several = {(p.equipment_id, p.t0_us): p for p in slices if len(p.shares) > 1}
    for (equipment_id, t0_us), piece in several.items():
        c = slice_table.c
        mine = select(c.id).where(c.equipment_id == equipment_id, c.t0_us == t0_us, c.known_to.is_(None))
        slice_id = uow.connection.scalar(mine)
        rows = [_share_row(share) | {"slice_id": slice_id, "place": n} for n, share in enumerate(piece.shares)]
        uow.connection.execute(insert(slice_job), rows)


def _row(piece: Slice, known: int) -> dict[str, Any]:
    brought = [measures(piece, share) for share in piece.shares]
    sums = {name: sum(one[name] for one in brought) for name in STORED_MEASURES}
    single = {"job_response_id": piece.job_response_id, "product": piece.product, "rate_upm": piece.rate_upm}
    same = {name: getattr(piece, name) for name in SAME}
    return same | single | sums | {"jobs": len(piece.shares), "known_from": known, "known_to": None}


def _share_row(share: JobShare) -> dict[str, Any]:
    numbers = {"share_ppm": share.share_ppm, "elapsed_us": share.elapsed_us}
    pieces = {kind: getattr(share.pieces, kind) for kind in ("good", "scrap", "rework", "infeed")}
    words = {"job_response_id": share.job_response_id, "product": share.product, "rate_upm": share.rate_upm}
    return numbers | pieces | words


def sums_by_slices(
    reading: Reading,
    equipment_ids: Iterable[int],
    from_us: int,
    to_us: int,
    *,
    by: Sequence[str] = (),
    columns: Sequence[str] = NAMES,
    as_of: int | None = None,
) -> dict[GroupKey, Sums]:
    """The same from the slices that lie wholly in the period: any key of theirs, and as known at `as_of`."""
    asked = {"these": sorted(equipment_ids), "from_us": from_us, "to_us": to_us}
    asked |= {} if as_of is None else {"as_of": as_of}
    query = _sums(tuple(by), tuple(columns), now=as_of is None)
    return groups(reading.connection.execute(query, asked), len(by), columns)


@lru_cache(maxsize=256)
def _sums(by: tuple[str, ...], columns: tuple[str, ...], *, now: bool) -> Any:
    """The question put together once: as many columns take longer to write down than to sum up."""
    c, seen = slice_table.c, visible(None if now else bindparam("as_of", type_=BigInteger))
    keys = [c[key] for key in by]
    query = select(*keys, *(_sql(BY_NAME[name]).label(name) for name in columns)).group_by(*keys)
    these = c.equipment_id.in_(bindparam("these", expanding=True))
    return query.where(these, seen, c.t0_us >= _FROM_US, c.t1_us <= _TO_US)


def _sql(column: Any) -> Any:
    """The SQL of one declared column: its measure where class and flag say so."""
    c = slice_table.c
    measure = c.t1_us - c.t0_us if column.measure == "elapsed_us" else c[column.measure]
    wanted = c.cls.in_(sorted(column.classes))
    if column.flag is not None:
        wanted = and_(wanted, *(c[mark] for mark in column.flag.split("_")))
    if column.of:  # of several jobs at once, each is one
        wanted = and_(wanted, or_(c.jobs > 1, c.job_response_id.is_not(None)))
    return func.sum(case((wanted, measure), else_=0))


def moment_of(reading: Reading, known: int) -> int | None:
    """When (µs UTC) something became known; None for a `known` that has not been given out."""
    return reading.connection.scalar(select(commit_log.c.at_us).where(commit_log.c.known == known))


def to_recut(reading: Reading) -> tuple[int, int] | None:
    """(equipment, how far it has come) of a ledger that is to be cut again; None when all are done."""
    row = reading.connection.execute(select(slice_recut).order_by(slice_recut.c.equipment_id).limit(1)).first()
    return None if row is None else (row.equipment_id, row.reached_us)


def mark_recut(uow: UnitOfWork, equipment_id: int, reached_us: int | None) -> None:
    """It has come so far; None: it is done."""
    mine = slice_recut.c.equipment_id == equipment_id
    if reached_us is None:
        uow.connection.execute(delete(slice_recut).where(mine))
    else:
        uow.connection.execute(update(slice_recut).where(mine).values(reached_us=reached_us))
