"""Copy the samples while others go on coming in: all of one moment, held by readers, copied at leisure into files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from dovetail.carrying import moving
from dovetail.chunkstore import files
from dovetail.core.errors import ConfigError, LinkError
from dovetail.core.sqlitelib import sqlite_module
from dovetail.packing.place import MonthWords, Session, Storage
from dovetail.spool import store as spool
from dovetail.upkeep.layout import SPOOL
from dovetail.upkeep.manifest import sync_folder

HEAD: Final = files.HEAD
PAGES_AT_ONCE: Final = 1_024  # 4 MB: progress moves, and a request to end is heard
FILES_MAX: Final = 300  # 25 years of months; each is three open files while it is copied
NEWEST: Final = {HEAD: files.HEAD_VERSION, SPOOL: spool.USER_VERSION}  # and of the months their own
HELD_S: Final = 10.0  # for the write that is under way

sqlite3 = sqlite_module()


class Pinned(Protocol):
    """What becomes one file of a backup, as it was when it was pinned, whatever is written since."""

    @property
    def name(self) -> str: ...
    @property
    def bytes(self) -> int: ...
    @property
    def session(self) -> Session:
        """Reads it as it was."""
        ...

    @property
    def words(self) -> MonthWords | None:
        """What a month is called; None: it is none."""
        ...

    def copy(self, folder: Path, *, on_bytes: Callable[[int], None]) -> None:
        """Write it into a folder, durable when this returns. Raises LinkError when the disk refuses."""
        ...


@dataclass(frozen=True, slots=True)
class OfFile:
    """One file of SQLite."""

    name: str
    bytes: int
    connection: Any

    @property
    def session(self) -> Session:
        return self.connection

    @property
    def words(self) -> MonthWords | None:
        return files.words_of(self.connection) if self.name not in NEWEST else None

    def copy(self, folder: Path, *, on_bytes: Callable[[int], None]) -> None:
        """By SQLite's own backup, from the pinned transaction."""
        before = 0

        def progress(_status: int, remaining: int, total: int) -> None:
            nonlocal before
            done = self.bytes * (total - remaining) // max(1, total)
            on_bytes(done - before)
            before = done

        target = sqlite3.connect(folder / self.name, isolation_level=None)
        try:
            self.connection.backup(target, pages=PAGES_AT_ONCE, progress=progress, sleep=0)
        except sqlite3.Error as error:
            raise LinkError(f"{folder / self.name} cannot be written: {error}", code="backup-write") from error
        finally:
            target.close()
        sync_folder(folder)


@dataclass(frozen=True, slots=True)
class OfServer:
    """The head or a month of samples that lie in PostgreSQL."""

    name: str
    bytes: int
    session: Session
    storage: Storage

    @property
    def words(self) -> MonthWords | None:
        return None if self.name == HEAD else self.storage.words(files.number_of(self.name))

    def copy(self, folder: Path, *, on_bytes: Callable[[int], None]) -> None:
        """Row by row; the file is as if its samples had always been in one."""
        try:
            moving.to_file(self.session, self.storage, self.name, folder, on_bytes=on_bytes)
        except sqlite3.Error as error:
            raise LinkError(f"{folder / self.name} cannot be written: {error}", code="backup-write") from error
        sync_folder(folder)


@dataclass(frozen=True, slots=True)
class Samples:
    """All samples of one moment; `marks` of the head: the newest row, and up to where rows are sealed and released."""

    marks: dict[str, int]
    parts: list[Pinned]


@contextmanager
def pinned(folder: Path, storage: Storage) -> Iterator[Samples]:
    """All of the historian and of what waits in `folder`, the head first. Nothing may be sealed while this begins.

    While it begins nothing is taken into what waits to be brought to it, and nothing leaves it: else what reached the
    head between two pins would be in neither, or its number would be given again after a restore.
    """
    with ExitStack() as stack:
        with ExitStack() as still:
            waiting = [name for name in (SPOOL,) if (folder / name).exists()]
            for name in waiting:
                still.enter_context(_held(folder / name))
            session = stack.enter_context(storage.whole())
            if session is None:
                names = [HEAD, *sorted(path.name for path in folder.glob("chunks-????-??.db"))]
                _few_enough(len(names))
                pins = [stack.enter_context(_pin(folder / name)) for name in names]
                samples = Samples(marks(pins[0].connection), list(pins))
            else:
                samples = _of_server(session, storage)
            samples.parts.extend(stack.enter_context(_pin(folder / name)) for name in waiting)
        yield samples


