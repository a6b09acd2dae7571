"""Carry samples from one store into the other as they are: a backup of PostgreSQL is made of files, and fills it again.

Rows go in small groups, so that a year of chunks needs no more memory than a few of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from dovetail.chunkstore.files import HEAD, Files, number_of
from dovetail.chunkstore.months import COLUMNS
from dovetail.chunkstore.place import MonthWords, Place, Session, Storage

ROWS_AT_ONCE: Final = 200  # chunks of at most some 100 kB each
TABLES: Final = {  # of the head, besides its rows
    "received": "source, lane, epoch, spans",
    "source": "source, epoch",
    "delivery": "source, lane, expected, stored, duplicate, refused, gap, frames, repeated",
    "consumer": "name, head_id",
    "mark": "name, head_id",
}

type OnBytes = Callable[[int], None]


def head_to(session: Session, storage: Storage, *, on_bytes: OnBytes = lambda _n: None) -> None:
    """Put the head that a session sees into an empty storage."""
    rows = _by_key(session, "select head_id, n, body from head where head_id > ? order by head_id limit ?")
    for group in rows:
        with storage.head.transaction() as target:
            target.many("insert into head (head_id, n, body) values (?, ?, ?)", group)
        on_bytes(sum(len(row[2]) for row in group))
    with storage.head.transaction() as target:
        target.execute("delete from mark")
        for table, columns in TABLES.items():
            found = session.execute(f"select {columns} from {table}").fetchall()  # noqa: S608  # our own words
            marks = ", ".join("?" * (columns.count(",") + 1))
            target.many(f"insert into {table} ({columns}) values ({marks})", found)  # noqa: S608  # our own words


def month_to(session: Session, words: MonthWords, storage: Storage, number: int, *, on_bytes: OnBytes) -> None:
    """Put the month that a session sees into a storage that does not have it."""
    place, others = storage.month(number)
    rows = _by_key(session, f"select id, {COLUMNS} from {words.chunk} where id > ? order by id limit ?")  # noqa: S608  # our own words
    for group in rows:
        with place.transaction() as target:
            target.fill(others.chunk, COLUMNS, [row[1:] for row in group])
        on_bytes(sum(len(row[-1]) for row in group))
    (sealed,) = session.execute(words.sealed).fetchone()
    repeats = session.execute(words.duplicates).fetchall()
    with place.transaction() as target:
        target.many(others.duplicate, repeats)
        target.execute(others.seal, (sealed,))
    _let_go(place, storage)


def fill(storage: Storage, folder: Path, *, on_bytes: OnBytes = lambda _n: None) -> None:
    """Put a folder of files into an empty storage; when it ends without an error, everything is there."""
    files = Files(folder)
    try:
        for number in sorted(files.there()):
            place, words = files.month(number)
            try:
                with place.snapshot() as session:
                    month_to(session, words, storage, number, on_bytes=on_bytes)
            finally:
                place.close()
        with files.head.snapshot() as session:
            head_to(session, storage, on_bytes=on_bytes)
    finally:
        files.head.close()


def to_file(session: Session, storage: Storage, name: str, folder: Path, *, on_bytes: OnBytes) -> None:
    """Write one file of a folder from what a session of `storage` sees: the head, or a month by its file's name."""
    files = Files(folder)
    try:
        if name == HEAD:
            head_to(session, files, on_bytes=on_bytes)
        else:
            number = number_of(name)
            month_to(session, storage.words(number), files, number, on_bytes=on_bytes)
    finally:
        files.head.close()


def _by_key(session: Session, sql: str) -> Iterator[list[Any]]:
    """Groups of rows by their number, the first column."""
    after = 0
    while group := session.execute(sql, (after, ROWS_AT_ONCE)).fetchall():
        after = group[-1][0]
        yield group


def _let_go(place: Place, storage: Storage) -> None:
    """A file is closed when it is full; in a server the months share their place."""
    if place is not storage.head:
        place.close()
