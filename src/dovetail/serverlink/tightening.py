"""Gives back the room that rows left behind: sealing and joining write chunks anew faster than the server cleans up."""

# ruff: noqa: S608 - tables are our own words

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

from psycopg import Connection, errors

from dovetail.core.errors import LinkError
from dovetail.core.limits import TIGHTEN_BYTES_MAX
from dovetail.serverlink.sessions import PASSING

log = logging.getLogger(__name__)

ROW_BYTES: Final = 300  # of a chunk beside its body: its columns, its header, its place in a page
AIR: Final = 0.5  # of what is used; less is soon filled by what comes next
LEAST: Final = 1 << 20  # below a megabyte nobody gains anything


def tighten(open_one: Callable[[], Connection[Any]], table: str) -> None:
    """Write a table anew where much of it is air, it is small enough to be done in a moment, and nobody reads it.

    Else it stays as it is, without a word to the caller: the server fills the air with the rows of the days to come.
    """
    try:
        with open_one() as connection:
            (size,) = connection.execute(b"select pg_table_size(to_regclass(%s))", (table,)).fetchone() or (None,)
            if size is None or not LEAST < size <= TIGHTEN_BYTES_MAX:
                return
            weighed = f"select coalesce(sum(pg_column_size(body)), 0)::bigint + {ROW_BYTES} * count(*) from {table}"
            (used,) = connection.execute(weighed.encode()).fetchone() or (size,)
            if size <= (1 + AIR) * used + LEAST:
                return
            connection.execute(b"set lock_timeout = '100ms'")  # who waits for readers makes new ones wait behind it
            connection.execute(f"vacuum (full, analyze) {table}".encode())
    except (errors.LockNotAvailable, LinkError, *PASSING) as error:
        log.info("%s stays as large as it is for now: %s", table, error)
