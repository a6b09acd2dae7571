"""Webhooks, and every delivery with what became of it, in the order in which things became known."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text, delete, func, insert, select, update

from dovetail.db.tables import Id, Json, commit_log, event_log, metadata
from dovetail.db.uow import Reading, UnitOfWork
from dovetail.webhooks.model import Delivery, Webhook

webhook = Table(
    "webhook",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("origin", String(300), nullable=False),
    Column("url", Text, nullable=False),  # locked
    Column("secret", Text, nullable=False),  # locked
    Column("kinds", Json, nullable=False),
    Column("created_us", BigInteger, nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("heeded", BigInteger, nullable=False),  # events up to this `known` have been looked at
)

webhook_delivery = Table(
    "webhook_delivery",
    metadata,
    Column("id", Id, primary_key=True),
    Column("webhook_id", String(36), nullable=False),
    Column("event_id", String(36), nullable=False),
    Column("kind", String(80), nullable=False),
    Column("known", BigInteger, nullable=False),
    Column("n", Integer, nullable=False),
    Column("state", String(12), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_us", BigInteger, nullable=False),
    Column("next_us", BigInteger, nullable=False),
    Column("ended_us", BigInteger),
    Column("status", Integer),
    Column("error", Text),
    Column("replay_of", BigInteger),
    Index("ix_webhook_delivery_webhook", "webhook_id", "state", "id"),
)

_HOOK = [webhook.c[name] for name in Webhook.__slots__]
_DELIVERY = [webhook_delivery.c[name] for name in Delivery.__slots__]


@dataclass(frozen=True, slots=True)
class Logged:
    """An OperationsEvent as the event log keeps it, and when it was recorded."""

    known: int
    n: int
    at_us: int
    body: dict[str, Any]


def _hook(row: Any) -> Webhook:
    values: dict[str, Any] = dict(zip(Webhook.__slots__, row, strict=True))
    values["kinds"] = tuple(values["kinds"])
    return Webhook(**values)


def webhooks(reading: Reading) -> list[Webhook]:
    """Every webhook, oldest first."""
    return [
        _hook(row) for row in reading.connection.execute(select(*_HOOK).order_by(webhook.c.created_us, webhook.c.id))
    ]


def find(reading: Reading, webhook_id: str) -> Webhook | None:
    """One webhook."""
    found = reading.connection.execute(select(*_HOOK).where(webhook.c.id == webhook_id)).first()
    return _hook(found) if found else None


def locked(reading: Reading, webhook_id: str) -> tuple[str, str] | None:
    """(url, secret) of a webhook, both locked."""
    found = reading.connection.execute(
        select(webhook.c.url, webhook.c.secret).where(webhook.c.id == webhook_id)
    ).first()
    return (found[0], found[1]) if found else None


def add(uow: UnitOfWork, made: Webhook, *, url: str, secret: str) -> None:
    """Keep a webhook; it is told of what becomes known after this transaction."""
    values = {name: getattr(made, name) for name in Webhook.__slots__}
    values |= {"kinds": list(made.kinds), "url": url, "secret": secret, "heeded": uow.known}
    uow.connection.execute(insert(webhook).values(**values))


def remove(uow: UnitOfWork, webhook_id: str) -> bool:
    """Forget a webhook with its deliveries; whether there was one."""
    uow.connection.execute(delete(webhook_delivery).where(webhook_delivery.c.webhook_id == webhook_id))
    return uow.connection.execute(delete(webhook).where(webhook.c.id == webhook_id)).rowcount > 0


def least_heeded(reading: Reading) -> int | None:
    """The `known` up to which every webhook has looked; None without webhooks."""
    return reading.connection.scalar(select(func.min(webhook.c.heeded)))


def heeded(reading: Reading) -> dict[str, int]:
    """Up to which `known` each webhook has looked."""
    return {row[0]: row[1] for row in reading.connection.execute(select(webhook.c.id, webhook.c.heeded))}


def heed(uow: UnitOfWork, known: int) -> None:
    """Every webhook has looked at everything up to `known`."""
    uow.connection.execute(update(webhook).where(webhook.c.heeded < known).values(heeded=known))


def events_after(reading: Reading, known: int, *, kind: str, limit: int) -> list[Logged]:
    """The next events of one class after `known`, in the order of knowledge; those of one transaction stay together."""
    log, at = event_log, commit_log
    query = (
        select(log.c.known, log.c.n, at.c.at_us, log.c.body)
        .join(at, at.c.known == log.c.known)
        .where(log.c.known > known, log.c.kind == kind)
        .order_by(log.c.known, log.c.n)
    )
    found = [Logged(*row) for row in reading.connection.execute(query.limit(limit + 1))]
    if len(found) <= limit:
        return found
    whole = [one for one in found if one.known < found[-1].known]
    return whole or [Logged(*row) for row in reading.connection.execute(query.where(log.c.known == found[0].known))]


def event(reading: Reading, known: int, n: int) -> Logged | None:
    """One event of the log."""
    log, at = event_log, commit_log
    query = select(log.c.known, log.c.n, at.c.at_us, log.c.body).join(at, at.c.known == log.c.known)
    found = reading.connection.execute(query.where(log.c.known == known, log.c.n == n)).first()
    return Logged(*found) if found else None


def add_deliveries(uow: UnitOfWork, made: Sequence[Delivery]) -> None:
    """Keep deliveries that wait; their ids rise in this order."""
    names = [name for name in Delivery.__slots__ if name != "id"]
    for one in made:  # one by one: the ids of a bulk insert need not rise in the order given
        uow.connection.execute(insert(webhook_delivery).values(**{name: getattr(one, name) for name in names}))


def first_waiting(reading: Reading) -> list[Delivery]:
    """Of each webhook the delivery whose turn it is."""
    table = webhook_delivery
    first = select(func.min(table.c.id)).where(table.c.state == "waiting").group_by(table.c.webhook_id)
    rows = reading.connection.execute(select(*_DELIVERY).where(table.c.id.in_(first)).order_by(table.c.id))
    return [Delivery(*row) for row in rows]


def find_delivery(reading: Reading, delivery_id: int) -> Delivery | None:
    """One delivery."""
    found = reading.connection.execute(select(*_DELIVERY).where(webhook_delivery.c.id == delivery_id)).first()
    return Delivery(*found) if found else None


def keep_attempt(uow: UnitOfWork, tried: Delivery) -> None:
    """Keep what became of an attempt; nothing when the webhook is gone by now."""
    values = {name: getattr(tried, name) for name in ("state", "attempts", "next_us", "ended_us", "status", "error")}
    uow.connection.execute(update(webhook_delivery).where(webhook_delivery.c.id == tried.id).values(**values))


def deliveries(
    reading: Reading, webhook_id: str, *, states: Collection[str], before: int | None, limit: int
) -> list[Delivery]:
    """The deliveries of a webhook, newest first."""
    table = webhook_delivery
    query = select(*_DELIVERY).where(table.c.webhook_id == webhook_id)
    if states:
        query = query.where(table.c.state.in_(list(states)))
    if before is not None:
        query = query.where(table.c.id < before)
    return [Delivery(*row) for row in reading.connection.execute(query.order_by(table.c.id.desc()).limit(limit))]


def counts(reading: Reading) -> dict[tuple[str, str], int]:
    """(webhook, state) → how many deliveries."""
    table = webhook_delivery
    query = select(table.c.webhook_id, table.c.state, func.count()).group_by(table.c.webhook_id, table.c.state)
    return {(row[0], row[1]): row[2] for row in reading.connection.execute(query)}


def forget_ended(uow: UnitOfWork, *, before_us: int) -> int:
    """Let go of deliveries that ended long ago."""
    table = webhook_delivery
    return uow.connection.execute(delete(table).where(table.c.ended_us < before_us)).rowcount
