"""A database of PostgreSQL that holds copies of sites, and what a reader finds in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
from psycopg import Connection

from dovetail.copies.copyreader import EnterpriseCopy
from dovetail.copies.postgres import SCHEMA, ServerCopy
from dovetail.reading.read import Range
from dovetail.serverlink.sessions import connect
from plain_samples import Row, in_order
from site_copied import COPIED, EVER


class ServerElsewhere:
    """A database of its own in the session's server."""

    def __init__(self, server_url: str) -> None:
        self._admin = psycopg.connect(server_url, autocommit=True)
        self._admin.execute("create database copies")
        base, _, query = server_url.partition("?")
        self.url = f"{base.rsplit('/', 1)[0]}/copies?{query}"
        self.inside = psycopg.connect(self.url, autocommit=True)

    def connect(self) -> Connection[Any]:
        return connect(self.url, schema=SCHEMA)

    def open(self, site: str = "brno", owner: str = "one") -> ServerCopy:
        return ServerCopy(self.connect, site=site, owner=owner)

    def empty(self) -> None:
        self.inside.execute(f"drop schema if exists {SCHEMA} cascade")

    def drop_everybody(self) -> None:
        """As when the server is started anew."""
        others = "datname = 'copies' and pid <> %s"
        mine = self.inside.info.backend_pid
        self._admin.execute(f"select pg_terminate_backend(pid, 5000) from pg_stat_activity where {others}", (mine,))

    def rows(self, site: str = "brno") -> list[Row]:
        copy = EnterpriseCopy(self.connect)
        numbers = {copy.number(site, tag): tag for tag in COPIED}
        asked = Range(tuple(sorted(number for number in numbers if number is not None)), *EVER)
        blocks = list(copy.reader.raw(asked))
        copy.close()
        found = [(numbers[number], *said) for block in blocks for number, *said in block.batch().rows()]
        return sorted(found, key=in_order)

    def close(self) -> None:
        self.inside.close()
        self._admin.execute("drop database copies with (force)")
        self._admin.close()


type Reads = Callable[[], list[Row]]
