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


def versions(reading: Reading, kind: Kind) -> Versions:
    """(key, valid from, body) of every version that counts now, in the order in which they hold; no body: it ended."""
    c = TABLES[kind].c
    query = select(c.key, c.valid_from_us, c.body).where(c.known_to.is_(None)).order_by(c.valid_from_us, c.id)
    return [(row.key, row.valid_from_us, row.body) for row in reading.connection.execute(query)]
