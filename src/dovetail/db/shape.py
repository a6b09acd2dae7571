"""What a file's tables and indexes are made of, held against what they were made as.

A disk can alter the words of a schema so that SQLite still takes them: a column has another name then, or an index goes
by another column than its entries do.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from dovetail.core.sqlitelib import sqlite_module

type Shape = frozenset[tuple[object, ...]]


def shape_of(connection: Any) -> Shape:
    """Which columns its tables have, and which its indexes go by; names only, whatever version wrote them."""
    tables = connection.execute(
        "select m.name, c.name, c.pk > 0 from sqlite_master m, pragma_table_xinfo(m.name) c where m.type = 'table'"
    ).fetchall()
    indexes = connection.execute(
        "select m.name, m.tbl_name, i.seqno, i.name from sqlite_master m, pragma_index_info(m.name) i"
        " where m.type = 'index' and m.sql is not null"
    ).fetchall()
    return frozenset((*tables, *indexes))


@cache
def shape_made(script: str) -> Shape:
    """The same of a new file that a script makes."""
    connection = sqlite_module().connect(":memory:")
    try:
        connection.executescript(script)
        return shape_of(connection)
    finally:
        connection.close()
