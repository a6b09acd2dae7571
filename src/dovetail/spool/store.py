"""One file on the edge's disk: what waits for the historian, and what links must not forget. All its SQL.

What a link took and that it took it are one transaction: after a power cut either both stand or neither. Each parcel
has a number that is never given again, so that the historian knows one that comes twice.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from dovetail.core import faults
from dovetail.core.errors import ConfigError, LinkError
from dovetail.core.limits import SPOOL_MEMORIES_MAX, SPOOL_REFUSED_MAX
from dovetail.core.sqlitelib import all_or_nothing, sqlite_module

sqlite3 = sqlite_module()

USER_VERSION: Final = 2
_SCHEMA: Final = """
create table numbering (epoch integer not null, next_seq integer not null);
create table parcel (seq integer primary key, link integer not null, latest_us integer not null, body blob not null);
create index parcel_of_link on parcel (link);
create table memory (link integer not null, key text not null, value text not null, at integer not null,
    primary key (link, key)) without rowid;
create index memory_by_age on memory (link, at);
"""
_SECOND: Final = """
alter table parcel add column at_us integer not null default 0;
create table refused (seq integer primary key, link integer not null, latest_us integer not null, body blob not null,
    at_us integer not null, why text not null);
"""


@dataclass(frozen=True, slots=True)
class Parcel:
    """What waits under one number. `latest_us`: the newest time in it, `at_us`: since when it waits, µs UTC."""

    seq: int
    link: int
    latest_us: int
    body: bytes
    at_us: int


@dataclass(frozen=True, slots=True)
class Stock:
    """What lies here of one link: parcels that wait, since when the oldest does; those never to be stored, and why."""

    waiting: int = 0
    since_us: int | None = None
    refused: int = 0
    why: str = ""


class SpoolStore:
    """The file. Any thread may call; one at a time is let in."""

    def __init__(self, path: Path, *, now_us: int) -> None:
        self._path = path
        self._lock = threading.Lock()
        try:
            self._connection = sqlite3.connect(path, timeout=10.0, check_same_thread=False, isolation_level=None)
            for pragma in ("journal_mode=WAL", "synchronous=FULL"):
                self._connection.execute(f"pragma {pragma}").close()
            self._prepare(now_us)
        except sqlite3.Error as error:
            raise ConfigError(
                f"{path} cannot be used: {error}", code="spool-file", hint="is the disk full, or the file damaged?"
            ) from error
        (self.epoch,) = self._connection.execute("select epoch from numbering").fetchone()

    def _prepare(self, now_us: int) -> None:
        (found,) = self._connection.execute("pragma user_version").fetchone()
        if found > USER_VERSION:
            raise ConfigError(f"{self._path} was written by a newer Dovetail (format {found})", code="spool-newer")
        if found < USER_VERSION:
            steps = "".join((_SCHEMA, _SECOND)[found:])
            self._connection.executescript(f"begin immediate;{steps}pragma user_version={USER_VERSION};commit;")
        if self._connection.execute("select count(*) from numbering").fetchone() == (0,):
            self._connection.execute("insert into numbering values (?, 1)", (now_us,))  # a new file, a new epoch

    def close(self) -> None:
        """Close the file; what stands in it is durable."""
        with self._lock:
            self._connection.close()

    def put(
        self, link: int, parcels: Sequence[tuple[int, bytes]], remember: Mapping[str, str | None], *, now_us: int
    ) -> None:
        """Keep (latest_us, body) parcels of a link, and what it remembers (None: forgets), all or nothing."""
        with self._transaction():
            (seq,) = self._connection.execute("select next_seq from numbering").fetchone()
            rows = [(seq + at, link, latest_us, body, now_us) for at, (latest_us, body) in enumerate(parcels)]
            self._connection.executemany("insert into parcel values (?, ?, ?, ?, ?)", rows)
            self._connection.execute("update numbering set next_seq = ?", (seq + len(rows),))
            self._remember(link, remember, seq)
            faults.point("spool.written")
        faults.point("spool.kept")

    def _remember(self, link: int, remember: Mapping[str, str | None], at: int) -> None:
        if not remember:
            return
        kept = [(link, key, value, at) for key, value in remember.items() if value is not None]
        gone = [(link, key) for key, value in remember.items() if value is None]
        self._connection.executemany("insert or replace into memory values (?, ?, ?, ?)", kept)
        self._connection.executemany("delete from memory where link = ? and key = ?", gone)
        (count,) = self._connection.execute("select count(*) from memory where link = ?", (link,)).fetchone()
        if count > SPOOL_MEMORIES_MAX:
            self._connection.execute(
                "delete from memory where link = ? and key in"
                " (select key from memory where link = ? order by at, key limit ?)",
                (link, link, count - SPOOL_MEMORIES_MAX),
            )

    def recall(self, link: int, key: str) -> str | None:
        """What a link remembered under a key."""
        with self._lock:
            found = self._connection.execute(
                "select value from memory where link = ? and key = ?", (link, key)
            ).fetchone()
        return None if found is None else found[0]

    def oldest(self, limit: int) -> list[Parcel]:
        """The parcels that wait longest."""
        with self._lock:
            rows = self._connection.execute("select * from parcel order by seq limit ?", (limit,)).fetchall()
        return [Parcel(*row) for row in rows]

    def delivered(self, seqs: Sequence[int]) -> None:
        """The historian has them."""
        with self._transaction():
            self._connection.executemany("delete from parcel where seq = ?", [(seq,) for seq in seqs])

    def refuse(self, parcel: Parcel, why: str) -> None:
        """The historian will never take it: laid aside, the oldest of all given up where there are too many."""
        with self._transaction():
            row = (parcel.seq, parcel.link, parcel.latest_us, parcel.body, parcel.at_us, why)
            self._connection.execute("insert or replace into refused values (?, ?, ?, ?, ?, ?)", row)
            self._connection.execute("delete from parcel where seq = ?", (parcel.seq,))
            older = "delete from refused where seq not in (select seq from refused order by seq desc limit ?)"
            self._connection.execute(older, (SPOOL_REFUSED_MAX,))

    def stock(self) -> dict[int, Stock]:
        """What lies here, by link."""
        with self._lock:
            waiting = self._connection.execute("select link, count(*), min(at_us) from parcel group by link").fetchall()
            refused = self._connection.execute(
                "select link, count(*), why, max(seq) from refused group by link"
            ).fetchall()
        found = {link: Stock(count, since_us or None) for link, count, since_us in waiting}
        for link, count, why, _ in refused:
            found[link] = replace(found.get(link, Stock()), refused=count, why=why)
        return found

    def waiting(self, link: int | None = None) -> int:
        """How many parcels wait, of one link or of all."""
        with self._lock:
            sql = "select count(*) from parcel where ? is null or link = ?"
            return self._connection.execute(sql, (link, link)).fetchone()[0]

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All or nothing. Raises LinkError when the disk is full or slow: nothing is half done."""
        try:
            with self._lock, all_or_nothing(self._connection):
                yield
        except sqlite3.Error as error:
            hint = "an administrator looks at the server's disk; then it is taken"
            raise LinkError(f"{self._path.name} cannot be written: {error}", code="spool-write", hint=hint) from error
