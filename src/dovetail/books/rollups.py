"""Keep the sums over slices by shift, and answer from them what whole shifts came to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Column, String, Table, and_, case, delete, func, insert, or_, select

from dovetail.books.slices import CHUNK
from dovetail.books.summing import KEYS_JOB, KEYS_REASON, NUMBERS_REASON
from dovetail.db.tables import metadata
from dovetail.db.uow import Reading, UnitOfWork
from dovetail.ledger.columns import BY_NAME, NAMES, STORED_NAMES, Sums

type Bucket = tuple[str, str]  # (production day, shift id or "" between shifts)
type GroupKey = tuple[str | int, ...]

rollup_job = Table(
    "rollup_job",
    metadata,
    Column("equipment_id", BigInteger, primary_key=True, autoincrement=False),
    *(Column(name, String(400), primary_key=True) for name in KEYS_JOB),
    Column("bucket_from_us", BigInteger, nullable=False),
    Column("bucket_to_us", BigInteger, nullable=False),
    *(Column(name, BigInteger, nullable=False) for name in STORED_NAMES),
)

rollup_reason = Table(
    "rollup_reason",
    metadata,
    Column("equipment_id", BigInteger, primary_key=True, autoincrement=False),
    *(Column(name, String(400), primary_key=True) for name in KEYS_REASON),
    Column("bucket_from_us", BigInteger, nullable=False),
    Column("bucket_to_us", BigInteger, nullable=False),
    *(Column(name, BigInteger, nullable=False) for name in NUMBERS_REASON),
)


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
    return groups(reading.connection.execute(query.group_by(*(c[key] for key in by))), len(by), columns)


def _of_rollup(name: str) -> Any:
    """The SQL of a column over rows of the rollup: a stored one, or some of them where an order ran."""
    c, of = rollup_job.c, BY_NAME[name].of
    return case((c.job_response_id != "", sum((c[one] for one in of[1:]), c[of[0]])), else_=0) if of else c[name]


def buckets_across(reading: Reading, equipment_id: int, from_us: int, to_us: int) -> set[Bucket]:
    """The shifts (and days between them) that touch [from_us, to_us) but reach out of it."""
    c = rollup_job.c
    query = (
        select(c.day, c.shift_id)
        .where(c.equipment_id == equipment_id, c.bucket_from_us < to_us, c.bucket_to_us > from_us)
        .where(or_(c.bucket_from_us < from_us, c.bucket_to_us > to_us))
    )
    return {(row[0], row[1]) for row in reading.connection.execute(query.distinct())}


def groups(rows: Iterable[Any], keys: int, columns: Sequence[str]) -> dict[GroupKey, Sums]:
    """Rows of `keys` keys and then `columns`, by those keys."""
    found: dict[GroupKey, Sums] = {}
    for row in rows:
        values = [0 if value is None else int(value) for value in row[keys:]]
        found[tuple(row[:keys])] = dict(zip(columns, values, strict=True))
    return found
