"""Read the event log in the order of knowledge, and remember up to where each handler has dealt with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import insert, literal, select, update

from dovetail.db.tables import PLANT_APPLIED, commit_log, event_handled, event_log
from dovetail.db.uow import Reading, UnitOfWork

AT_ONCE: Final = 500  # bound values of one statement


@dataclass(frozen=True, slots=True)
class Event:
    """A row of the event log."""

    known: int
    kind: str
    body: dict[str, Any]


def events_after(reading: Reading, known: int, kinds: Sequence[str], *, limit: int | None = None) -> list[Event]:
    """The events of these kinds after `known`, in the order of knowledge."""
    c = event_log.c
    query = select(c.known, c.kind, c.body).where(c.known > known, c.kind.in_(kinds)).order_by(c.known, c.n)
    return [Event(*row) for row in reading.connection.execute(query if limit is None else query.limit(limit))]


def events_at(reading: Reading, knowns: Sequence[int]) -> list[Event]:
    """The events of these transactions, in the order of knowledge."""
    c = event_log.c
    query = select(c.known, c.kind, c.body).order_by(c.known, c.n)
    parts = [knowns[start : start + AT_ONCE] for start in range(0, len(knowns), AT_ONCE)]
    return [Event(*row) for part in parts for row in reading.connection.execute(query.where(c.known.in_(part)))]


def moments_of(reading: Reading, knowns: Sequence[int]) -> dict[int, int]:
    """When (µs UTC) these transactions were made."""
    c = commit_log.c
    parts = [knowns[start : start + AT_ONCE] for start in range(0, len(knowns), AT_ONCE)]
    rows = (reading.connection.execute(select(c.known, c.at_us).where(c.known.in_(part))) for part in parts)
    return {known: at_us for part in rows for known, at_us in part}


def plants_known(reading: Reading) -> list[int]:
    """The `known` of every transaction that changed definitions, in order; an index holds just these."""
    c = event_log.c
    query = select(c.known).where(c.kind == literal(PLANT_APPLIED, literal_execute=True)).distinct()
    return list(reading.connection.scalars(query.order_by(c.known)))


def handled(reading: Reading, handler: str) -> int:
    """Up to which `known` a handler has dealt with events."""
    query = select(event_handled.c.known).where(event_handled.c.handler == handler)
    return reading.connection.scalar(query) or 0


def mark_handled(uow: UnitOfWork, handler: str, known: int) -> None:
    """The handler has dealt with everything up to `known`, in this very transaction."""
    mine = event_handled.c.handler == handler
    if not uow.connection.execute(update(event_handled).where(mine).values(known=known)).rowcount:
        uow.connection.execute(insert(event_handled).values(handler=handler, known=known))
