"""The rollups of a month beside its chunks: which there are, which are dirty, what they hold. All SQL about them."""

# ruff: noqa: S608 - tables and columns are our own words

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Final

from dovetail.core.clock import DAY_US
from dovetail.packing import checks
from dovetail.packing.place import Session
from dovetail.packing.rollups import Known, Rollup, Touched, whole

log = logging.getLogger(__name__)

HOURS: Final = 3_600  # the two units, in seconds
MINUTES: Final = 60
IN_ONE: Final = 500  # tags that one question names


def rolled(session: Session, table: str, tags: Sequence[int], *, unit: int, days: tuple[int, int]) -> list[Rollup]:
    """What is clean of some tags on the days first … last, by tag and day."""
    found: list[Rollup] = []
    for start in range(0, len(tags), IN_ONE):
        some = tags[start : start + IN_ONE]
        asked = f"tag in ({', '.join('?' * len(some))}) and unit = ? and day between ? and ? and dirty = 0"
        sql = f"select tag, unit, day, upto, body, checked from {table} where {asked} order by tag, day"
        rows = session.execute(sql, (*some, unit, *days)).fetchall()
        found += [Rollup(*row) for *row, check in rows if _is_as_written(row, check)]
    return found


def _is_as_written(row: Sequence[Any], check: int | None) -> bool:
    """Else its samples answer; a search makes it anew."""
    if check in (checks.EARLIER, checks.rollup_check(*row)):
        return True
    log.error("what tag %d was summed up to on day %d is not what was written: its samples answer", row[0], row[2])
    return False


def altered(session: Session, table: str, tags: Sequence[int]) -> list[tuple[int, int]]:
    """(tag, day) of those that are clean and not what was written."""
    sql = f"select tag, unit, day, upto, body, checked from {table} where tag = ? and dirty = 0"
    rows = (row for some in session.each(sql, [(tag,) for tag in tags]) for row in some)
    return sorted({(row[0], row[2]) for *row, check in rows if not _is_as_written(row, check) or not whole(row[4])})


def known(session: Session, table: str, first: int, last: int) -> dict[int, dict[int, dict[int, Known]]]:
    """By tag, unit and day what there is of the tags first … last."""
    answer: dict[int, dict[int, dict[int, Known]]] = {}
    sql = f"select tag, unit, day, upto, dirty from {table} where tag between ? and ?"
    for tag, unit, day, upto_us, dirty in session.execute(sql, (first, last)).fetchall():
        answer.setdefault(tag, {}).setdefault(unit, {})[day] = Known(upto_us, bool(dirty))
    return answer


def soil(session: Session, table: str, touched: Sequence[Touched]) -> None:
    """Samples came for time that is summed up already: it is not, until it is summed up anew. With the samples."""
    (upto_us,) = session.execute(f"select coalesce(max(upto), 0) from {table}").fetchone()
    within = [one for one in touched if one.first_us < upto_us]
    rows = [(one.tag, one.first_us // DAY_US, one.last_us // DAY_US, one.first_us) for one in within]
    dirty = "dirty = 1, checked = null"  # so that one bit alone never makes it clean
    session.many(f"update {table} set {dirty} where tag = ? and day between ? and ? and upto > ?", rows)


def forget(session: Session, table: str, touched: Sequence[Touched]) -> None:
    """Samples went: what they were summed up to goes with them, and what is left of those days is summed up anew."""
    rows = [(one.tag, one.first_us // DAY_US, one.last_us // DAY_US) for one in touched]
    session.many(f"delete from {table} where tag = ? and day between ? and ?", rows)


def write(session: Session, table: str, rollups: Sequence[Rollup]) -> None:
    """In place of those of the same tag, unit and day."""
    gone = f"delete from {table} where tag = ? and unit = ? and day = ?"
    session.many(gone, [(one.tag, one.unit, one.day) for one in rollups])
    keys = [(one.tag, one.unit, one.day, one.upto_us) for one in rollups]
    rows = [(*key, 0, one.body, checks.rollup_check(*key, one.body)) for key, one in zip(keys, rollups, strict=True)]
    session.many(f"insert into {table} (tag, unit, day, upto, dirty, body, checked) values (?, ?, ?, ?, ?, ?, ?)", rows)


def account(session: Session, table: str) -> tuple[int, int]:
    """(how many there are, how many of them are dirty)."""
    return session.execute(f"select count(*), count(*) filter (where dirty = 1) from {table}").fetchone()
