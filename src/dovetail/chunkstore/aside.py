"""Chunks whose bytes are not what was written: out of everybody's way, kept as they lie there, with when and why.

What is set aside is read by nobody as samples. It stays until its month goes as a whole, for whoever can mend it.
"""

# ruff: noqa: S608 - tables and columns are our own words

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dovetail.chunkstore import moments, rolled
from dovetail.chunkstore.place import MonthWords, Session
from dovetail.chunkstore.rolled import Touched
from dovetail.packing import chunks
from dovetail.packing.columns import DamagedError

_OF_CHUNK: Final = "id, tag, kind, t0, t1, n, rev"
COLUMNS: Final = f"{_OF_CHUNK}, at_us, why, body, times"


@dataclass(frozen=True, slots=True)
class Damaged:
    """A chunk that cannot be read: `n` samples of a tag and kind, the first at `t0`, the last at `t1`.

    `at_us`: when that was found. Its numbers are those of its header.
    """

    id: int
    tag: int
    kind: int
    t0: int
    t1: int
    n: int
    at_us: int
    why: str


def search(session: Session, words: MonthWords, tag: int, *, at_us: int) -> list[Damaged]:
    """Which chunks of a tag cannot be read; each is opened."""
    columns = f"id, kind, t0, t1, n, {moments.body_of(words)}"
    sql = f"select {columns} from {words.chunk} where tag = ? order by t0"
    found: list[Damaged] = []
    for chunk_id, kind, t0, t1, n, body, times in session.execute(sql, (tag,)).fetchall():
        try:
            chunks.decode(moments.whole(body, times), tag=tag)
        except DamagedError as error:
            found.append(Damaged(chunk_id, tag, kind, t0, t1, n, at_us, error.message))
    return found


def put(session: Session, words: MonthWords, damaged: Sequence[Damaged]) -> None:
    """Set chunks aside, as they lie there; one that is no longer there is passed over."""
    same = "where id = ? and tag = ? and t0 = ? and t1 = ? and n = ?"  # a number alone may be another's by now
    times = f"(select body from {words.moments} where id = {words.chunk}.moments)"
    keeps = f"insert into {words.aside} ({COLUMNS}) select {_OF_CHUNK}, ?, ?, body, {times} from {words.chunk} {same}"
    known = [(one.id, one.tag, one.t0, one.t1, one.n) for one in damaged]
    session.many(keeps, [(one.at_us, one.why, *of) for one, of in zip(damaged, known, strict=True)])
    shared = f"select moments from {words.chunk} {same} and moments is not null"
    freed = {one for rows in session.each(shared, known) for (one,) in rows}
    session.many(f"delete from {words.chunk} {same}", known)
    moments.sweep(session, words, sorted(freed))
    rolled.soil(session, words.rollup, [Touched(one.tag, one.t0, one.t1) for one in damaged])


def listed(session: Session, words: MonthWords) -> list[Damaged]:
    """What is set aside, by tag and time."""
    if not words.aside:
        return []
    sql = f"select id, tag, kind, t0, t1, n, at_us, why from {words.aside} order by tag, t0"
    return [Damaged(*row) for row in session.execute(sql).fetchall()]


def rows(session: Session, words: MonthWords) -> list[tuple[object, ...]]:
    """What is set aside, as `COLUMNS`: to be kept elsewhere."""
    if not words.aside:
        return []
    found = session.execute(f"select {COLUMNS} from {words.aside} order by tag, t0, id").fetchall()
    return [tuple(row) for row in found]


def fill(session: Session, words: MonthWords, damaged: Sequence[Sequence[object]]) -> None:
    """Keep what was set aside elsewhere."""
    marks = ", ".join("?" * (COLUMNS.count(",") + 1))
    session.many(f"insert into {words.aside} ({COLUMNS}) values ({marks})", damaged)