def _few_enough(count: int) -> None:
    if count > FILES_MAX:
        raise ConfigError(f"{count} historian files are more than one backup takes", code="backup-files")


def _of_server(session: Session, storage: Storage) -> Samples:
    from dovetail.upkeep.serverlook import looked  # only who keeps samples there has what speaks to it

    seen = looked(session)
    _few_enough(len(seen.months))
    months = [OfServer(files.name_of(one), size, session, storage) for one, size in seen.months.items()]
    head = OfServer(HEAD, seen.bytes - sum(seen.months.values()), session, storage)
    return Samples({"last": seen.last, "sealed": seen.sealed, "released": seen.released}, [head, *months])


@contextmanager
def _held(path: Path) -> Iterator[None]:
    """A file that nobody writes to meanwhile; who wants to waits."""
    connection = sqlite3.connect(path, timeout=HELD_S, isolation_level=None)
    try:
        connection.execute("begin immediate")
        yield
        connection.execute("rollback")
    except sqlite3.OperationalError as error:
        raise LinkError(f"{path} is busy: {error}", code="backup-spool", hint="try again") from error
    finally:
        connection.close()


@contextmanager
def _pin(path: Path) -> Iterator[OfFile]:
    connection = files.connect(path, role="reader")
    try:
        connection.execute("begin")
        connection.execute("select count(*) from sqlite_master").fetchone()  # a transaction begins with its first read
        (pages,) = connection.execute("pragma page_count").fetchone()
        (size,) = connection.execute("pragma page_size").fetchone()
        yield OfFile(path.name, pages * size, connection)
    finally:
        connection.close()


def marks(connection: Any) -> dict[str, int]:
    """Of the head: the newest row, and up to where rows are sealed and released."""
    found = dict(connection.execute("select name, head_id from mark"))
    (newest,) = connection.execute("select coalesce(max(head_id), 0) from head").fetchone()
    return {"last": max(newest, found["released"], found.get("floor", 0)), **found}


def form(folder: Path, head: Any) -> str:
    """The form of the head (an open connection) and of the newest month, as `1/2`."""
    (version,) = head.execute("pragma user_version").fetchone()
    months = sorted(folder.glob("chunks-????-??.db"))[-1:]
    for path in months:
        connection = files.connect(path, role="reader")
        try:
            return f"{version}/{connection.execute('pragma user_version').fetchone()[0]}"
        finally:
            connection.close()
    return str(version)


def check(folder: Path, names: Sequence[str]) -> None:
    """Raise ConfigError for a copied file that SQLite finds damaged, or that a newer version made."""
    for name in names:
        newest = NEWEST.get(name, files.MONTH_VERSION)
        uri = f"file:{(folder / name).resolve()}?mode=ro&immutable=1"
        connection = sqlite3.connect(uri, uri=True)
        try:
            (version,) = connection.execute("pragma user_version").fetchone()
            verdict = connection.execute("pragma quick_check(1)").fetchone()[0]
        except sqlite3.DatabaseError as error:
            raise ConfigError(f"{name} is damaged: {error}", code="backup-damaged") from error
        finally:
            connection.close()
        if version > newest:
            raise ConfigError(
                f"{name} was written by a newer Dovetail", code="backup-newer", hint="restore it with that version"
            )
        if verdict != "ok":
            raise ConfigError(f"{name} is damaged: {verdict}", code="backup-damaged")


def check_account(folder: Path) -> None:
    """Raise ConfigError unless expected = stored + duplicate + refused + declared gap, per source and lane."""
    uri = f"file:{(folder / HEAD).resolve()}?mode=ro&immutable=1"
    connection = sqlite3.connect(uri, uri=True)
    try:
        account = connection.execute("select source, lane, expected, stored, duplicate, refused, gap from delivery")
        for source, lane, expected, *outcomes in account:
            if expected != sum(outcomes):
                raise ConfigError(
                    f"samples of {source} ({lane}) are not accounted for: {expected} expected, but (stored, duplicate, "
                    f"refused, declared gap) = {tuple(outcomes)}",
                    code="backup-account",
                )
    finally:
        connection.close()
