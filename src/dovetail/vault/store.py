"""Locked values and the wrapped keys that lock them: without the installation's key nothing here can be read."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, String, Table, Text, delete, insert, select, update

from dovetail.db.tables import metadata
from dovetail.db.uow import Reading, UnitOfWork
from dovetail.vault.model import Secret

data_key = Table(
    "data_key",
    metadata,
    Column("name", String(40), primary_key=True),  # the class of secrets it locks
    Column("wrapped", Text, nullable=False),
    Column("wrapped_by", String(16), nullable=False),  # id of the installation's key
)

secret = Table(
    "secret",
    metadata,
    Column("name", String(120), primary_key=True),
    Column("locked", Text, nullable=False),
    Column("changed_us", BigInteger, nullable=False),
    Column("changed_by", String(200), nullable=False),
    Column("known", BigInteger, nullable=False),
)


def wrapped_key(reading: Reading, name: str) -> tuple[str, str] | None:
    """(wrapped, wrapped_by) of a class's data key."""
    found = reading.connection.execute(
        select(data_key.c.wrapped, data_key.c.wrapped_by).where(data_key.c.name == name)
    ).first()
    return (found[0], found[1]) if found else None


def any_key(reading: Reading) -> bool:
    """Whether anything has ever been locked: then the installation's key must be there."""
    return reading.connection.execute(select(data_key.c.name).limit(1)).first() is not None


def add_key(uow: UnitOfWork, name: str, *, wrapped: str, wrapped_by: str) -> None:
    """Keep the data key of a class."""
    uow.connection.execute(insert(data_key).values(name=name, wrapped=wrapped, wrapped_by=wrapped_by))


def put(uow: UnitOfWork, kept: Secret, *, locked: str) -> None:
    """Keep a secret in place of what had its name."""
    values = {"locked": locked, "changed_us": kept.changed_us, "changed_by": kept.changed_by, "known": uow.known}
    changed = uow.connection.execute(update(secret).where(secret.c.name == kept.name).values(**values))
    if changed.rowcount == 0:
        uow.connection.execute(insert(secret).values(name=kept.name, **values))


def remove(uow: UnitOfWork, name: str) -> bool:
    """Forget a secret; whether there was one."""
    return uow.connection.execute(delete(secret).where(secret.c.name == name)).rowcount > 0


def locked_of(reading: Reading, name: str) -> str | None:
    """The locked value of a name."""
    return reading.connection.scalar(select(secret.c.locked).where(secret.c.name == name))


def all_secrets(reading: Reading) -> list[Secret]:
    """Which secrets there are, by name."""
    query = select(secret.c.name, secret.c.changed_us, secret.c.changed_by).order_by(secret.c.name)
    return [Secret(*row) for row in reading.connection.execute(query)]
