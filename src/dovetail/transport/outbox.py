"""What is collected, on the disk of the machine that collects it, until the historian of another machine holds it.

The edge goes on whatever is away: NATS, every worker, the database. A row goes only when a worker has said `held`. Each
start is an epoch of its own; what the last one left goes under the numbers it had.

What comes while the way is cut is the backlog. When the way is there again it follows at its own pace, and what comes
from then on goes beside it, on the live lane: first what every tag was last said to be, then what is new. Until the
backlog is held, no frame of the live lane says how far a link is good, only from where to where it is true (`ahead`):
a mark is never stored before all that it covers.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

from dovetail.core import faults
from dovetail.core.batch import Frame, Lane
from dovetail.core.clock import Clock
from dovetail.core.errors import ConfigError, LinkError
from dovetail.core.limits import BACKOFF_FIRST_S, BACKOFF_MAX_S, OUTBOX_AT_ONCE, OUTBOX_BYTES_MAX
from dovetail.core.sink import Resumed
from dovetail.core.sqlitelib import all_or_nothing, sqlite_module
from dovetail.transport.ahead import How, Lanes
from dovetail.transport.model import AWAY, LANES, WAITS, Parcel

sqlite3 = sqlite_module()
log = logging.getLogger(__name__)

USER_VERSION: Final = 1
AGAIN_S: Final = 0.1  # where who sends has waited itself
_SCHEMA: Final = """
create table parcel (id integer primary key, lane text not null, epoch integer not null, shard integer not null,
    seq integer not null, body blob not null);
