"""Keep the slices of every equipment's time with their history of knowledge, and the sums over them by shift."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    Select,
    String,
    Table,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from dovetail.core.clock import DAY_US
from dovetail.db.tables import Id, commit_log, metadata
from dovetail.db.uow import Reading, UnitOfWork
from dovetail.ledger.columns import BY_NAME, MEASURES, NAMES, STORED_NAMES, Measure, Sums, measures
from dovetail.ledger.model import JobShare, Slice
from dovetail.ledger.pieces import Pieces

type Bucket = tuple[str, str]  # (production day, shift id or "" between shifts)
type GroupKey = tuple[str | int, ...]

STORED_MEASURES: Final[tuple[Measure, ...]] = tuple(name for name in MEASURES if name != "elapsed_us")
SHARE_NUMBERS: Final = ("share_ppm", "elapsed_us", "good", "scrap", "rework", "infeed")
SLICE_LONGEST_US: Final = 3 * DAY_US  # a slice ends where its shift or its local day does
CHUNK: Final = 500  # rows of one statement: SQLite's limit of bound values

slice_table = Table(
    "slice",
    metadata,
    Column("id", Id, primary_key=True),
    Column("equipment_id", BigInteger, nullable=False),
    Column("t0_us", BigInteger, nullable=False),
    Column("t1_us", BigInteger, nullable=False),
    Column("state", String(40), nullable=False),
    Column("mode", String(40), nullable=False),
    Column("reason", String(400)),
    Column("external", Boolean, nullable=False),
    Column("unplanned", Boolean, nullable=False),
    Column("plan", String(12), nullable=False),
    Column("day", String(10), nullable=False),
    Column("shift_id", String(400)),
    Column("shift_name", String(200)),
    Column("crew", String(200)),
    Column("cls", String(12), nullable=False),
    Column("jobs", Integer, nullable=False),  # more than one: their shares are in slice_job
    Column("job_response_id", String(80)),
    Column("product", String(200)),
    Column("rate_upm", Float),
    *(Column(name, BigInteger, nullable=False) for name in STORED_MEASURES),
    Column("failing", Boolean, nullable=False),
    Column("short", Boolean, nullable=False),
    Column("known_from", BigInteger, nullable=False),
    Column("known_to", BigInteger),
    Index("ix_slice_time", "equipment_id", "t0_us"),
)
_current = slice_table.c.known_to.is_(None)
Index(
    "uq_slice_current", slice_table.c.equipment_id, slice_table.c.t0_us,
    unique=True, sqlite_where=_current, postgresql_where=_current,
)  # fmt: skip
Index(
    "ix_slice_bucket", slice_table.c.equipment_id, slice_table.c.day,
    sqlite_where=_current, postgresql_where=_current,
)  # fmt: skip

slice_job = Table(
    "slice_job",
    metadata,
    Column("slice_id", Id, ForeignKey("slice.id", ondelete="CASCADE"), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("job_response_id", String(80)),
    Column("product", String(200)),
    Column("rate_upm", Float),
    *(Column(name, BigInteger, nullable=False) for name in SHARE_NUMBERS),
)

KEYS_JOB: Final = ("day", "shift_id", "shift_name", "crew", "product", "job_response_id")
rollup_job = Table(
    "rollup_job",
    metadata,
    Column("equipment_id", BigInteger, primary_key=True, autoincrement=False),
    *(Column(name, String(400), primary_key=True) for name in KEYS_JOB),
    Column("bucket_from_us", BigInteger, nullable=False),
    Column("bucket_to_us", BigInteger, nullable=False),
    *(Column(name, BigInteger, nullable=False) for name in STORED_NAMES),
)

KEYS_REASON: Final = ("day", "shift_id", "shift_name", "product", "cls", "reason")
NUMBERS_REASON: Final = ("slices", "elapsed_us", "good", "scrap", "rework")
rollup_reason = Table(
    "rollup_reason",
    metadata,
    Column("equipment_id", BigInteger, primary_key=True, autoincrement=False),
    *(Column(name, String(400), primary_key=True) for name in KEYS_REASON),
    Column("bucket_from_us", BigInteger, nullable=False),
    Column("bucket_to_us", BigInteger, nullable=False),
    *(Column(name, BigInteger, nullable=False) for name in NUMBERS_REASON),
)

slice_recut = Table(  # ledgers that are to be cut again since columns were added, and how far that has come
    "slice_recut",
    metadata,
    Column("equipment_id", BigInteger, primary_key=True, autoincrement=False),
    Column("reached_us", BigInteger, nullable=False),
)


_WHO, _FROM_US, _TO_US = (bindparam(name, type_=BigInteger) for name in ("who", "from_us", "to_us"))
_MINE: Final = and_(slice_table.c.equipment_id == _WHO, _current)  # built once: asked for at every settling
_EARLIER: Final = select(slice_table.c.t1_us).where(_MINE, slice_table.c.t0_us < _FROM_US)
_BEFORE: Final = _EARLIER.order_by(slice_table.c.t0_us.desc()).limit(1)
_AFTER: Final = select(func.min(slice_table.c.t0_us)).where(_MINE, slice_table.c.t0_us >= _TO_US)


def _visible(as_of: Any) -> Any:
    c = slice_table.c
    if as_of is None:
        return c.known_to.is_(None)
    return and_(c.known_from <= as_of, or_(c.known_to.is_(None), c.known_to > as_of))


def extent(reading: Reading, equipment_id: int, *, as_of: int | None = None) -> tuple[int, int] | None:
    """(begin, end) of the slices held of an equipment, which leave no hole between; None where there are none."""
    first, last = _ends(now=as_of is None)
    asked = {"who": equipment_id, "as_of": as_of}
    begin_us = reading.connection.scalar(first, asked)
    return None if begin_us is None else (int(begin_us), int(reading.connection.scalar(last, asked) or 0))


@cache
def _ends(*, now: bool) -> tuple[Any, Any]:
    """The first begin and the last end, each found at its end of the index: a ledger of years is not walked through."""
    c, visible = slice_table.c, _visible(None if now else bindparam("as_of", type_=BigInteger))
    first, last = (select(column).where(c.equipment_id == _WHO, visible).limit(1) for column in (c.t0_us, c.t1_us))
    return first.order_by(c.t0_us), last.order_by(c.t0_us.desc())


def overlapping(
    reading: Reading, equipment_id: int, from_us: int, to_us: int, *, as_of: int | None = None, limit: int | None = None
) -> list[tuple[int, Slice]]:
    """(row id, slice) of the slices that touch [from_us, to_us), by time."""
    first, query = _overlapping(now=as_of is None)
    asked = {"who": equipment_id, "from_us": from_us, "to_us": to_us, "as_of": as_of}
    begin_us = reading.connection.scalar(first, asked)
    asked["begin_us"] = from_us if begin_us is None else begin_us
    return _read(reading, query if limit is None else query.limit(limit), asked)


@cache
def _overlapping(*, now: bool) -> tuple[Any, Any]:
    c, visible = slice_table.c, _visible(None if now else bindparam("as_of", type_=BigInteger))
    first = select(func.max(c.t0_us)).where(c.equipment_id == _WHO, c.t0_us <= _FROM_US, visible)
    ours = select(slice_table).where(c.equipment_id == _WHO, visible, c.t1_us > _FROM_US)
    begin_us = bindparam("begin_us", type_=BigInteger)
    return first, ours.where(c.t0_us >= begin_us, c.t0_us < _TO_US).order_by(c.t0_us)


def revised(
    reading: Reading, equipment_id: int, period: tuple[int, int], known: tuple[int, int], *, limit: int
) -> list[Slice]:
    """Up to `limit` slices that touch a period and came or went after the first `known` and up to the second."""
    c = slice_table.c
    came, went = (and_(column > known[0], column <= known[1]) for column in (c.known_from, c.known_to))
    near = and_(c.t0_us >= period[0] - SLICE_LONGEST_US, c.t0_us < period[1], c.t1_us > period[0])
    query = select(slice_table).where(c.equipment_id == equipment_id, near, or_(came, went))
    return [piece for _, piece in _read(reading, query.order_by(c.t0_us, c.id).limit(limit))]


def of_days(reading: Reading, equipment_id: int, days: Iterable[str]) -> list[Slice]:
    """The slices of whole production days of one equipment, by time."""
    c = slice_table.c
    query = select(slice_table).where(c.equipment_id == equipment_id, c.day.in_(sorted(days)), c.known_to.is_(None))
    return [piece for _, piece in _read(reading, query.order_by(c.t0_us))]


def _read(reading: Reading, query: Select[Any], asked: Mapping[str, Any] | None = None) -> list[tuple[int, Slice]]:
    rows = reading.connection.execute(query, asked).mappings().all()
    shared = _shares(reading, [row["id"] for row in rows if row["jobs"] > 1])
    return [(row["id"], _slice(row, shared.get(row["id"]))) for row in rows]


def _shares(reading: Reading, ids: Sequence[int]) -> dict[int, tuple[JobShare, ...]]:
    found: dict[int, list[JobShare]] = defaultdict(list)
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        query = (
            select(slice_job).where(slice_job.c.slice_id.in_(part)).order_by(slice_job.c.slice_id, slice_job.c.place)
        )
        for row in reading.connection.execute(query).mappings():
            found[row["slice_id"]].append(_share(row, row["share_ppm"], row["elapsed_us"]))
    return {key: tuple(shares) for key, shares in found.items()}


def _share(row: Mapping[Any, Any], share_ppm: int, elapsed_us: int) -> JobShare:
    pieces = Pieces(row["good"], row["scrap"], row["rework"], row["infeed"])
    return JobShare(row["job_response_id"], row["product"], share_ppm, elapsed_us, pieces, row["rate_upm"])


_SAME: Final = (
    "equipment_id", "t0_us", "t1_us", "state", "mode", "reason", "external", "unplanned", "plan", "day", "shift_id",
    "shift_name", "crew", "cls", "failing", "short",
)  # fmt: skip


def _slice(row: Mapping[Any, Any], shares: tuple[JobShare, ...] | None) -> Slice:
    same = {name: row[name] for name in (*_SAME, "stops", "failures")}
    own = shares or (_share(row, 1_000_000, row["t1_us"] - row["t0_us"]),)
    return Slice(**same, shares=own, known_from=row["known_from"], known_to=row["known_to"])


def neighbours(reading: Reading, equipment_id: int, from_us: int, to_us: int) -> tuple[int | None, int | None]:
    """(end of the last slice before `from_us`, begin of the first at or after `to_us`), None where there is none."""
    asked = {"who": equipment_id, "from_us": from_us, "to_us": to_us}
    before_us, after_us = (reading.connection.scalar(query, asked) for query in (_BEFORE, _AFTER))
    return before_us, after_us


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
    same = {name: getattr(piece, name) for name in _SAME}
    return same | single | sums | {"jobs": len(piece.shares), "known_from": known, "known_to": None}


def _share_row(share: JobShare) -> dict[str, Any]:
    numbers = {"share_ppm": share.share_ppm, "elapsed_us": share.elapsed_us}
    pieces = {kind: getattr(share.pieces, kind) for kind in ("good", "scrap", "rework", "infeed")}
    words = {"job_response_id": share.job_response_id, "product": share.product, "rate_upm": share.rate_upm}
    return numbers | pieces | words


def replace_rollups(
    uow: UnitOfWork,
    equipment_id: int,
    days: Iterable[str],
    *,
    by_job: Sequence[Mapping[str, Any]],
    by_reason: Sequence[Mapping[str, Any]],
) -> None:
    """Make these rows the sums of whole production days of one equipment."""
    listed = sorted(days)
    for table, rows in ((rollup_job, by_job), (rollup_reason, by_reason)):
        mine = and_(table.c.equipment_id == equipment_id, table.c.day.in_(listed))
        uow.connection.execute(delete(table).where(mine))
        for start in range(0, len(rows), CHUNK):
            uow.connection.execute(insert(table), [dict(row) for row in rows[start : start + CHUNK]])


def rollup_rows(reading: Reading, equipment_id: int, table: Table) -> list[dict[str, Any]]:
    """Every row of a rollup of one equipment, ordered by its key: what a proof compares."""
    query = select(table).where(table.c.equipment_id == equipment_id).order_by(*table.primary_key.columns)
    return [dict(row) for row in reading.connection.execute(query).mappings()]


def sums_by_rollup(
    reading: Reading,
    equipment_ids: Iterable[int],
    from_us: int,
    to_us: int,
    *,
    by: Sequence[str] = (),
    columns: Sequence[str] = NAMES,
) -> dict[GroupKey, Sums]:
    """Columns over the shifts (and days between them) that lie wholly in [from_us, to_us), by rollup keys."""
    c = rollup_job.c
    sums = [func.sum(_of_rollup(name)).label(name) for name in columns]
    query = select(*(c[key] for key in by), *sums).where(
        c.equipment_id.in_(sorted(equipment_ids)), c.bucket_from_us >= from_us, c.bucket_to_us <= to_us
    )
    return _groups(reading.connection.execute(query.group_by(*(c[key] for key in by))), len(by), columns)


def _of_rollup(name: str) -> Any:
    """The SQL of a column over rows of the rollup: a stored one, or some of them where an order ran."""
    c, of = rollup_job.c, BY_NAME[name].of
    return case((c.job_response_id != "", sum((c[one] for one in of[1:]), c[of[0]])), else_=0) if of else c[name]


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
    c = slice_table.c
    query = select(*(c[key] for key in by), *(_sql(BY_NAME[name]).label(name) for name in columns)).where(
        c.equipment_id.in_(sorted(equipment_ids)), _visible(as_of), c.t0_us >= from_us, c.t1_us <= to_us
    )
    return _groups(reading.connection.execute(query.group_by(*(c[key] for key in by))), len(by), columns)


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


def _groups(rows: Iterable[Any], keys: int, columns: Sequence[str]) -> dict[GroupKey, Sums]:
    found: dict[GroupKey, Sums] = {}
    for row in rows:
        values = [0 if value is None else int(value) for value in row[keys:]]
        found[tuple(row[:keys])] = dict(zip(columns, values, strict=True))
    return found


def buckets_across(reading: Reading, equipment_id: int, from_us: int, to_us: int) -> set[Bucket]:
    """The shifts (and days between them) that touch [from_us, to_us) but reach out of it."""
    c = rollup_job.c
    query = (
        select(c.day, c.shift_id)
        .where(c.equipment_id == equipment_id, c.bucket_from_us < to_us, c.bucket_to_us > from_us)
        .where(or_(c.bucket_from_us < from_us, c.bucket_to_us > to_us))
    )
    return {(row[0], row[1]) for row in reading.connection.execute(query.distinct())}


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
