"""Samples in files of SQLite: a head, and a file for each month, which stays untouched on disk once it is old."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Literal

from dovetail.core.errors import ConfigError, LinkError, MalformedError
from dovetail.core.setaside import set_aside, untold
from dovetail.core.sqlitelib import all_or_nothing, or_closed, roll_back
from dovetail.db import engine
from dovetail.db.shape import shape_made, shape_of
from dovetail.packing.place import Appended, HeadRow, MonthWords, Place, Session, Values

log = logging.getLogger(__name__)
sqlite3 = engine.sqlite_module()

PATIENCE_MS: Final = 10_000
READER_CACHE_KB: Final = 4_000  # an hour of five hundred signals and the way to it; taken only as it is read

HEAD: Final = "head.db"
MONTHS: Final = "chunks-????-??.db"
HEAD_VERSION: Final = 1
MONTH_VERSION: Final = 5
_HEAD_TABLES = """
create table head (head_id integer primary key autoincrement, n integer not null, body blob not null);
create table received (source text, lane text, epoch integer, spans text not null,
    primary key (source, lane, epoch)) without rowid;
create table source (source text primary key, epoch integer not null) without rowid;
create table delivery (source text, lane text, expected integer not null, stored integer not null,
    duplicate integer not null, refused integer not null, gap integer not null, frames integer not null,
    repeated integer not null, primary key (source, lane)) without rowid;
create table consumer (name text primary key, head_id integer not null) without rowid;
create table mark (name text primary key, head_id integer not null) without rowid;
insert into mark values ('sealed', 0), ('released', 0);
"""
_MONTH_TABLES = """
create table chunk (id integer primary key, tag integer not null, kind integer not null, t0 integer not null,
    t1 integer not null, n integer not null, n_good integer not null, first real, last real, min real, max real,
    sum real, tw real, covered_us integer not null, good_us integer not null, end_value blob not null,
    end_status integer not null, end_device integer not null, rev integer not null, codec integer not null,
    body blob not null);
create index chunk_at on chunk (tag, t0, t1, kind, n);
create table sealed (one integer primary key check (one = 1), head_id integer not null) without rowid;
create table duplicate (source text, lane text, n integer not null, primary key (source, lane)) without rowid;
insert into sealed values (1, 0);
"""
_ROLLUP: Final = """
create table rollup (id integer primary key, tag integer not null, unit integer not null, day integer not null,
    upto integer not null, dirty integer not null, body blob not null);
create unique index rollup_at on rollup (tag, unit, day, upto, dirty);
create index rollup_upto on rollup (upto);
create index rollup_dirty on rollup (tag) where dirty = 1;
"""
_MOMENTS: Final = """
alter table chunk add column moments integer;
create index chunk_moments on chunk (moments) where moments is not null;
create table moments (id integer primary key, body blob not null);
"""
_ASIDE: Final = """
create table if not exists aside (id integer not null, tag integer not null, kind integer not null, t0 integer not null,
    t1 integer not null, n integer not null, rev integer not null, at_us integer not null, why text not null,
    body blob not null, times blob);
