"""Samples of all sites as their copy in PostgreSQL holds them, read with the same code as those of one site."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Final

from psycopg import Connection

from dovetail.chunkstore.months import Months
from dovetail.copies.postgres import partition
from dovetail.core.clock import SystemClock
from dovetail.core.errors import LinkError
from dovetail.core.limits import HISTORIAN_READERS_MAX
from dovetail.damage.known import Damage
from dovetail.packing.place import Appended, HeadRow, MonthWords, Place, Session
from dovetail.reading.read import Reader
from dovetail.sealing.recent import Recent
from dovetail.serverlink.sessions import Pool, passing
from dovetail.serverlink.together import Together

_READ: Final = b"begin isolation level repeatable read, read only"


class _Place:
    """Every month at one moment; nobody writes through it."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @contextmanager
    def snapshot(self) -> Iterator[Together]:
        with passing(to="read"), self._pool.lent() as connection, Together(connection).reading() as session:
            yield session

    def transaction(self) -> AbstractContextManager[Session]:
        raise LinkError("a copy is written by its sites alone", code="forwarding-copy")

    def append(self, session: Session, rows: Sequence[HeadRow], *, known: int) -> Appended:
        raise LinkError("a copy has no head", code="forwarding-copy")

    def shrink(self, words: MonthWords | None = None) -> None:
        """It is its sites that take from it."""

    def renewed(self) -> bool:
        return False

    def close(self) -> None:
        """The months share one pool, which `EnterpriseCopy` closes."""


class EnterpriseCopy:
    """`reader` answers for the copy's own tag numbers; `number` tells that of a site's tag."""

    def __init__(self, open_one: Callable[[], Connection[Any]]) -> None:
        self._pool = Pool(open_one, places=HISTORIAN_READERS_MAX, begin=_READ)
        self.head: Place = _Place(self._pool)
        self.reader = Reader(Months(self), Recent(()), Damage(SystemClock(), where="copy"))

    def number(self, site: str, tag: int) -> int | None:
        """The number of a site's tag here; None: it was never forwarded."""
        sql = "select tag.id from tag join site on site.id = tag.site where site.name = ? and tag.site_tag = ?"
        with self.head.snapshot() as session:
            found = session.execute(sql, (site, tag)).fetchone()
        return None if found is None else found[0]

    is_shared = False  # nothing is ever added to a head here: there is none

    def await_others(self, timeout_s: float) -> bool:
        """Nobody is waited for."""
        return False

    def there(self) -> set[int]:
        """The months that have a partition."""
        with self.head.snapshot() as session:
            return {month for (month,) in session.execute("select month from month")}

    def month(self, number: int) -> tuple[Place, MonthWords]:
        """The partition of a month."""
        return self.head, self.words(number)

    def words(self, number: int) -> MonthWords:
        """All that is here is sealed; who sent what is the site's account."""
        none = "select null, null, 0 where false"
        return MonthWords(
            chunk=partition(number), rollup="", moments="", aside="", checked="null", sealed="select 0", seal="",
            duplicates=none, duplicate="", clear="",
        )  # fmt: skip

    def whole(self) -> AbstractContextManager[Session]:
        """Every month at one moment."""
        return self.head.snapshot()

    def close(self) -> None:
        """Give every connection back."""
        self._pool.close()
