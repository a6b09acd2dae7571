"""Keep every version of every calendar: from when it is valid and since when it is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import and_, or_, select

from dovetail.db import versioned
from dovetail.db.uow import Reading, UnitOfWork

work_calendar = versioned.versioned_table("work_calendar")


def put(uow: UnitOfWork, bodies: Mapping[str, Mapping[str, Any] | None], *, valid_from_us: int) -> None:
    """Make these the calendars of their keys from a moment on; None ends one."""
    versioned.put(uow, work_calendar, bodies, valid_from_us=valid_from_us)


def at(reading: Reading, at_us: int) -> dict[str, dict[str, Any]]:
    """The calendars valid at a moment, by key."""
    return versioned.at(reading, work_calendar, at_us=at_us)


def versions(reading: Reading, *, as_of: int | None) -> dict[str, list[tuple[int, dict[str, Any] | None]]]:
    """Per key every (valid_from_us, body) that was known at `as_of` (None: now), oldest first."""
    table = work_calendar
    visible = table.c.known_to.is_(None)
    if as_of is not None:
        still = or_(table.c.known_to.is_(None), table.c.known_to > as_of)
        visible = and_(table.c.known_from <= as_of, still)
    query = select(table.c.key, table.c.valid_from_us, table.c.body).where(visible)
    found: dict[str, list[tuple[int, dict[str, Any] | None]]] = defaultdict(list)
    for key, valid_from_us, body in reading.connection.execute(query.order_by(table.c.valid_from_us, table.c.id)):
        found[key].append((valid_from_us, body))
    return dict(found)
