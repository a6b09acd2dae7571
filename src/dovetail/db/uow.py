"""One transaction: the change, its audit row, its events and its place in the order of what was known.

`known` is taken once per writing transaction, when first asked for and at the latest at commit, and the right to
take the next one is held until commit; so the numbers become visible in order (DESIGN §5). `as_of` is a `known`.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Final

from sqlalchemy import Connection, Engine, RootTransaction, func, insert, select, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFreeError

from dovetail.core import limits
from dovetail.core.bus import Bus
from dovetail.core.clock import Clock
from dovetail.core.errors import BusyError, LinkError
from dovetail.core.scope import Actor, Scope
from dovetail.db.engine import READERS_MAX, open_engines
from dovetail.db.tables import commit_log, event_log, metadata

PG_DISK_FULL: Final = "53100"
SQLITE_FULL: Final = 13
SQLITE_BUSY: Final = 5  # the low byte of its codes that say so: another process writes
KNOWN_LOCK = 0x0D0E7A11  # PostgreSQL advisory lock: whoever holds it takes the next `known`

# Said in every transaction: built once, for to build a statement costs more than to run it.
_NOW: Final = select(func.coalesce(func.max(commit_log.c.known), 0))
_LOCK: Final = text("select pg_advisory_xact_lock(:lock)")
_COMMIT: Final = insert(commit_log)
_EVENT: Final = insert(event_log)


class Reading:
    """A consistent view of the records; nothing can be changed through it."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self.connection = connection
        self.clock = clock

    def known_now(self) -> int:
        """The newest `known` this view can see; 0 in an empty installation."""
        return self.connection.scalar(_NOW) or 0

    def known_at(self, at_us: int) -> int:
        """What was known at a wall-clock moment, as a `known`; 0 before the first commit."""
        return self.connection.scalar(_NOW.where(commit_log.c.at_us <= at_us)) or 0


class UnitOfWork(Reading):
    """A writing transaction. Rows of rooms carry `uow.known`; `emit` keeps an event and publishes it after commit."""

    def __init__(self, connection: Connection, clock: Clock, actor: Actor) -> None:
        super().__init__(connection, clock)
        self.actor = actor
        self.events: list[object] = []

    @cached_property
    def known(self) -> int:
        """This transaction's place in the order of knowledge. Asking for it keeps later takers waiting until commit."""
        if self.connection.dialect.name == "postgresql":
            self.connection.execute(_LOCK, {"lock": KNOWN_LOCK})
        number = self.known_now() + 1
        self.connection.execute(_COMMIT, {"known": number, "at_us": self.clock.now_us(), "actor_id": self.actor.id})
        return number

    def emit(self, event: object) -> None:
        """Keep an event (a frozen dataclass from `dovetail.events`) with the change that caused it."""
        self.events.append(event)

    def _finish(self) -> None:
        known = self.known
        for n, event in enumerate(self.events):
            body = dataclasses.asdict(event)  # type: ignore[call-overload]  # events are dataclasses by contract
            self.connection.execute(_EVENT, {"known": known, "n": n, "kind": type(event).__name__, "body": body})


def _busy() -> BusyError:
    return BusyError(
        "the records are held by others for longer than could be waited for",
        retry_after_s=limits.RECORDS_AGAIN_S,
        code="records-busy",
        hint="try again; if it goes on, machine or disk are too slow: `dovetail doctor` says what is behind",
    )


def _away() -> LinkError:
    return LinkError(
        "the database of the records does not answer",
        code="records-away",
        hint="try again, a change with the same Idempotency-Key; if it goes on, an administrator looks at PostgreSQL",
    )


def _free(engine: Engine) -> Connection:
    """A connection that nobody uses. Raises BusyError, LinkError."""
    try:
        return engine.connect()
    except NoneFreeError as error:
        raise _busy() from error
    except OperationalError as error:
        if engine.dialect.name != "postgresql":
            raise
        raise _away() from error


@contextmanager
def _in_reach() -> Iterator[None]:
    """A connection that broke meanwhile is a LinkError: time heals it, and the next one is made anew."""
    try:
        yield
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        raise _away() from error


def _begun(connection: Connection) -> RootTransaction:
    """A transaction that may write. Raises BusyError."""
    try:
        return connection.begin()
    except OperationalError as error:
        if getattr(error.orig, "sqlite_errorcode", 0) & 0xFF != SQLITE_BUSY:
            raise
        raise _busy() from error


@contextmanager
def _room_to_write() -> Iterator[None]:
    """A disk that is full is a LinkError that says who can mend it; nothing of the transaction is kept."""
    try:
        yield
    except DatabaseError as error:
        is_full = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF == SQLITE_FULL
        if not is_full and getattr(error.orig, "sqlstate", None) != PG_DISK_FULL:
            raise
        raise LinkError(
            "the records cannot be written: their disk is full",
            code="disk-full",
            hint="an administrator makes room; nothing of this was kept",
        ) from error


class Database:
    """The records store of one installation."""

    def __init__(self, url: str | URL, *, clock: Clock, bus: Bus) -> None:
        self.clock = clock
        self.bus = bus
        self.gates: list[Callable[[UnitOfWork, Scope], None]] = []
        """Each sees what an operation did before it commits, and may refuse it: nothing is kept then."""
        self._writer, self._reader = open_engines(url)
        self._places, self._mine = threading.BoundedSemaphore(READERS_MAX), threading.local()

    @property
    def writer(self) -> Engine:
        """For migrations and for the conformance tests; rooms use `write` and `read`."""
        return self._writer

    @contextmanager
    def write(self, actor: Actor) -> Iterator[UnitOfWork]:
        """A transaction that commits when the block ends and rolls back when it raises; events go out after commit.

        Raises BusyError when others write for longer than somebody can wait, LinkError when the disk is full or the
        database is away.
        """
        with _room_to_write(), _in_reach(), _free(self._writer) as connection, _begun(connection):
            uow = UnitOfWork(connection, self.clock, actor)
            yield uow
            uow._finish()
        for event in uow.events:
            self.bus.publish(event)

    @contextmanager
    def read(self) -> Iterator[Reading]:
        """A consistent view for as long as the block lasts. Raises BusyError when others read for too long, LinkError
        when the database is away."""
        with self._place(), _in_reach(), _free(self._reader) as connection, connection.begin():
            yield Reading(connection, self.clock)

    @contextmanager
    def _place(self) -> Iterator[None]:
        """One of few among those who read at once. Who reads has one for all that it asks within."""
        within = getattr(self._mine, "reads", 0)
        if not within and not self._places.acquire(timeout=limits.RECORDS_WAIT_S):
            raise _busy()
        self._mine.reads = within + 1
        try:
            yield
        finally:
            self._mine.reads = max(0, getattr(self._mine, "reads", 0) - 1)  # another thread may have begun it
            if not within:
                self._places.release()

    def create_for_tests(self) -> None:
        """All tables at once, without migrations: only tests of one room want this."""
        metadata.create_all(self._writer)

    def close(self) -> None:
        """Give every connection back; the files may be moved afterwards."""
        self._reader.dispose()
        self._writer.dispose()
