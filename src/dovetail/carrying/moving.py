"""Carry samples from one store into the other as they are: a backup of PostgreSQL is made of files, and fills it again.

Rows go in small groups, so that a year of chunks needs no more memory than a few of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from dovetail.chunkstore import aside, moments
from dovetail.chunkstore.files import HEAD, Files, number_of
from dovetail.chunkstore.moments import COLUMNS
from dovetail.packing.place import MonthWords, Place, Session, Storage

_BODY: Final = COLUMNS.count(",")
ROWS_AT_ONCE: Final = 200  # chunks of at most some 100 kB each
TABLES: Final = {  # of the head, besides its rows
    "received": "source, lane, epoch, spans",
    "source": "source, epoch",
    "delivery": "source, lane, expected, stored, duplicate, refused, gap, frames, repeated",
    "consumer": "name, head_id",
    "mark": "name, head_id",
}

type OnBytes = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class HeadRows:
    """The head as one session sees it: its small tables, and its rows in groups (head_id, n, body)."""

    tables: dict[str, list[Any]]
    groups: Iterable[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class MonthRows:
    """A month as one session sees it: up to where it holds everything, its repeats, what is damaged, as it lies there,
    and chunks in groups (`COLUMNS`, and their checks).
    """

    sealed: int
    repeats: list[Any]
    aside: list[Any]
    groups: Iterable[Sequence[Any]]


def head_of(session: Session) -> HeadRows:
    """What a head holds."""
    tables = {
        table: sorted(tuple(row) for row in session.execute(f"select {columns} from {table}").fetchall())  # noqa: S608  # our own words
        for table, columns in TABLES.items()
    }
    return HeadRows(
        tables, _by_key(session, "select head_id, n, body from head where head_id > ? order by head_id limit ?")
    )


def month_of(session: Session, words: MonthWords) -> MonthRows:
    """What a month holds."""
    (sealed,) = session.execute(words.sealed).fetchone()
    repeats = sorted(tuple(row) for row in session.execute(words.duplicates).fetchall())
    damaged = aside.rows(session, words)
    columns = f"{COLUMNS.removesuffix('body')}{moments.body_of(words)}"
    groups = _by_key(session, f"select id, {columns} from {words.chunk} where id > ? order by id limit ?")  # noqa: S608  # our own words
    whole = ([_whole(row[1:-3], *row[-3:]) for row in group] for group in groups)
    return MonthRows(sealed, repeats, damaged, whole)


def _whole(row: Sequence[Any], body: bytes, shared: bytes | None, check: int | None) -> tuple[Any, ...]:
    """With its check, as it lies there: who carries a row does not vouch for it."""
    return (*row, moments.whole(body, shared), check)


def put_head(storage: Storage, head: HeadRows, *, on_bytes: OnBytes = lambda _n: None) -> None:
    """Put a head into an empty storage."""
    for group in head.groups:
        with storage.head.transaction() as target:
            target.many("insert into head (head_id, n, body) values (?, ?, ?)", group)
        on_bytes(sum(len(row[2]) for row in group))
    with storage.head.transaction() as target:
        target.execute("delete from mark")
        for table, columns in TABLES.items():
            marks = ", ".join("?" * (columns.count(",") + 1))
            target.many(f"insert into {table} ({columns}) values ({marks})", head.tables[table])  # noqa: S608  # our own words


def put_month(storage: Storage, number: int, month: MonthRows, *, on_bytes: OnBytes = lambda _n: None) -> None:
    """Put a month into a storage that does not have it."""
    place, words = storage.month(number)
    try:
        for group in month.groups:
            with place.transaction() as target:
                moments.fill(target, words, group)
            on_bytes(sum(len(row[_BODY]) for row in group))
        with place.transaction() as target:
            target.many(words.duplicate, month.repeats)
            aside.fill(target, words, month.aside)
            target.execute(words.seal, (month.sealed,))
    finally:
        _let_go(place, storage)


def fill(storage: Storage, folder: Path, *, on_bytes: OnBytes = lambda _n: None) -> None:
    """Put a folder of files into an empty storage; when it ends without an error, everything is there."""
    files = Files(folder)
    try:
        for number in sorted(files.there()):
            place, words = files.month(number)
            try:
                with place.snapshot() as session:
                    put_month(storage, number, month_of(session, words), on_bytes=on_bytes)
            finally:
                place.close()
        with files.head.snapshot() as session:
            put_head(storage, head_of(session), on_bytes=on_bytes)
    finally:
        files.head.close()


def to_file(session: Session, storage: Storage, name: str, folder: Path, *, on_bytes: OnBytes) -> None:
    """Write one file of a folder from what a session of `storage` sees: the head, or a month by its file's name."""
    files = Files(folder)
    try:
        if name == HEAD:
            put_head(files, head_of(session), on_bytes=on_bytes)
        else:
            number = number_of(name)
            put_month(files, number, month_of(session, storage.words(number)), on_bytes=on_bytes)
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