create table mark (link integer primary key, mark_us integer not null) without rowid;
create table numbering (epoch integer not null);
"""
_BY_LANE: Final = (
    "create index if not exists parcel_by_lane on parcel (lane = 'backlog', id)"  # files of before have none
)
_OLDEST: Final = {
    Lane.LIVE: "select id, lane, epoch, shard, seq, body from parcel where (lane = 'backlog') = 0 order by id limit ?",
    # what waited is covered by later marks of its own lane: what was live before it must be held first
    Lane.BACKLOG: """select id, lane, epoch, shard, seq, body from parcel where (lane = 'backlog') = 1 and id <
        coalesce((select min(id) from parcel where (lane = 'backlog') = 0), 9223372036854775807) order by id limit ?""",
}


class Way(Protocol):
    """The way to the historian."""

    def resume(self, source: str, links: Sequence[int]) -> Resumed:
        """Asked once, by a new file: the marks that the historian has. Blocks until somebody answers."""
        ...

    def send(self, parcels: Sequence[Parcel]) -> list[str]:
        """Returned means held, but for those refused (why). Raises LinkError. Two lanes may send at a time."""
        ...


class DiskOutbox:
    """A `Sink`; `put` returned means on this disk. Brings each lane over in a thread of its own."""

    def __init__(self, path: Path, way: Way, *, clock: Clock) -> None:
        self._path, self._way, self._clock = path, way, clock
        self._lock = threading.Lock()
        self.refused = 0
        try:
            self._connection = sqlite3.connect(path, timeout=10.0, check_same_thread=False, isolation_level=None)
            for pragma in ("journal_mode=WAL", "synchronous=FULL"):
                self._connection.execute(f"pragma {pragma}").close()
            (found,) = self._connection.execute("pragma user_version").fetchone()
            if found == 0:
                script = f"begin immediate;{_SCHEMA}pragma user_version={USER_VERSION};commit;"
                self._connection.executescript(script)
            if found <= USER_VERSION:
                self._connection.execute(_BY_LANE).close()
        except sqlite3.Error as error:
            how = "is the disk full, or the file damaged?"
            raise ConfigError(f"{path} cannot be used: {error}", code="outbox-file", hint=how) from error
        if found > USER_VERSION:
            raise ConfigError(f"{path} was written by a newer Dovetail (format {found})", code="outbox-newer")
        waits = self._connection.execute("select count(*), coalesce(sum(length(body)), 0) from parcel").fetchone()
        self.waiting, self._bytes = waits
        counted = "select count(*) from parcel where (lane = 'backlog') = 1"
        (self.backlog,) = self._connection.execute(counted).fetchone()  # messages of it that are not held
        self._lanes = Lanes(dict(self._connection.execute("select link, mark_us from mark").fetchall()))
        self.is_cut = False  # what comes now is what waited, once the way is there again
        self._over = threading.Event()
        self._news = {lane: threading.Event() for lane in LANES}
        self._threads = [self._bringing(lane) for lane in LANES]
        for thread in self._threads:
            thread.start()

    def _bringing(self, lane: Lane) -> threading.Thread:
        return threading.Thread(target=self._run, args=(lane,), name=f"dovetail-outbox-{lane}", daemon=True)

    def resume(self, source: str, links: Sequence[int]) -> Resumed:
        """A new epoch, and the marks of what was put here before; only a new file must ask for them elsewhere."""
        with self._lock:
            known = self._connection.execute("select epoch from numbering").fetchone()
        found: Mapping[int, int] = {} if known else self._way.resume(source, links).good_through
        with self._transaction():
            epoch = known[0] + 1 if known else self._clock.now_us()  # a file that was lost is never counted on from
            self._connection.execute("delete from numbering")
            self._connection.execute("insert into numbering values (?)", (epoch,))
            self._keep_marks(found)
            marks = dict(self._connection.execute("select link, mark_us from mark").fetchall())
        return Resumed(epoch, {link: marks[link] for link in links if link in marks})

    def put(self, frames: Sequence[Frame]) -> None:
        """On this disk when it returns. Raises LinkError: nothing of it is."""
        if self._bytes > OUTBOX_BYTES_MAX:
            raise LinkError(f"{self._path} is full: the historian has been away for too long", code="outbox-full")
        lanes, how = self._lanes.trial(), self._how()  # a number that is not on the disk is not given
        parcels = [parcel for frame in frames for parcel in lanes.parcels(frame, how)]
        rows = [(one.lane.value, one.epoch, one.shard, one.seq, one.body) for one in parcels]
        with self._transaction():
            add = "insert into parcel (lane, epoch, shard, seq, body) values (?, ?, ?, ?, ?)"
            self._connection.executemany(add, rows)
            for frame in frames:
                self._keep_marks(frame.good_through)
            faults.point("outbox.written")
        self._lanes = lanes
        lanes.remember(frames)
        self._count(parcels, 1)
        self._nudge()

    def _how(self) -> How:
        if self.is_cut:
            return "as what waited"
        return "beside what waits" if self.backlog else "as it comes"

    def _count(self, parcels: Sequence[Parcel], sign: int) -> None:
        with self._lock:
            self.waiting += sign * len(parcels)
            self.backlog += sign * sum(one.lane is Lane.BACKLOG for one in parcels)
            self._bytes += sign * sum(len(one.body) for one in parcels)

    def _nudge(self) -> None:
        for news in self._news.values():
            news.set()

    def _keep_marks(self, marks: Mapping[int, int]) -> None:
        keep = (
            "insert into mark values (?, ?) on conflict (link) do update set mark_us = max(mark_us, excluded.mark_us)"
        )
        self._connection.executemany(keep, list(marks.items()))

    def end(self) -> None:
        """Bring nothing more over than what is on its way."""
        self._over.set()
        self._nudge()

    def close(self) -> None:
        """Ended when it returns; what is not held stays on the disk. The way must be closed before, or answer."""
        self.end()
        for thread in self._threads:
            thread.join()
        self._connection.close()

    # --- bringing it over ---------------------------------------------------------------------------------------

    def _run(self, lane: Lane) -> None:
        failures = 0
        while not self._over.is_set():
            found = list[tuple[int, Parcel]]()
            try:
                found = self._oldest(lane)
                if not found:
                    failures = 0
                    self._news[lane].wait()
                    self._news[lane].clear()
                    continue
                self._bring([parcel for _, parcel in found], [number for number, _ in found])
                failures = 0
                if lane is Lane.LIVE:
                    self.is_cut = False
                    self._nudge()  # what waited for these
            except Exception as error:
                if lane is Lane.LIVE and found:  # a file that cannot be read says nothing of the way
                    self.is_cut = True
                if not failures:
                    how = logging.WARNING if isinstance(error, LinkError) else logging.ERROR
                    log.log(how, "what is collected waits on disk: %s", error, exc_info=how == logging.ERROR)
                self._over.wait(_pause_s(error, failures))
                failures += 1

    def _oldest(self, lane: Lane) -> list[tuple[int, Parcel]]:
        """What goes next, with its number in the file. Raises LinkError."""
        try:
            with self._lock:
                rows = self._connection.execute(_OLDEST[lane], (OUTBOX_AT_ONCE,)).fetchall()
        except sqlite3.Error as error:
            raise LinkError(f"{self._path} cannot be read: {error}", code="outbox-read") from error
        return [(row[0], Parcel(Lane(row[1]), row[2], row[3], row[4], row[5])) for row in rows]

    def _bring(self, parcels: Sequence[Parcel], numbers: Sequence[int]) -> None:
        refused = self._way.send(parcels)
        faults.point("outbox.held")
        if refused:
            self.refused += len(refused)
            log.error("the historian refuses %d messages for good: %s", len(refused), refused[0])
        with self._transaction():
            self._connection.executemany("delete from parcel where id = ?", [(number,) for number in numbers])
        self._count(parcels, -1)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All or nothing. Raises LinkError when the disk is full or slow."""
        try:
            with self._lock, all_or_nothing(self._connection):
                yield
        except sqlite3.Error as error:
            raise LinkError(f"{self._path} cannot be written: {error}", code="outbox-write") from error


def _pause_s(error: Exception, failures: int) -> float:
    if isinstance(error, LinkError) and error.code in (AWAY, WAITS):
        return AGAIN_S
    return min(BACKOFF_FIRST_S * 2 ** min(failures, 8), BACKOFF_MAX_S)
