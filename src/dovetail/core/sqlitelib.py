"""The one SQLite of this process, for every store.

Two copies of it in one process must never open the same file: neither sees the other's locks, and what one closes
takes them away from the other.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from types import ModuleType
from typing import Any


def sqlite_module() -> ModuleType:
    """The SQLite to use: pysqlite3's own where there is a wheel, else the standard library's."""
    try:
        import pysqlite3.dbapi2 as module  # type: ignore[import-not-found]  # absent on platforms without a wheel
    except ImportError:
        return sqlite3
    return module


@contextmanager
def all_or_nothing(connection: Any) -> Generator[None]:
    """One writing transaction of a connection that begins none by itself; whatever goes wrong inside takes it back."""
    try:
        connection.execute("begin immediate")
        yield
        connection.execute("commit")
    except BaseException:
        roll_back(connection)
        raise


@contextmanager
def or_closed(opened: Any) -> Generator[None]:
    """What was opened is closed where something goes wrong on the way; else it stays open."""
    try:
        yield
    except BaseException:
        opened.close()
        raise


def roll_back(connection: Any) -> None:
    """End a transaction, where one is under way, as if it had never been."""
    if connection.in_transaction:
        connection.execute("rollback")
