"""The tables of conventions and targets, each a version of the plant code with the moment from which it holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from sqlalchemy import Table, select

from dovetail.db import versioned
from dovetail.db.uow import Reading, UnitOfWork

type Kind = Literal["convention", "target"]
type Versions = list[tuple[str, int, dict[str, Any] | None]]

TABLES: Final[Mapping[Kind, Table]] = {
    "convention": versioned.versioned_table("kpi_convention"),
    "target": versioned.versioned_table("kpi_target"),
}


def at(reading: Reading, kind: Kind, at_us: int) -> dict[str, dict[str, Any]]:
    """What holds at a moment, by key."""
    return versioned.at(reading, TABLES[kind], at_us=at_us)


def put(uow: UnitOfWork, kind: Kind, bodies: Mapping[str, Mapping[str, Any] | None], valid_from_us: int) -> None:
    """A new version; the past keeps its own."""
    versioned.put(uow, TABLES[kind], bodies, valid_from_us=valid_from_us)


def versions(reading: Reading, kind: Kind, *, as_of: int | None = None) -> Versions:
    """(key, valid from, body) of every version that counts, in the order in which they hold; no body: it ended."""
    table = TABLES[kind]
    query = select(table.c.key, table.c.valid_from_us, table.c.body).where(versioned.visible(table, as_of))
    rows = reading.connection.execute(query.order_by(table.c.valid_from_us, table.c.id))
    return [(row.key, row.valid_from_us, row.body) for row in rows]
