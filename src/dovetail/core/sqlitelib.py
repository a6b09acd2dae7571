"""The one SQLite of this process, for every store.

Two copies of it in one process must never open the same file: neither sees the other's locks, and what one closes
takes them away from the other.
"""

from __future__ import annotations

import sqlite3
from types import ModuleType


def sqlite_module() -> ModuleType:
    """The SQLite to use: pysqlite3's own where there is a wheel, else the standard library's."""
    try:
        import pysqlite3.dbapi2 as module  # type: ignore[import-not-found]  # absent on platforms without a wheel
    except ImportError:
        return sqlite3
    return module
