"""The periods of every connection, each once, in the order in which they were."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Index, String, Table, and_, insert, or_, select, update

from dovetail.connections.model import Cause, Period
from dovetail.db.tables import Id, Json, metadata
from dovetail.db.uow import Reading, UnitOfWork

period = Table(
    "connection_period",
    metadata,
    Column("id", Id, primary_key=True),
    Column("link", BigInteger, nullable=False),
    Column("connection", String(400), nullable=False),
    Column("up", Boolean, nullable=False),
    Column("t0_us", BigInteger, nullable=False),
    Column("t1_us", BigInteger),
    Column("causes", Json, nullable=False),
    Column("told", String(36)),
    Column("known", BigInteger, nullable=False),
    Index("ix_connection_period_link", "link", "t0_us"),
)
_COLUMNS = [period.c[name] for name in Period.__slots__]
_PAGES_OF = 500  # totals are summed over so many at a time: a link that flaps for a year does not fill the memory


def _period(row: Any) -> Period:
    values: dict[str, Any] = dict(zip(Period.__slots__, row, strict=True))
    values["causes"] = tuple(Cause(int(at_us), str(text)) for at_us, text in values["causes"])
    return Period(**values)


def open_periods(reading: Reading) -> list[Period]:
    """The period each link is in, as far as it has been written down."""
    found = reading.connection.execute(select(*_COLUMNS).where(period.c.t1_us.is_(None)).order_by(period.c.id))
    return [_period(row) for row in found]


def add(uow: UnitOfWork, begun: Period) -> int:
    """Keep a period that begins; answers its id."""
    result = uow.connection.execute(insert(period).values(**_body(begun), known=uow.known))
    return int(result.inserted_primary_key[0])  # type: ignore[index]  # one row was inserted


def change(uow: UnitOfWork, changed: Period) -> None:
    """Keep the end, the causes or the telling of a period that is open."""
    uow.connection.execute(update(period).where(period.c.id == changed.id).values(**_body(changed), known=uow.known))


def _body(one: Period) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(one, name) for name in Period.__slots__ if name != "id"}
    values["causes"] = [[cause.at_us, cause.text] for cause in one.causes]
    return values


def page(
    reading: Reading,
    link: int,
    from_us: int,
    to_us: int,
    *,
    up: bool | None = None,
    before: tuple[int, int] | None = None,
    limit: int,
) -> list[Period]:
    """The periods of a link that touch [from_us, to_us), newest first; `before`: (t0_us, id) of the last one had."""
    table = period
    touching = [table.c.link == link, table.c.t0_us < to_us, or_(table.c.t1_us.is_(None), table.c.t1_us > from_us)]
    if up is not None:
        touching.append(table.c.up.is_(up))
    if before is not None:
        t0_us, number = before
        touching.append(or_(table.c.t0_us < t0_us, and_(table.c.t0_us == t0_us, table.c.id < number)))
    query = select(*_COLUMNS).where(*touching).order_by(table.c.t0_us.desc(), table.c.id.desc()).limit(limit)
    return [_period(row) for row in reading.connection.execute(query)]


def every(reading: Reading, link: int, from_us: int, to_us: int) -> Iterator[Period]:
    """All of them, page by page."""
    before: tuple[int, int] | None = None
    while True:
        found = page(reading, link, from_us, to_us, before=before, limit=_PAGES_OF)
        yield from found
        if len(found) < _PAGES_OF:
            return
        before = (found[-1].t0_us, found[-1].id)
