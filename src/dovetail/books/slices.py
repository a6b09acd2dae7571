"""Keep the slices of every equipment's time with their history of knowledge: their tables, and rows as slices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
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
    or_,
    select,
)

from dovetail.core.clock import DAY_US
from dovetail.db.tables import Id, metadata
from dovetail.db.uow import Reading
from dovetail.ledger.columns import MEASURES, Measure
from dovetail.ledger.model import JobShare, Slice
from dovetail.ledger.pieces import Pieces

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
is_current = slice_table.c.known_to.is_(None)
Index(
    "uq_slice_current", slice_table.c.equipment_id, slice_table.c.t0_us,
    unique=True, sqlite_where=is_current, postgresql_where=is_current,
)  # fmt: skip
Index(
    "ix_slice_bucket", slice_table.c.equipment_id, slice_table.c.day,
    sqlite_where=is_current, postgresql_where=is_current,
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


def visible(as_of: Any) -> Any:
    """What was held true at `as_of`; None: now."""
    c = slice_table.c
    if as_of is None:
        return c.known_to.is_(None)
    return and_(c.known_from <= as_of, or_(c.known_to.is_(None), c.known_to > as_of))


def read(reading: Reading, query: Select[Any], asked: Mapping[str, Any] | None = None) -> list[tuple[int, Slice]]:
    """(row id, slice) of each row that a query of `slice_table` finds."""
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


SAME: Final = (
    "equipment_id", "t0_us", "t1_us", "state", "mode", "reason", "external", "unplanned", "plan", "day", "shift_id",
    "shift_name", "crew", "cls", "failing", "short",
)  # fmt: skip


def _slice(row: Mapping[Any, Any], shares: tuple[JobShare, ...] | None) -> Slice:
    same = {name: row[name] for name in (*SAME, "stops", "failures")}
    own = shares or (_share(row, 1_000_000, row["t1_us"] - row["t0_us"]),)
    return Slice(**same, shares=own, known_from=row["known_from"], known_to=row["known_to"])
