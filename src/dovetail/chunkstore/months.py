"""Chunks by the month of their signals: what is old stays untouched, and may be moved away as a whole."""

# ruff: noqa: S608 - tables and columns are our own words

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import cached_property
from itertools import batched
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dovetail.chunkstore import aside, moments, rolled
from dovetail.chunkstore.aside import Damaged
from dovetail.chunkstore.opening import OnDamage, Opening
from dovetail.core.batch import Kind
from dovetail.core.errors import MalformedError
from dovetail.core.limits import MONTHS_OPEN_MAX
from dovetail.packing import chunks
from dovetail.packing.columns import Block
from dovetail.packing.found import Found, Listed
from dovetail.packing.fresh import ChunkRow, NewChunk
from dovetail.packing.headers import Header, header
from dovetail.packing.place import MonthWords, Place, Session, Storage
from dovetail.packing.rollups import Known, Rollup, Touched

type ToRoll = tuple[list[tuple[int, int, int]], dict[int, dict[int, Known]]]


def month_of(ts: NDArray[np.int64]) -> NDArray[np.int64]:
    """int64[n]: months since January 1970, UTC."""
    return ts.view("M8[us]").astype("M8[M]").astype(np.int64)


def begin_of(month: int) -> int:
    """The first microsecond of a month."""
    return int(np.datetime64(month, "M").astype("M8[us]").astype(np.int64))


class View(Opening):
    """One month at one moment. All SQL that reads chunks is here, and in what it rests on."""

    @cached_property
    def sealed(self) -> int:
        """The head row up to which the month holds everything."""
        found = self._session.execute(self._words.sealed).fetchone()
        if found is None or not isinstance(found[0], int):
            raise MalformedError("a month of chunks does not say what it holds")
        return found[0]

    def listed(self, tags: Sequence[int]) -> Iterator[list[Listed]]:
        """For each tag its chunks of every kind, by time: what tells one that says something else from one that not."""
        columns = "kind, t0, t1, n, substr(body, 5, 4)"  # after its magic and version a body begins with its checksum
        sql = f"select {columns} from {self._chunk} where tag = ? order by t0, kind"
        for rows in self._session.each(sql, [(tag,) for tag in tags]):
            yield [Listed(kind, t0, t1, n, bytes(checksum)) for kind, t0, t1, n, checksum in rows]

    def taken(self, of: Sequence[tuple[int, int]]) -> dict[int, NewChunk]:
        """Chunks by their number as they stand, to become part of others; `of` are (tag, number).

        Not those that are damaged, nor those whose header is: in its place they would be put in the wrong order.
        """
        sql = f"select {self._row}, {self._body} from {self._chunk} where id in"
        ids = [chunk_id for _, chunk_id in of]
        answers = [
            self._session.execute(f"{sql} ({', '.join('?' * len(some))})", some)
            for some in batched(ids, moments.IN_ONE)
        ]
        rows = {row[0]: row for answer in answers for row in answer.fetchall()}
        found = {
            row[0]: (self._opened(tag, *row[-3:]) if self._holds(tag, row[:-3]) else None, row[-5])
            for tag, row in ((tag, rows[chunk_id]) for tag, chunk_id in of)
        }
        return {chunk_id: NewChunk(block, rev) for chunk_id, (block, rev) in found.items() if block is not None}

    def derived(self, ids: Sequence[int]) -> dict[int, NewChunk]:
        """Chunks by their numbers, as their samples have them."""
        return aside.derived(self._session, self._words, ids)

    def aside(self) -> list[Damaged]:
        """What is damaged and set aside."""
        return aside.listed(self._session, self._words)

    def rows_aside(self) -> list[tuple[Damaged, tuple[object, ...]]]:
        """The same, each with its row (`aside.COLUMNS`): to be told elsewhere."""
        return list(zip(self.aside(), aside.rows(self._session, self._words), strict=True))

    def found(self, tag: int, from_us: int, to_us: int) -> list[Found]:
        """Headers of the chunks that touch [from, to), by kind and time."""
        sql = f"select {self._row} from {self._chunk} where tag = ? and t0 < ? and t1 >= ? order by kind, t0"
        rows = self._session.execute(sql, (tag, to_us, from_us)).fetchall()
        return [one for row in rows if (one := self._found(tag, row)) is not None]

    def _found(self, tag: int, row: Sequence[Any]) -> Found | None:
        """What a row says of a chunk; if it is not what was written, what its samples say. None: neither is."""
        if self._holds(tag, row):
            return Found(row[0], Kind(row[3]), Header(*row[moments.HEADER_AT]))
        return None if (block := self.readable(row[0], tag=tag)) is None else Found(row[0], block.kind, header(block))

    def newest_before(self, tags: Sequence[int], at_us: int) -> Iterator[Block]:
        """Per tag and kind, the chunk with the last sample strictly before `at_us`: whole, or its end if it is over."""
        sql = (
            f"select {self._row} from {self._chunk} where tag = ? and t0 < ? "
            "order by t0 desc limit 8"  # chunks of one kind never overlap: more rows only where a tag changed its kind
        )
        some = self._begun(tags, at_us)  # mostly few: many months hold nothing of a tag
        for tag, rows in zip(some, list(self._session.each(sql, [(tag, at_us) for tag in some])), strict=True):
            done = set[int]()
            for row in (row for row in rows if row[3] not in done):
                over = row[moments.T1_AT] < at_us and self._holds(tag, row)
                block = _end_of(tag, row) if over else self.readable(row[0], tag=tag)
                if block is None or block.ts[0] < at_us:  # else the row lies: it is not of that time at all
                    done.add(row[3])
                    yield from () if block is None else (block,)

    def _end(self, tag: int, row: Sequence[Any]) -> Block | None:
        """The newest sample of a chunk by its row; if that is not what was written, by its samples."""
        if self._holds(tag, row):
            return _end_of(tag, row)
        return None if (block := self.readable(row[0], tag=tag)) is None else block.take(slice(len(block) - 1, None))

    def _begun(self, tags: Sequence[int], at_us: int) -> list[int]:
        """The tags with a sample before `at_us`."""
        begun = f"exists (select 1 from {self._chunk} where tag = column1 and t0 < ?)"
        parts = [tags[start : start + moments.IN_ONE] for start in range(0, len(tags), moments.IN_ONE)]
        asked = [f"select column1 from (values {', '.join(['(?)'] * len(part))}) as a where {begun}" for part in parts]
        answers = [self._session.execute(sql, (*part, at_us)) for sql, part in zip(asked, parts, strict=True)]
        return [tag for answer in answers for (tag,) in answer.fetchall()]

    def ends(self) -> Iterator[Block]:
        """The newest sample of every tag and kind of this month, each a block of one."""
        newest = f"select tag, kind, max(t0) as t0 from {self._chunk} group by tag, kind"  # answered by the index alone
        sql = f"select {self._row} from {self._chunk} join ({newest}) as newest using (tag, kind, t0) order by tag, t1"
        for row in self._session.execute(sql).fetchall():
            block = self._end(row[2], row)
            if block is not None:
                yield block

    def rolled(self, tags: Sequence[int], *, unit: int, days: tuple[int, int]) -> list[Rollup]:
        """The rollups of tags on the days first … last that nobody doubts, by tag and day."""
        return rolled.rolled(self._session, self._words.rollup, tags, unit=unit, days=days)

    def to_roll(self, from_tag: int, until_us: int, *, limit: int) -> dict[int, ToRoll]:
        """By tag, from one on: its chunks (t0, t1, n) that begin before `until_us`, and its rollups by unit and day.

        As many whole tags as have together at most `limit` chunks; of the first one not more than so many.
        """
        sql = f"select tag, t0, t1, n from {self._chunk} where tag >= ? and t0 < ? order by tag, t0 limit ?"
        rows = self._session.execute(sql, (from_tag, until_us, limit)).fetchall()
        if len(rows) == limit and rows[0][0] != rows[-1][0]:
            rows = [row for row in rows if row[0] != rows[-1][0]]  # there may be more of the last one
        known = rolled.known(self._session, self._words.rollup, rows[0][0], rows[-1][0]) if rows else {}
        answer: dict[int, ToRoll] = {}
        for tag, t0, t1, n in rows:
            answer.setdefault(tag, ([], known.get(tag, {})))[0].append((t0, t1, n))
        return answer

    def rollups(self) -> tuple[int, int]:
        """(how many there are of this month, how many of them are dirty)."""
        return rolled.account(self._session, self._words.rollup)

    def duplicates(self) -> dict[tuple[str, str], int]:
        """Samples per (source, lane) that sealing found to repeat others."""
        return {(source, lane): n for source, lane, n in self._session.execute(self._words.duplicates)}


