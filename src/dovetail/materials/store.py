"""Keep every version of every product: from when it is valid and since when it is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from dovetail.db import versioned
from dovetail.db.uow import Reading, UnitOfWork

material_definition = versioned.versioned_table("material_definition")


def put(uow: UnitOfWork, bodies: Mapping[str, Mapping[str, Any] | None], *, valid_from_us: int) -> None:
    """Make these the definitions of their products from a moment on; None ends one."""
    versioned.put(uow, material_definition, bodies, valid_from_us=valid_from_us)


def at(reading: Reading, at_us: int, *, as_of: int | None = None) -> dict[str, dict[str, Any]]:
    """The definitions valid at a moment, by product."""
    return versioned.at(reading, material_definition, at_us=at_us, as_of=as_of)


def moments(reading: Reading, *, as_of: int | None = None) -> list[int]:
    """Every moment at which some definition changes, in order."""
    table = material_definition
    query = select(table.c.valid_from_us).where(versioned.visible(table, as_of)).distinct()
    return [row[0] for row in reading.connection.execute(query.order_by(table.c.valid_from_us))]
