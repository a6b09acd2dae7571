"""Keep every version of every calendar and list of holidays: from when it is valid and since when it is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table, and_, insert, or_, select, update

from dovetail.db import versioned
from dovetail.db.tables import commit_log
from dovetail.db.uow import Reading, UnitOfWork
from dovetail.operations.store import audit

work_calendar = versioned.versioned_table("work_calendar")
holiday_list = versioned.versioned_table("holiday_list")

type Bodies = Mapping[str, Mapping[str, Any] | None]


def put(uow: UnitOfWork, table: Table, bodies: Bodies, *, valid_from_us: int) -> None:
    """Make these the calendars (or lists) of their keys from a moment on; None ends one."""
    versioned.put(uow, table, bodies, valid_from_us=valid_from_us)


def at(reading: Reading, table: Table, at_us: int) -> dict[str, dict[str, Any]]:
    """What is valid at a moment, by key."""
    return versioned.at(reading, table, at_us=at_us)


def correct(uow: UnitOfWork, key: str, valid_from_us: int, body: Mapping[str, Any]) -> None:
    """Let the version of a calendar that is valid from a moment say this; what it said stays known as it was."""
    table = work_calendar
    mine = and_(table.c.key == key, table.c.valid_from_us == valid_from_us, table.c.known_to.is_(None))
    uow.connection.execute(update(table).where(mine).values(known_to=uow.known))
    row = {"key": key, "valid_from_us": valid_from_us, "body": body, "known_from": uow.known}
    uow.connection.execute(insert(table), [row])


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


def audited(reading: Reading, knowns: list[int]) -> dict[int, tuple[int, dict[str, Any]]]:
    """When each change became known, and by whom and why as the audit says it."""
    a = audit.c
    query = (
        select(commit_log.c.known, commit_log.c.at_us, a.actor_name, a.operation, a.reason, a.id)
        .select_from(commit_log.outerjoin(audit, a.known == commit_log.c.known))
        .where(commit_log.c.known.in_(knowns))
    )
    names = ("by", "operation", "reason", "audit_id")
    return {row[0]: (row[1], dict(zip(names, row[2:], strict=True))) for row in reading.connection.execute(query)}


def changes(reading: Reading, key: str, *, limit: int) -> list[tuple[int, int]]:
    """(known, earliest valid_from_us) of the changes of a calendar, newest first: a correction reaches back."""
    table = work_calendar
    query = select(table.c.known_from, table.c.valid_from_us).where(table.c.key == key)
    found: dict[int, int] = {}
    for known, valid_from_us in reading.connection.execute(query.order_by(table.c.known_from.desc())):
        found[known] = min(valid_from_us, found.get(known, valid_from_us))
    return list(found.items())[:limit]