def _end_of(tag: int, row: Sequence[Any]) -> Block:
    """The newest sample of a chunk by its row."""
    return chunks.end_block(Kind(row[3]), tag, (row[moments.T1_AT], *row[moments.END_AT]))


class Month:
    """One month of chunks, and the words that it is spoken of with."""

    def __init__(self, place: Place, words: MonthWords) -> None:
        self._place, self._words = place, words
        self.users = 0

    @contextmanager
    def view(self, on_damage: OnDamage | None = None, within: Session | None = None) -> Iterator[View]:
        """Read at one moment, which may be that of a session; any thread."""
        with self._place.snapshot() if within is None else nullcontext(within) as session:
            yield View(session, self._words, on_damage)

    def set_aside(self, damaged: Sequence[Damaged]) -> list[Damaged]:
        """Keep chunks that cannot be read where nobody reads them; all that is there now. While nothing is sealed."""
        with self._place.transaction() as session:
            aside.put(session, self._words, damaged)
            return aside.listed(session, self._words)

    def declare(self, lost: Sequence[object]) -> list[Damaged]:
        """Say what was in this month and cannot be read any more (`aside.COLUMNS`); all that is said now."""
        with self._place.transaction() as session:
            aside.fill(session, self._words, [lost])
            return aside.listed(session, self._words)

    def filled(self, damaged: Sequence[Damaged], told: Sequence[Sequence[object]] = ()) -> list[Damaged]:
        """Let go of what was set aside and has come back, but for what is `told` with it; all that is there now."""
        with self._place.transaction() as session:
            gone = f"delete from {self._words.aside} where id = ? and tag = ? and t0 = ? and why = ?"
            session.many(gone, [(one.id, one.tag, one.t0, one.why) for one in damaged])
            aside.fill(session, self._words, told)
            return aside.listed(session, self._words)

    def write(
        self,
        gone: list[int],
        new: Sequence[ChunkRow],
        *,
        sealed: int,
        duplicates: dict[tuple[str, str], int],
        touched: Sequence[Touched] = (),
    ) -> None:
        """Replace chunks, and say up to which head row this month holds everything; one commit. Only the sealer.

        `touched` are the samples that come or go: what they were summed up to is dirty from then on.
        """
        with self._place.transaction() as session:
            shared = moments.remove(session, self._words, gone)
            moments.fill(session, self._words, new)
            moments.sweep(session, self._words, shared)
            session.many(self._words.duplicate, [(*key, n) for key, n in duplicates.items()])
            session.execute(self._words.seal, (sealed,))
            rolled.soil(session, self._words.rollup, touched)

    def roll(self, rollups: Sequence[Rollup]) -> None:
        """Put rollups in place of those of the same tag, unit and day; one commit. While nothing is sealed."""
        with self._place.transaction() as session:
            rolled.write(session, self._words.rollup, rollups)

    def drop(self, gone: Sequence[int] | None, touched: Sequence[Touched]) -> None:
        """Let chunks go by their numbers, or (None) all; `touched` are their samples, whose sums go too. One commit."""
        with self._place.transaction() as session:
            if gone is None:
                for table in (self._words.chunk, self._words.rollup, self._words.moments, self._words.aside):
                    session.execute(f"{self._words.clear} {table}")
            else:
                moments.sweep(session, self._words, moments.remove(session, self._words, gone))
                rolled.forget(session, self._words.rollup, touched)
        self.shrink()

    def shrink(self) -> None:
        """Give the disk back what is no longer used, where that costs little."""
        self._place.shrink(self._words)

    def close(self) -> None:
        """Give its place back."""
        self._place.close()


