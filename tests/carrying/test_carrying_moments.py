"""Samples that are carried into another store are the same there, and what signals share is shared again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from dovetail.carrying import moving
from dovetail.chunkstore.files import Files, connect, words_of
from dovetail.chunkstore.moments import fill
from dovetail.chunkstore.months import month_of
from dovetail.core.batch import Kind
from dovetail.packing.checks import check_of
from dovetail.packing.columns import VALID, Block
from dovetail.packing.fresh import NewChunk
from dovetail.packing.fresh import rows as columns_of
from dovetail.testing.clock import DAY_ZERO_US

N = 50
TS = DAY_ZERO_US + np.arange(N, dtype=np.int64) * 1_000_000 + np.random.default_rng(1).integers(0, 20_000, N)
(MONTH,) = month_of(TS[:1]).tolist()
GOOD = 0xC0 | VALID


def checked(row: tuple[Any, ...]) -> tuple[object, ...]:
    """As it is carried."""
    return (*row, check_of(row[:-1], row[-1]))


def chunk(tag: int, shift_us: int = 0) -> tuple[Any, ...]:
    """A chunk of one tag as a row."""
    status = np.full(N, GOOD, dtype=np.uint32)
    block = Block(Kind.F64, np.full(N, tag, dtype=np.int64), TS + shift_us, np.arange(N) * float(tag), status)
    (found,) = columns_of([NewChunk(block, 1)])
    return found


def rows(files: Files) -> tuple[list[tuple[object, ...]], int]:
    """(the month's chunks with whole bodies, how many columns of moments it keeps for several of them)."""
    place, words = files.month(MONTH)
    with place.snapshot() as session:
        month = moving.month_of(session, words)
        found = [tuple(one) for group in month.groups for one in group]
        columns = session.execute(f"select count(*) from {words.moments}").fetchone()[0]
    place.close()
    return found, columns


def test_a_month_carried_over_is_the_same_and_as_small(tmp_path: Path) -> None:
    sent = [chunk(1), chunk(2), chunk(3, shift_us=7)]
    source, target = Files(tmp_path / "from"), Files(tmp_path / "to")
    place, words = source.month(MONTH)
    with place.transaction() as session:
        fill(session, words, sent)
    with place.snapshot() as session:
        moving.put_month(target, MONTH, moving.month_of(session, words))
    place.close()
    assert rows(source) == rows(target) == ([checked(row) for row in sent], 1)
    source.head.close()
    target.head.close()


def test_a_month_that_nobody_opened_since_version_2_is_carried_as_it_lies(tmp_path: Path) -> None:
    files = Files(tmp_path)
    place, words = files.month(MONTH)
    sent = [chunk(1), chunk(2, shift_us=7)]
    with place.transaction() as session:
        fill(session, words, sent)
    place.close()
    older = connect(place.path, role="writer")
    older.executescript(
        "drop index chunk_moments; alter table chunk drop column moments; drop table moments; pragma user_version=2;"
        "alter table chunk drop column checked;"
    )
    older.close()
    pinned = connect(place.path, role="reader")
    month = moving.month_of(pinned, words_of(pinned))
    assert [tuple(one) for group in month.groups for one in group] == [(*row, None) for row in sent]
    pinned.close()
    files.head.close()
