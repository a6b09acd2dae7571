"""Who stores what, in PostgreSQL: all SQL of workers and shards. Times are the database's: it has one clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from psycopg import Connection

from dovetail.core.limits import LEASE_S
from dovetail.ingestion.model import Holding, Standing
from dovetail.serverlink.sessions import SCHEMA, connect, passing

FORGOTTEN_S: Final = 3_600  # a worker that ended is shown for an hour
_BEAT: Final = """
insert into worker (name, host, since, until, frames, samples, redelivered, refused)
values (%(name)s, %(host)s, now(), now() + make_interval(secs => %(lease)s), 0, 0, 0, 0)
on conflict (name) do update set until = excluded.until, frames = %(frames)s, samples = %(samples)s,
    redelivered = %(redelivered)s, refused = %(refused)s
"""
_TAKE: Final = """
update shard set worker = %s, token = token + 1 where number = %s and token = %s returning number, token
"""


class Leases:
    """One worker's connection for its leases. Every method is one commit; raises LinkError."""

    def __init__(self, url: str, *, name: str, host: str) -> None:
        self._url, self._name, self._host = url, name, host
        self._connection: Connection[Any] | None = None

    def _connected(self) -> Connection[Any]:
        if self._connection is None or self._connection.closed:
            self._connection = connect(self._url)
        return self._connection

    def beat(self, counted: Mapping[str, int]) -> tuple[list[Holding], list[str]]:
        """Say that we live and what we did; what every shard's token is, and who else lives."""
        with passing(to="write"):
            connection = self._connected()
            with connection.transaction():
                told = {"name": self._name, "host": self._host, "lease": LEASE_S, **counted}
                connection.execute(_BEAT, told)
                gone = "delete from worker where until < now() - make_interval(secs => %s)"
                connection.execute(gone, (FORGOTTEN_S,))
                shards = connection.execute("select number, worker, token from shard order by number").fetchall()
                alive = connection.execute("select name from worker where until > now()").fetchall()
        return [Holding(*row) for row in shards], [name for (name,) in alive]

    def take(self, wanted: Sequence[Holding]) -> dict[int, int]:
        """Own those that nobody else was quicker to take: shard → token. What their last owner writes ends first."""
        with passing(to="write"):
            connection = self._connected()
            rows = [connection.execute(_TAKE, (self._name, one.shard, one.token)).fetchone() for one in wanted]
        return {row[0]: row[1] for row in rows if row is not None}

    def give(self, shards: Sequence[int]) -> None:
        """Let others take them at once."""
        with passing(to="write"):
            gone = "update shard set worker = null, token = token + 1 where worker = %s and number = any(%s)"
            self._connected().execute(gone, (self._name, list(shards)))

    def end(self) -> None:
        """Everything is given back, and we are believed dead from now on."""
        with passing(to="write"):
            connection = self._connected()
            connection.execute("update shard set worker = null, token = token + 1 where worker = %s", (self._name,))
            connection.execute("update worker set until = now() where name = %s", (self._name,))

    def close(self) -> None:
        """Close the connection; the lease runs out by itself."""
        if self._connection is not None:
            self._connection.close()


def standing(url: str) -> list[Standing]:
    """Every worker, and what it owns; empty where there never was one. Raises LinkError."""
    asked = """
        select name, host, (extract(epoch from since) * 1000000)::bigint, until > now(), frames, samples, redelivered,
            refused, array(select number from shard where worker = name order by number)
        from worker order by name"""
    with passing(to="read"), connect(url) as connection:
        if connection.execute(f"select to_regclass('{SCHEMA}.worker')").fetchone() == (None,):
            return []
        rows = connection.execute(asked).fetchall()
    return [Standing(*row[:8], shards=tuple(row[8])) for row in rows]
