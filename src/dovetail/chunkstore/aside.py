"""Chunks whose bytes are not what was written: out of everybody's way, kept as they lie there, with when and why.

What is set aside is read by nobody as samples. It stays until its month goes as a whole, for whoever can mend it.
"""

# ruff: noqa: S608 - tables and columns are our own words

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from dovetail.chunkstore import moments, rolled
from dovetail.core.clock import DAY_US
from dovetail.packing import checks
from dovetail.packing.columns import DamagedError
from dovetail.packing.fresh import NewChunk
from dovetail.packing.place import MonthWords, Session
from dovetail.packing.rollups import Touched

_OF_CHUNK: Final = "id, tag, kind, t0, t1, n, rev"
EVERY: Final = 0  # in place of a tag: all that there were, where a month cannot be read as a whole
COLUMNS: Final = f"{_OF_CHUNK}, at_us, why, body, times"


@dataclass(frozen=True, slots=True)
class Damaged:
    """A chunk that cannot be read: `n` samples of a tag and kind, the first at `t0`, the last at `t1`.

    `at_us`: when that was found. Its numbers are those of its header. `rev`, of EVERY: up to which head row.
    """

    id: int
    tag: int
    kind: int
    t0: int
    t1: int
    n: int
    at_us: int
    why: str
    what: Literal["samples", "header"] = "samples"  # a header alone is derived from its samples anew
    rev: int = 0


def search(session: Session, words: MonthWords, tag: int, *, at_us: int) -> list[Damaged]:
    """Which chunks of a tag cannot be read; each is opened."""
    sql = f"select id, {moments.body_of(words)}, {moments.VOUCHED} from {words.chunk} where tag = ? order by t0"
    found: list[Damaged] = []
    for chunk_id, body, times, check, *row in session.execute(sql, (tag,)).fetchall():
        kind, t0, t1, n = row[1:5]
        try:
            moments.opened(body, times, check, tag=_whose(tag, check, body))
        except DamagedError as error:
            found.append(Damaged(chunk_id, tag, kind, t0, t1, n, at_us, error.message))
        else:
            if not checks.holds(check, row):
                why = f"the header of a chunk of tag {tag} has the wrong checksum"
                found.append(Damaged(chunk_id, tag, kind, t0, t1, n, at_us, why, "header"))
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
    left = f"select 1 from {words.chunk} where tag = ? and t0 < (day + 1) * {DAY_US} and t1 >= day * {DAY_US}"
    empty = f"delete from {words.rollup} where tag = ? and day between ? and ? and not exists ({left})"
    session.many(empty, [(one.tag, one.t0 // DAY_US, one.t1 // DAY_US, one.tag) for one in damaged])


def derived(session: Session, words: MonthWords, ids: Sequence[int]) -> dict[int, NewChunk]:
    """Chunks by their numbers as their samples have them, whatever their rows say. Raises DamagedError."""
    sql = f"select id, {moments.body_of(words)}, tag, rev from {words.chunk} where id = ?"
    found: dict[int, NewChunk] = {}
    for rows in session.each(sql, [(chunk_id,) for chunk_id in ids]):
        for chunk_id, body, times, check, tag, rev in rows:
            found[chunk_id] = NewChunk(moments.opened(body, times, check, tag=_whose(tag, check, body)), rev)
    return found


def _whose(tag: int, check: int | None, body: bytes) -> int:
    """For which tag a body was written: its row's, or one that a single bit tells from it; else nobody knows."""
    near = (tag, tag & ((1 << 63) - 1), *(tag ^ (1 << bit) for bit in range(63)))
    return next((one for one in near if checks.owns(check, one, body)), tag)


def listed(session: Session, words: MonthWords) -> list[Damaged]:
    """What is set aside, by tag and time."""
    if not words.aside:
        return []
    sql = f"select id, tag, kind, t0, t1, n, at_us, why, rev from {words.aside} order by tag, t0, id"
    return [Damaged(*row[:-1], rev=row[-1]) for row in session.execute(sql).fetchall()]


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
