"""Copy the historian's files while samples go on coming in: all of one moment, held by readers, copied at leisure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from dovetail.chunkstore import files
from dovetail.core.errors import ConfigError, LinkError
from dovetail.core.sqlitelib import sqlite_module
from dovetail.spool import store as spool
from dovetail.upkeep.layout import SPOOL
from dovetail.upkeep.manifest import sync_folder

HEAD: Final = "head.db"
PAGES_AT_ONCE: Final = 1_024  # 4 MB: progress moves, and a request to end is heard
FILES_MAX: Final = 300  # 25 years of months; each is three open files while it is copied
NEWEST: Final = {HEAD: files.HEAD_VERSION, SPOOL: spool.USER_VERSION}  # and of the months their own
HELD_S: Final = 10.0  # for the write that is under way

sqlite3 = sqlite_module()


@dataclass(frozen=True, slots=True)
class Pinned:
    """One file, as it was when it was pinned, whatever is written to it since."""

    name: str
    connection: Any
    bytes: int


@contextmanager
def pinned(folder: Path) -> Iterator[list[Pinned]]:
    """All files of the historian in `folder`, the head first. Nothing may be sealed while this begins.

    While it begins nothing is taken into what waits to be brought to it, and nothing leaves it: else what reached the
    head between two pins would be in neither, or its number would be given again after a restore.
    """
    names = [HEAD, *sorted(path.name for path in folder.glob("chunks-????-??.db"))]
    if len(names) > FILES_MAX:
        raise ConfigError(f"{len(names)} historian files are more than one backup takes", code="backup-files")
    with ExitStack() as stack:
        with ExitStack() as still:
            waiting = [name for name in (SPOOL,) if (folder / name).exists()]
            for name in waiting:
                still.enter_context(_held(folder / name))
            found = [stack.enter_context(_pin(folder / name)) for name in (*names, *waiting)]
        yield found


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
def _pin(path: Path) -> Iterator[Pinned]:
    connection = files.connect(path, role="reader")
    try:
        connection.execute("begin")
        connection.execute("select count(*) from sqlite_master").fetchone()  # a transaction begins with its first read
        (pages,) = connection.execute("pragma page_count").fetchone()
        (size,) = connection.execute("pragma page_size").fetchone()
        yield Pinned(path.name, connection, pages * size)
    finally:
        connection.close()


def marks(connection: Any) -> dict[str, int]:
    """Of the head: the newest row, and up to where rows are sealed and released."""
    last = connection.execute("select seq from sqlite_sequence where name = 'head'").fetchone()
    return {"last": last[0] if last else 0, **dict(connection.execute("select name, head_id from mark"))}


def copy(source: Pinned, to: Path, *, on_bytes: Callable[[int], None]) -> None:
    """Write the pinned file to `to`, durable when this returns. Raises LinkError when the disk refuses."""
    before = 0

    def progress(_status: int, remaining: int, total: int) -> None:
        nonlocal before
        done = source.bytes * (total - remaining) // max(1, total)
        on_bytes(done - before)
        before = done

    target = sqlite3.connect(to, isolation_level=None)
    try:
        source.connection.backup(target, pages=PAGES_AT_ONCE, progress=progress, sleep=0)
    except sqlite3.Error as error:
        raise LinkError(f"{to} cannot be written: {error}", code="backup-write") from error
    finally:
        target.close()
    sync_folder(to.parent)


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