"""
_CHECKED: Final = """
alter table chunk add column checked integer;
alter table rollup add column checked integer default 0;
"""
_LATER: Final = {1: _ROLLUP, 2: _MOMENTS, 3: _ASIDE, 4: _CHECKED}  # of a month: what came after each version
WORDS: Final = MonthWords(
    chunk="chunk",
    rollup="rollup",
    moments="moments",
    aside="aside",
    checked="checked",
    sealed="select head_id from sealed",
    seal="update sealed set head_id = ?",
    duplicates="select source, lane, n from duplicate",
    duplicate="insert into duplicate values (?, ?, ?)"
    " on conflict (source, lane) do update set n = duplicate.n + excluded.n",
    clear="delete from",
)
OLDER_WORDS: Final = {  # of a month by its version, which nobody has opened since
    **dict.fromkeys((1, 2), replace(WORDS, moments="", aside="", checked="null")),
    3: replace(WORDS, aside="", checked="null"),
    4: replace(WORDS, checked="null"),
}
UNREADABLE: Final = (sqlite3.DatabaseError, UnicodeDecodeError)  # what SQLite says of a spoilt schema may be no text
_SPOILT: Final = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
_RESTART: Final = "an administrator looks after the disk; the file is set aside by itself, a head when Dovetail starts"
SHRINK_FROM: Final = 2  # parts unused to one that is used: what is left is then soon written anew


def words_of(connection: Any) -> MonthWords:
    """What a month is called that is read as it lies there, in whatever version."""
    (found,) = connection.execute("pragma user_version").fetchone()
    return OLDER_WORDS.get(found, WORDS)


def _text(written: bytes) -> str:
    """Of a row that a disk has spoilt anything may be a text; it is told by its sum, not by its letters."""
    return written.decode(errors="replace")


def connect(path: Path, *, role: str) -> Any:
    """A connection as writer (WAL, FULL sync; the only one that checkpoints) or as reader (query_only)."""
    connection = sqlite3.connect(path, timeout=PATIENCE_MS / 1000, check_same_thread=False, isolation_level=None)
    connection.text_factory = _text
    pragmas = {
        "writer": ("journal_mode=WAL", f"synchronous={engine.SYNCHRONOUS}", "wal_autocheckpoint=4000"),
        "reader": ("query_only=ON", "wal_autocheckpoint=0", f"cache_size=-{READER_CACHE_KB}"),
    }
    with or_closed(connection):
        for pragma in pragmas[role]:
            connection.execute(f"pragma {pragma}").close()
    return connection


def prepare(connection: Any, schema: str, *, version: int, path: Path, later: Mapping[int, str] | None = None) -> None:
    """Create the tables of an empty file, and in an older one those that came `later` than its version.

    Refuses one that a newer Dovetail wrote. Raises MalformedError where they are not made as they were.
    """
    (found,) = connection.execute("pragma user_version").fetchone()
    if found > version:
        raise ConfigError(f"{path} was written by a newer Dovetail (format {found})", code="historian-newer")
    if found < version:
        steps = [sql for after, sql in sorted((later or {}).items()) if after >= found]
        new = "".join([schema, *steps] if found == 0 else steps)
        try:
            connection.executescript(f"begin immediate;{new}pragma user_version={version};commit;")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_ERROR":  # that is a disk, which is full, slow or away
                raise
            raise MalformedError(f"{path} is not of the format {found} that it says: {error}", hint=_RESTART) from error
    made = shape_made("".join([schema, *(sql for _, sql in sorted((later or {}).items()))]))
    if missing := made - shape_of(connection):
        words = " ".join(str(one) for one in sorted(missing, key=str)[0])
        raise MalformedError(f"the schema of {path} is not what was written: {words} is not there", hint=_RESTART)


def is_spoilt(error: Exception) -> bool:
    """Whether it says that a file is not what was written; a disk that is full, slow or away says nothing of that."""
    return isinstance(error, UnicodeDecodeError) or getattr(error, "sqlite_errorname", "").startswith(_SPOILT)


@contextmanager
def _passing(to: str) -> Iterator[None]:
    """A disk that is full, slow or spoilt is a LinkError: time or a person heals it; who sends keeps it till then."""
    try:
        yield
    except UNREADABLE as error:
        if is_spoilt(error):
            raise MalformedError(f"the historian cannot {to}: {error}", hint=_RESTART) from error
        if type(error) not in (sqlite3.OperationalError, sqlite3.DatabaseError):  # the others are our own mistakes
            raise
        raise LinkError(f"the historian cannot {to}: {error}", code=f"historian-{to}") from error


class _Session:
    """The connection itself, with its two ways to ask much at once."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.execute = connection.execute
        self.many = connection.executemany

    def each(self, sql: str, rows: Sequence[Values], /) -> Iterator[list[Any]]:
        for values in rows:
            yield self.execute(sql, values).fetchall()

    def fill(self, table: str, columns: str, rows: Sequence[Values], /) -> None:
        marks = ", ".join("?" * (columns.count(",") + 1))
        self.many(f"insert into {table} ({columns}) values ({marks})", rows)  # noqa: S608  # our own names


