"""The table of saved views: one row for each name that a person gave on a screen."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Index, String, Table, Text, delete, func, insert, or_, select

from dovetail.db.tables import metadata
from dovetail.db.uow import Reading, UnitOfWork
from dovetail.savedviews.model import SavedView

saved_view = Table(
    "saved_view",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("screen", String(40), nullable=False),
    Column("search", Text, nullable=False),
    Column("equipment_id", BigInteger, nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("owner_id", String(120), nullable=False),
    Column("owner_name", String(200), nullable=False),
    Column("saved_us", BigInteger, nullable=False),
    Index("ix_saved_view_screen_owner", "screen", "owner_id"),
)

_VIEW = [saved_view.c[name] for name in SavedView.__slots__]


def _view(row: Any) -> SavedView:
    return SavedView(*row)


def of_screen(reading: Reading, screen: str, *, owner_id: str) -> list[SavedView]:
    """Those of a person and all that are shared, by name."""
    query = select(*_VIEW).where(saved_view.c.screen == screen)
    mine = or_(saved_view.c.owner_id == owner_id, saved_view.c.shared)
    return [
        _view(row) for row in reading.connection.execute(query.where(mine).order_by(saved_view.c.name, saved_view.c.id))
    ]


def find(reading: Reading, view_id: str) -> SavedView | None:
    """One of them."""
    found = reading.connection.execute(select(*_VIEW).where(saved_view.c.id == view_id)).first()
    return None if found is None else _view(found)


def named(reading: Reading, screen: str, name: str, *, owner_id: str) -> SavedView | None:
    """The one that a person has under this name."""
    mine = (saved_view.c.screen == screen) & (saved_view.c.owner_id == owner_id) & (saved_view.c.name == name)
    found = reading.connection.execute(select(*_VIEW).where(mine)).first()
    return None if found is None else _view(found)


def count(reading: Reading, owner_id: str) -> int:
    """How many a person has, on all screens."""
    of = select(func.count()).select_from(saved_view).where(saved_view.c.owner_id == owner_id)
    return reading.connection.execute(of).scalar_one()


def put(uow: UnitOfWork, view: SavedView) -> None:
    """Keep it, in place of what had its id."""
    remove(uow, view.id)
    values = {name: getattr(view, name) for name in SavedView.__slots__}
    uow.connection.execute(insert(saved_view).values(**values))


def remove(uow: UnitOfWork, view_id: str) -> None:
    """Forget it."""
    uow.connection.execute(delete(saved_view).where(saved_view.c.id == view_id))