class Months:
    """The months of a storage, opened when needed, the longest unused closed beyond MONTHS_OPEN_MAX. Thread-safe."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self._lock = threading.Lock()
        self._open: dict[int, Month] = {}  # in order of use
        self.malformed: set[int] = set()  # whose file is no whole database any more, as somebody has found
        self._there = storage.there()

    def between(self, from_us: int, to_us: int) -> list[int]:
        """The months that are there and touch [from, to), oldest first."""
        first, last = month_of(np.array([from_us, max(from_us, to_us - 1)], dtype=np.int64)).tolist()
        with self._lock:
            return sorted(month for month in self._there if first <= month <= last)

    def newest_first(self) -> list[int]:
        """All months that are there."""
        with self._lock:
            return sorted(self._there, reverse=True)

    @contextmanager
    def use(self, month: int) -> Iterator[Month]:
        """The month, made if it is not there; not closed while in use. Raises MalformedError, and keeps it in mind."""
        try:
            with self._lock:
                opened = self._open.pop(month, None) or Month(*self.storage.month(month))
                self._open[month] = opened
                self._there.add(month)
                opened.users += 1
                self._close_unused()
            try:
                yield opened
            finally:
                with self._lock:
                    opened.users -= 1
        except MalformedError:
            self.malformed.add(month)
            raise

    def replaced[T](self, month: int, by: Callable[[], T]) -> T:
        """Let go of a month, and have its file replaced before anybody opens it again."""
        with self._lock:
            if (opened := self._open.pop(month, None)) is not None:
                opened.close()
            self.malformed.discard(month)
            return by()

    @contextmanager
    def view(self, month: int, on_damage: OnDamage | None = None, within: Session | None = None) -> Iterator[View]:
        """Read one month at one moment, which may be that of a session of `storage.whole`."""
        with self.use(month) as opened, opened.view(on_damage, within) as view:
            yield view

    def duplicates(self) -> Counter[tuple[str, str]]:
        """Samples per (source, lane) that sealing found to repeat others."""
        repeats = Counter[tuple[str, str]]()
        for month in self.newest_first():
            with self.view(month) as view:
                repeats.update(view.duplicates())
        return repeats

    def rollups(self) -> tuple[int, int]:
        """(how many days of tags are summed up by the hour or by the minute, how many of them have to be anew)."""
        found = [(0, 0)]
        for month in self.newest_first():
            with self.view(month) as view:
                found.append(view.rollups())
        return sum(there for there, _ in found), sum(dirty for _, dirty in found)

    def _close_unused(self) -> None:
        idle = [month for month, opened in self._open.items() if not opened.users]
        for month in idle[: max(0, len(self._open) - MONTHS_OPEN_MAX)]:
            self._open.pop(month).close()

    def close(self) -> None:
        """Close every month."""
        with self._lock:
            for opened in self._open.values():
                opened.close()
            self._open.clear()