class File:
    """One file: one writing connection, and readers that never outlive it."""

    def __init__(self, path: Path, schema: str, *, version: int, later: Mapping[int, str] | None = None) -> None:
        self.path = path
        with _passing("open"):
            self.writer = connect(path, role="writer")
            with or_closed(self.writer):
                prepare(self.writer, schema, version=version, path=path, later=later)
        self._free: list[Any] = []
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(engine.READERS_MAX)

    @contextmanager
    def transaction(self) -> Iterator[_Session]:
        """All or nothing; a disk that is full or slow is a LinkError: time or a person heals it."""
        with _passing("write"), all_or_nothing(self.writer):
            yield _Session(self.writer)

    @contextmanager
    def snapshot(self) -> Iterator[_Session]:
        """A connection inside one read transaction: all it answers is of one moment."""
        with self._places:
            with self._lock:
                connection = self._free.pop() if self._free else None
            connection = connection or connect(self.path, role="reader")
            try:
                with _passing("read"):
                    connection.execute("begin")
                    yield _Session(connection)
            finally:
                roll_back(connection)
                with self._lock:
                    self._free.append(connection)

    def append(self, session: Session, rows: Sequence[HeadRow], *, known: int) -> Appended:
        """Nobody else writes; whose the frames are is told in a file beside."""
        numbered = [(known + i, n, body) for i, (n, body, _) in enumerate(rows, 1)]
        session.many("insert into head (head_id, n, body) values (?, ?, ?)", numbered)
        return lambda: ([], known + 1)

    def shrink(self, words: MonthWords | None = None) -> None:
        """Write the file anew where most of it is unused; on a full disk, or while it is read, it stays as it is."""
        try:
            self.writer.execute("pragma busy_timeout = 0").close()  # waits for nobody
            pages, unused = (
                self.writer.execute(f"pragma {name}").fetchone()[0] for name in ("page_count", "freelist_count")
            )
            if unused > SHRINK_FROM * (pages - unused):
                self.writer.execute("vacuum")
            self.writer.execute("pragma wal_checkpoint(truncate)").close()
        except sqlite3.OperationalError as error:
            log.info("%s stays as large as it is for now: %s", self.path.name, error)
        finally:
            self.writer.execute(f"pragma busy_timeout = {PATIENCE_MS}").close()

    def renewed(self) -> bool:
        """Never: a commit of a file is there when it is said to be, and not when it is not."""
        return False

    def close(self) -> None:
        """Close the readers that nobody is using, then the connection that checkpoints."""
        with self._lock:
            for connection in self._free:
                connection.close()
            self._free.clear()
        self.writer.close()


class Files:
    """The folder of one installation's samples. `on_spoilt`: a head whose pages do not fit together is set aside."""

    is_shared = False

    def __init__(self, folder: Path, *, on_spoilt: Literal["raise", "set aside"] = "raise") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        try:
            self.head: Place = _whole_head(folder)
        except MalformedError:
            if on_spoilt == "raise":
                raise
            set_aside(folder, HEAD)
            self.head = _whole_head(folder)
        self.heads_were = untold(folder, HEAD) if on_spoilt == "set aside" else []  # set aside, and not read yet

    def await_others(self, timeout_s: float) -> bool:
        """Nobody else writes."""
        return False

    def there(self) -> set[int]:
        """The months that have a file."""
        return {number_of(path.name) for path in self.folder.glob(MONTHS)}

    def month(self, number: int) -> tuple[File, MonthWords]:
        """The file of a month."""
        path = self.folder / name_of(number)
        return File(path, _MONTH_TABLES, version=MONTH_VERSION, later=_LATER), WORDS

    def words(self, number: int) -> MonthWords:
        """Every file speaks alike."""
        return WORDS

    @contextmanager
    def whole(self) -> Iterator[None]:
        """Files are many: each has a moment of its own."""
        yield None

    def close(self) -> None:
        """The files are closed one by one."""


def _whole_head(folder: Path) -> File:
    """All else rests on it: all of it is looked at, HEAD_BYTES_MAX at the most. Raises MalformedError, and lets go."""
    opened = File(folder / HEAD, _HEAD_TABLES, version=HEAD_VERSION)
    with or_closed(opened), opened.snapshot() as session:
        if (said := session.execute("pragma quick_check(1)").fetchone()[0]) != "ok":
            raise MalformedError(f"{folder / HEAD}: {said}", hint=_RESTART)
    return opened


def name_of(month: int) -> str:
    """The file of a month."""
    return f"chunks-{1970 + month // 12:04d}-{month % 12 + 1:02d}.db"


def number_of(name: str) -> int:
    """The month of a file."""
    year, month = name.removeprefix("chunks-").removesuffix(".db").split("-")
    return (int(year) - 1970) * 12 + int(month) - 1
